import type { CatalogueEntry } from '../../model/catalogue.ts'

/** The palette's headings in order; groups that are not named here follow, by name. */
export const GROUPS = [
  'traffic',
  'security',
  'scripting',
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

export interface PaletteGroup {
  name: string
  entries: CatalogueEntry[]
}

/** The entries that match every word of the query (in name, title, summary or group), under their headings. */
export function paletteGroups(entries: readonly CatalogueEntry[], query: string): PaletteGroup[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  const groups = new Map<string, CatalogueEntry[]>()
  for (const entry of entries) {
    const text = `${entry.title} ${entry.name} ${entry.summary} ${entry.group} ${entry.kind}`.toLowerCase()
    if (!words.every((word) => text.includes(word))) continue
    const group = groups.get(entry.group)
    if (group) group.push(entry)
    else groups.set(entry.group, [entry])
  }
  const rank = (name: string): number => {
    const at = (GROUPS as readonly string[]).indexOf(name)
    return at < 0 ? GROUPS.length : at
  }
  return [...groups]
    .sort(([a], [b]) => rank(a) - rank(b) || a.localeCompare(b))
    .map(([name, found]) => ({
      name,
      entries: found.sort((a, b) => order(a, words) - order(b, words) || byTitle(a, b)),
    }))
}

/** Titles that begin with the query come first; what is not simulated comes last in its group, deprecated ones after. */
function order(entry: CatalogueEntry, words: readonly string[]): number {
  const begins = words.length > 0 && entry.title.toLowerCase().startsWith(words[0] as string) ? -4 : 0
  return begins + (entry.deprecated ? 2 : 0) + (entry.modelled === 'none' ? 1 : 0)
}

function byTitle(a: CatalogueEntry, b: CatalogueEntry): number {
  return a.title.localeCompare(b.title)
}
