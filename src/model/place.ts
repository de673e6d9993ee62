import type { Design } from './design.ts'
import { asObject, asObjects, asText, getAt, isObject, type JsonObject, type Path } from './json.ts'

/** A filter chain of a listener: an index into `filter_chains`, or its `default_filter_chain`. */
export interface ChainPlace {
  listener: number
  filterChain: number | 'default'
}

/**
 * A list that filters stand in. With `listener` alone: its listener filters; with `filterChain`: the chain's network
 * filters; with `networkFilter`: the HTTP filters of the connection manager at that index of the chain.
 */
export interface FilterList {
  listener: number
  filterChain?: number | 'default'
  networkFilter?: number
}

/** One filter's place in its list. As the goal of an insert or a move, `index` is a gap: 0 is before the first. */
export interface FilterPlace extends FilterList {
  index: number
}

/** The path of a listener. */
export function listenerPath(listener: number): Path {
  return ['config', 'listeners', listener]
}

/** The path of a filter chain. */
export function chainPath({ listener, filterChain }: ChainPlace): Path {
  const chain = filterChain === 'default' ? ['default_filter_chain'] : ['filter_chains', filterChain]
  return [...listenerPath(listener), ...chain]
}

/** The path of a list of filters. */
export function filterListPath(list: FilterList): Path {
  const { listener, filterChain, networkFilter } = list
  if (filterChain === undefined) return [...listenerPath(listener), 'listener_filters']
  const filters = [...chainPath({ listener, filterChain }), 'filters']
  return networkFilter === undefined ? filters : [...filters, networkFilter, 'typed_config', 'http_filters']
}

/** The path of one filter. */
export function filterPath(place: FilterPlace): Path {
  return [...filterListPath(place), place.index]
}

/** The kind of filter that a list takes. */
export function filterKindOf(list: FilterList): 'listener' | 'network' | 'http' {
  if (list.filterChain === undefined) return 'listener'
  return list.networkFilter === undefined ? 'network' : 'http'
}

/** The place that a path leads to or into, if it is a filter of a listener; else undefined. */
export function placeOfPath(path: Path): FilterPlace | undefined {
  const [config, listeners, listener, ...rest] = path
  if (config !== 'config' || listeners !== 'listeners' || typeof listener !== 'number') return undefined
  if (rest[0] === 'listener_filters') return typeof rest[1] === 'number' ? { listener, index: rest[1] } : undefined
  const inDefault = rest[0] === 'default_filter_chain'
  const filterChain = inDefault ? 'default' : rest[0] === 'filter_chains' ? rest[1] : undefined
  if (filterChain !== 'default' && typeof filterChain !== 'number') return undefined
  const [filters, index, typed, http, httpIndex] = rest.slice(inDefault ? 1 : 2)
  if (filters !== 'filters' || typeof index !== 'number') return undefined
  if (typed === 'typed_config' && http === 'http_filters' && typeof httpIndex === 'number') {
    return { listener, filterChain, networkFilter: index, index: httpIndex }
  }
  return { listener, filterChain, index }
}

/** The filters of a list, in order; an absent list is empty. */
export function filtersOf(design: Design, list: FilterList): JsonObject[] {
  return asObjects(getAt(design, filterListPath(list)))
}

/** Whether a network filter is an HTTP connection manager, by its type. */
export function isConnectionManager(filter: JsonObject): boolean {
  return asText(asObject(filter.typed_config)['@type'])?.endsWith('.HttpConnectionManager') === true
}

/** The chains of a listener in the order Envoy lists them, the default one last. */
export function chainsOf(design: Design, listener: number): { place: ChainPlace; chain: JsonObject }[] {
  const message = asObject(design.config.listeners[listener])
  const chains = asObjects(message.filter_chains).map((chain, index) => ({
    place: { listener, filterChain: index as number | 'default' },
    chain,
  }))
  const fallback = message.default_filter_chain
  return isObject(fallback) ? [...chains, { place: { listener, filterChain: 'default' }, chain: fallback }] : chains
}

/** The connection manager of a chain and its index, if it has one. */
export function connectionManagerOf(
  design: Design,
  chain: ChainPlace,
): { index: number; filter: JsonObject } | undefined {
  const filters = filtersOf(design, chain)
  const index = filters.findIndex(isConnectionManager)
  const filter = filters[index]
  return filter ? { index, filter } : undefined
}

/**
 * Where the route configuration of a connection manager stands: inline, or among `config.routes` under the name that
 * its `rds` asks for. Undefined if neither is there (scoped routes, or a name that was not imported).
 */
export function routeConfigPath(design: Design, manager: FilterPlace): Path | undefined {
  const path = [...filterPath(manager), 'typed_config']
  const config = asObject(getAt(design, path))
  if (isObject(config.route_config)) return [...path, 'route_config']
  const name = asText(asObject(config.rds).route_config_name)
  const index = (design.config.routes ?? []).findIndex((route) => route.name === name)
  return name !== undefined && index >= 0 ? ['config', 'routes', index] : undefined
}
