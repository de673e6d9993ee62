import type { JsonObject } from './json.ts'

/** Where a filter may stand: each kind has its own lists in Envoy's configuration. */
export type FilterKind = 'http' | 'network' | 'listener' | 'udp'

/** What the palette, the canvas and the inspector know of a filter without its descriptors. */
export interface CatalogueEntry {
  /** Envoy's extension name, e.g. `envoy.filters.http.lua`. */
  name: string
  /** For people: "Lua". */
  title: string
  kind: FilterKind
  /** The palette's heading, lower case: `traffic`, `security`, ... */
  group: string
  /** One line: what it does. */
  summary: string
  modelled: 'full' | 'partial' | 'none'
  /** What the simulator does not do, in words; shown on the node and in the trace. */
  notModelled: string[]
  /** Envoy's documentation of this filter. */
  docs: string
  /** Nothing may follow it in its list. */
  terminal: boolean
  /** May stand among a cluster's or the router's upstream filters. */
  upstream: boolean
  /** Why not to use it any more. */
  deprecated?: string
  typeUrl: string
  /** A config that Envoy accepts, `@type` included; what a drop inserts. */
  defaultConfig: JsonObject
}

/** The catalogue as the designer uses it. */
export interface Catalogue {
  entries: readonly CatalogueEntry[]
  /** The entry of a filter as it stands in a document: by type URL first, as Envoy 1.40 does, else by name. */
  find(filter: JsonObject, kind: FilterKind): CatalogueEntry | undefined
}

/** The type URL of a filter's config; a TypedStruct or xds TypedStruct names the type it wraps. */
export function typeUrlOf(filter: JsonObject): string | undefined {
  const config = filter.typed_config
  if (typeof config !== 'object' || config === null || Array.isArray(config)) return undefined
  const type = config['@type']
  if (typeof type !== 'string') return undefined
  if (!type.endsWith('.TypedStruct')) return type
  return typeof config.type_url === 'string' ? config.type_url : type
}

/** Builds a catalogue from its entries. Type URLs that several entries share fall back to the name. */
export function catalogueOf(entries: readonly CatalogueEntry[]): Catalogue {
  const byType = new Map<string, CatalogueEntry[]>()
  const byName = new Map<string, CatalogueEntry>()
  for (const entry of entries) {
    byName.set(`${entry.kind} ${entry.name}`, entry)
    const same = byType.get(`${entry.kind} ${entry.typeUrl}`)
    if (same) same.push(entry)
    else byType.set(`${entry.kind} ${entry.typeUrl}`, [entry])
  }
  return {
    entries,
    find(filter, kind) {
      const typed = byType.get(`${kind} ${typeUrlOf(filter)}`) ?? []
      const named = byName.get(`${kind} ${filter.name}`)
      if (typed.length === 1) return typed[0]
      return typed.find((entry) => entry === named) ?? typed[0] ?? named
    },
  }
}
