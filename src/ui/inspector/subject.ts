import type { Catalogue, CatalogueEntry, FilterKind } from '../../model/catalogue.ts'
import type { Design } from '../../model/design.ts'
import { shortName } from '../../model/edits/edit.ts'
import { asObject, asText, getAt, isObject, type JsonObject, type Path } from '../../model/json.ts'
import { kindOfId, pathOfId } from '../../model/locate.ts'
import { type FilterPlace, placeOfPath } from '../../model/place.ts'
import { chainTitle, clusterTitle, listenerTitle, routeMatch } from '../canvas/describe.ts'

/** The selected object, as the inspector needs it. */
export interface Subject {
  id: string
  kind: string
  /** Where it stands in the document. */
  path: Path
  value: JsonObject
  /** The message that it is. */
  typeName: string
  title: string
  /** What it is, in words: `Lua, HTTP filter`. */
  what: string
  /** Of filters. */
  place?: FilterPlace
  entry?: CatalogueEntry
}

const TYPES: Record<string, [typeName: string, what: string]> = {
  listener: ['envoy.config.listener.v3.Listener', 'Listener'],
  chain: ['envoy.config.listener.v3.FilterChain', 'Filter chain'],
  default: ['envoy.config.listener.v3.FilterChain', 'Default filter chain'],
  lf: ['envoy.config.listener.v3.ListenerFilter', 'listener filter'],
  nf: ['envoy.config.listener.v3.Filter', 'network filter'],
  hf: ['envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter', 'HTTP filter'],
  routes: ['envoy.config.route.v3.RouteConfiguration', 'Route configuration'],
  inline: ['envoy.config.route.v3.RouteConfiguration', 'Route configuration'],
  vhost: ['envoy.config.route.v3.VirtualHost', 'Virtual host'],
  route: ['envoy.config.route.v3.Route', 'Route'],
  cluster: ['envoy.config.cluster.v3.Cluster', 'Cluster'],
}
const FILTER_KINDS: Record<string, FilterKind> = { lf: 'listener', nf: 'network', hf: 'http' }

/** The object with this id; undefined for what is not configuration (the client) or is gone. */
export function subjectOf(design: Design, id: string, catalogue: Catalogue): Subject | undefined {
  const kind = kindOfId(id)
  const path = pathOfId(design, id)
  const type = TYPES[kind]
  const value = path && getAt(design, path)
  if (!path || !type || !isObject(value)) return undefined
  const filterKind = FILTER_KINDS[kind]
  const entry = filterKind && catalogue.find(value, filterKind)
  const [typeName, what] = type
  // A filter that still has its extension's name is called what the palette calls it.
  const unnamed = entry?.name === value.name && entry?.name.startsWith('envoy.') === true
  return {
    id,
    kind,
    path,
    value,
    typeName,
    title: unnamed ? entry!.title : titleOf(kind, value, path),
    what: entry && !unnamed ? `${entry.title} · ${what}` : what.charAt(0).toUpperCase() + what.slice(1),
    ...(filterKind ? { place: placeOfPath(path) } : {}),
    ...(entry ? { entry } : {}),
  }
}

function titleOf(kind: string, value: JsonObject, path: Path): string {
  const name = asText(value.name)
  switch (kind) {
    case 'listener':
      return listenerTitle(value)
    case 'chain':
    case 'default':
      return chainTitle(value, kind === 'default' ? 'default' : (path.at(-1) as number))
    case 'cluster':
      return clusterTitle(name ?? 'cluster')
    case 'route':
      return name ?? routeMatch(value)
    default:
      return name ? shortName(name) : 'unnamed'
  }
}

/** The message type inside a filter's typed_config, through a TypedStruct if it is in one; '' when there is none. */
export function configType(value: JsonObject): string {
  const url = asText(asObject(value.typed_config)['@type']) ?? ''
  return url.slice(url.lastIndexOf('/') + 1)
}
