import type { FilterGroup } from '../engine/catalogue.ts'
import type { CatalogueEntry, FilterKind } from '../model/catalogue.ts'
import type { JsonObject } from '../model/json.ts'

/** What is said of a filter before anybody runs it: data only, so that the palette can show it at once. */
export interface FilterAbout {
  /** Envoy's extension name. */
  name: string
  /** Message type of its configuration. */
  config: string
  /** Message type of its per-route configuration. */
  perRoute?: string
  /** For people. */
  title: string
  group: FilterGroup
  /** One line, in our own words. */
  summary: string
  /** Behaviour that is not simulated. Empty: everything that a client or a server can see is. */
  notModelled: string[]
  /** Page of Envoy's documentation, below its root, without `.html`; or a whole URL. */
  docs: string
  /** It ends its chain. */
  terminal?: boolean
  /** It may stand among the upstream filters of a cluster or of the router. */
  upstream?: boolean
  /** Why not to use it any more. */
  deprecated?: string
  /** Fields without which its configuration is not valid; what a drop inserts, beside the type. */
  defaults?: JsonObject
}

const DOCS = 'https://www.envoyproxy.io/docs/envoy/v1.40.0/'

/** The catalogue's form of a filter's description. */
export function catalogueEntry(about: FilterAbout, kind: FilterKind, simulated: boolean): CatalogueEntry {
  const { name, title, group, summary, notModelled, terminal = false, upstream = false, deprecated } = about
  const typeUrl = `type.googleapis.com/${about.config}`
  return {
    name,
    title,
    kind,
    group,
    summary,
    modelled: !simulated ? 'none' : notModelled.length > 0 ? 'partial' : 'full',
    notModelled: simulated ? notModelled : ['all of it: traffic passes through unchanged'],
    docs: about.docs.startsWith('https:') ? about.docs : `${DOCS}${about.docs}`,
    terminal,
    upstream,
    ...(deprecated ? { deprecated } : {}),
    typeUrl,
    defaultConfig: { '@type': typeUrl, ...about.defaults },
  }
}
