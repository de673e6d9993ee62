import type { CatalogueEntry } from '../../model/catalogue.ts'

/** The palette's headings in order; groups that are not named here follow, by name. */
export const GROUPS = [
  'scripting',
  'traffic',
  'security',
  'transformation',
  'observability',
  'protocol',
  'cache',
  'other',
  'istio',
  'network',
  'listener',
  'udp',
] as const

/** What public EnvoyFilters insert, by how many repositories do: within its group, the likelier comes first. */
const USED = [
  'envoy.filters.http.lua',
  'envoy.filters.http.ratelimit',
  'envoy.filters.http.local_ratelimit',
  'envoy.filters.http.wasm',
  'envoy.filters.http.ext_authz',
  'envoy.filters.http.grpc_json_transcoder',
  'envoy.filters.listener.proxy_protocol',
  'envoy.filters.http.compressor',
  'envoy.filters.http.ext_proc',
]

export interface PaletteGroup {
  name: string
  entries: CatalogueEntry[]
}

/**
 * The entries that match every word of the query (in title, name, summary or group), under their headings: as listed
 * without a query, best match first with one.
 */
export function paletteGroups(entries: readonly CatalogueEntry[], query: string): PaletteGroup[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  const groups = new Map<string, { entry: CatalogueEntry; score: number }[]>()
  for (const entry of entries) {
    const score = scoreOf(entry, words)
    if (score === undefined) continue
    const group = groups.get(entry.group)
    if (group) group.push({ entry, score })
    else groups.set(entry.group, [{ entry, score }])
  }
  const sorted = [...groups].map(([name, found]) => ({
    name,
    found: found.sort((a, b) => b.score - a.score || a.entry.title.localeCompare(b.entry.title)),
  }))
  const best = (group: { found: { score: number }[] }): number => (words.length > 0 ? (group.found[0]?.score ?? 0) : 0)
  return sorted
    .sort((a, b) => best(b) - best(a) || rank(a.name) - rank(b.name) || a.name.localeCompare(b.name))
    .map(({ name, found }) => ({ name, entries: found.map(({ entry }) => entry) }))
}

function rank(group: string): number {
  const at = (GROUPS as readonly string[]).indexOf(group)
  return at < 0 ? GROUPS.length : at
}

/** How well an entry matches; undefined if a word is missing. What is not simulated, and what is deprecated, comes later. */
function scoreOf(entry: CatalogueEntry, words: readonly string[]): number | undefined {
  const title = entry.title.toLowerCase()
  const name = entry.name.toLowerCase()
  const rest = `${entry.summary} ${entry.group} ${entry.kind}`.toLowerCase()
  const used = USED.indexOf(entry.name)
  let score = (entry.modelled === 'none' ? 0 : 2) - (entry.deprecated ? 4 : 0) + (used < 0 ? 0 : 1 - used / USED.length)
  if (entry.kind === 'http') score += 1
  for (const [index, word] of words.entries()) {
    if (index === 0 && title.startsWith(word)) score += 40
    else if (title.split(' ').some((part) => part.startsWith(word))) score += 30
    else if (title.includes(word) || name.includes(word)) score += 20
    else if (rest.includes(word)) score += 4
    else return undefined
  }
  return score
}
