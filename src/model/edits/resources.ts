import type { Design } from '../design.ts'
import {
  asObject,
  asObjects,
  asText,
  getAt,
  insertAt,
  isObject,
  type Json,
  type JsonObject,
  type Path,
  PathError,
  removeAt,
  setAt,
} from '../json.ts'
import { type ChainPlace, chainPath, listenerPath } from '../place.ts'
import { type Edit, freeName } from './edit.ts'

const HCM = 'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'
const ROUTER = 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router'

/** A connection manager that serves at once: its own routes, and the router as its only filter. */
export function httpConnectionManager(statPrefix: string): JsonObject {
  return {
    name: 'envoy.filters.network.http_connection_manager',
    typed_config: {
      '@type': HCM,
      stat_prefix: statPrefix,
      route_config: {
        name: 'local_route',
        virtual_hosts: [{ name: 'all', domains: ['*'], routes: [] }],
      },
      http_filters: [{ name: 'envoy.filters.http.router', typed_config: { '@type': ROUTER } }],
    },
  }
}

function names(items: readonly JsonObject[] | undefined): unknown[] {
  return (items ?? []).map((item) => item.name)
}

function portOf(listener: JsonObject): number {
  return Number(asObject(asObject(listener.address).socket_address).port_value ?? 0)
}

/** Adds a listener on the next free port from 10000 on, with one chain of one connection manager. */
export function addListener(design: Design, message?: JsonObject): Edit {
  const { listeners } = design.config
  const ports = new Set(listeners.map(portOf))
  let port = 10000
  while (ports.has(port)) port++
  const made: JsonObject = message ?? {
    name: `listener_${port}`,
    address: { socket_address: { address: '0.0.0.0', port_value: port } },
    filter_chains: [{ filters: [httpConnectionManager('ingress_http')] }],
  }
  const named = { ...made, name: freeName(asText(made.name) ?? `listener_${port}`, names(listeners)) }
  return {
    design: insertAt(design, ['config', 'listeners'], listeners.length, named),
    label: `Add listener ${named.name}`,
    select: listenerPath(listeners.length),
  }
}

/** Renames a listener, and the requests and connections that go to it by name. */
export function renameListener(design: Design, listener: number, name: string): Edit {
  const old = design.config.listeners[listener]?.name
  const follow = <T extends { listener?: string }>(item: T): T =>
    item.listener === old ? { ...item, listener: name } : item
  const renamed = setAt(design, [...listenerPath(listener), 'name'], name)
  return {
    design: { ...renamed, requests: design.requests.map(follow), connections: design.connections.map(follow) },
    label: `Rename listener ${old ?? ''}`.trim(),
    select: listenerPath(listener),
  }
}

/** Adds a chain to a listener, before the default chain: by default one with a connection manager. */
export function addChain(design: Design, listener: number, message?: JsonObject): Edit {
  const chains = asObjects(getAt(design, [...listenerPath(listener), 'filter_chains']))
  const made: JsonObject = message ?? {
    name: freeName('chain', names(chains)),
    filter_chain_match: {},
    filters: [httpConnectionManager('ingress_http')],
  }
  return {
    design: insertAt(design, [...listenerPath(listener), 'filter_chains'], chains.length, made),
    label: `Add filter chain ${asText(made.name) ?? ''}`.trim(),
    select: chainPath({ listener, filterChain: chains.length }),
  }
}

/** Copies a chain, after it; its name is numbered. Envoy refuses two chains with the same match: change one. */
export function duplicateChain(design: Design, place: ChainPlace): Edit {
  const chain = asObject(getAt(design, chainPath(place)))
  const chains = asObjects(getAt(design, [...listenerPath(place.listener), 'filter_chains']))
  const index = place.filterChain === 'default' ? chains.length : place.filterChain + 1
  const copy = { ...chain, name: freeName(asText(chain.name) ?? 'chain', names(chains)) }
  return {
    design: insertAt(design, [...listenerPath(place.listener), 'filter_chains'], index, copy),
    label: `Duplicate filter chain ${asText(chain.name) ?? ''}`.trim(),
    select: chainPath({ listener: place.listener, filterChain: index }),
  }
}

/** Adds a virtual host to the route configuration at `routeConfig`. */
export function addVirtualHost(design: Design, routeConfig: Path, message?: JsonObject): Edit {
  const hosts = asObjects(getAt(design, [...routeConfig, 'virtual_hosts']))
  const name = freeName(asText(message?.name) ?? 'host', names(hosts))
  const made: JsonObject = { domains: [`${name}.example.com`], routes: [], ...message, name }
  return {
    design: insertAt(design, [...routeConfig, 'virtual_hosts'], hosts.length, made),
    label: `Add virtual host ${name}`,
    select: [...routeConfig, 'virtual_hosts', hosts.length],
  }
}

/** Adds a route to the virtual host at `host`, last by default: Envoy takes the first route that matches. */
export function addRoute(design: Design, host: Path, message?: JsonObject, index?: number): Edit {
  const routes = asObjects(getAt(design, [...host, 'routes']))
  const at = index ?? routes.length
  const cluster = asText(design.config.clusters[0]?.name)
  const action: JsonObject = cluster === undefined ? { direct_response: { status: 404 } } : { route: { cluster } }
  const name = freeName(asText(message?.name) ?? 'route', names(routes))
  const made: JsonObject = { match: { prefix: '/' }, ...(message ?? action), name }
  return {
    design: insertAt(design, [...host, 'routes'], at, made),
    label: `Add route ${name}`,
    select: [...host, 'routes', at],
  }
}

/** Adds a route configuration for a connection manager's `rds` to find by name. */
export function addRouteConfig(design: Design, wanted: string): Edit {
  const routes = design.config.routes ?? []
  const name = freeName(wanted, names(routes))
  const made = { name, virtual_hosts: [{ name: 'all', domains: ['*'], routes: [] }] }
  return {
    design: insertAt(design, ['config', 'routes'], routes.length, made),
    label: `Add route configuration ${name}`,
    select: ['config', 'routes', routes.length],
  }
}

/** Adds a cluster; where its requests end is up to the stub under `upstreams`. */
export function addCluster(design: Design, message?: JsonObject): Edit {
  const { clusters } = design.config
  const name = freeName(asText(message?.name) ?? 'backend', names(clusters))
  const made: JsonObject = { connect_timeout: '1s', type: 'STATIC', load_assignment: endpoint(name), ...message, name }
  return {
    design: insertAt(design, ['config', 'clusters'], clusters.length, made),
    label: `Add cluster ${name}`,
    select: ['config', 'clusters', clusters.length],
  }
}

function endpoint(cluster: string): JsonObject {
  const address = { socket_address: { address: '127.0.0.1', port_value: 8000 } }
  return { cluster_name: cluster, endpoints: [{ lb_endpoints: [{ endpoint: { address } }] }] }
}

/** Renames a cluster with everything that names it: routes, weighted clusters, TCP proxies, gRPC services, its stub. */
export function renameCluster(design: Design, index: number, name: string): Edit {
  const old = asText(design.config.clusters[index]?.name) ?? ''
  const named = setAt(design, ['config', 'clusters', index, 'name'], name)
  const config = renameReferences(named.config as JsonObject, old, name) as Design['config']
  const { [old]: stub, ...others } = design.upstreams
  const upstreams = stub === undefined ? design.upstreams : { ...others, [name]: stub }
  return {
    design: { ...named, config, upstreams },
    label: `Rename cluster ${old}`,
    select: ['config', 'clusters', index],
  }
}

const CLUSTER_FIELDS = new Set(['cluster', 'cluster_name'])

function renameReferences(value: Json, old: string, name: string, weighted = false): Json {
  if (Array.isArray(value)) {
    const next = value.map((entry) => renameReferences(entry, old, name, weighted))
    return next.every((entry, index) => entry === value[index]) ? value : next
  }
  if (!isObject(value)) return value
  let changed = false
  const entries = Object.entries(value).map(([key, member]): [string, Json] => {
    const names = CLUSTER_FIELDS.has(key) || (weighted && key === 'name')
    const inWeighted = key === 'weighted_clusters' || (weighted && key === 'clusters')
    const next = names && member === old ? name : renameReferences(member, old, name, inWeighted)
    if (next !== member) changed = true
    return [key, next]
  })
  return changed ? Object.fromEntries(entries) : value
}

/** Renames a route configuration with the `rds` of every connection manager that asks for it. */
export function renameRouteConfig(design: Design, index: number, name: string): Edit {
  const path = ['config', 'routes', index]
  const old = asText(getAt(design, [...path, 'name'])) ?? ''
  const follow = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(follow)
    if (!isObject(value)) return value
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => [key, key === 'route_config_name' && one === old ? name : follow(one)]),
    )
  }
  const named = setAt(design, [...path, 'name'], name)
  const listeners = named.config.listeners.map((listener) => follow(listener) as JsonObject)
  const label = `Rename route configuration ${old}`
  return { design: { ...named, config: { ...named.config, listeners } }, label, select: path }
}

const NOUNS: Record<string, string> = {
  listeners: 'listener',
  filter_chains: 'filter chain',
  default_filter_chain: 'default filter chain',
  virtual_hosts: 'virtual host',
  routes: 'route',
  clusters: 'cluster',
  listener_filters: 'listener filter',
  filters: 'filter',
  http_filters: 'filter',
}

/** In words: what stands at a path, as `virtual host shop`. */
export function describeAt(design: Design, path: Path): string {
  const last = path.at(-1)
  const list = typeof last === 'number' ? path.at(-2) : last
  const noun = NOUNS[String(list)] ?? String(list)
  const name = asText(asObject(getAt(design, path)).name)
  return name === undefined ? noun : `${noun} ${name}`
}

/** Removes the listener, chain, virtual host, route, cluster or other object at a path. */
export function removeObject(design: Design, path: Path): Edit {
  if (getAt(design, path) === undefined) throw new PathError(path, 'there is nothing to delete')
  const left = removeAt(design, path)
  return { design: left, label: `Delete ${describeAt(design, path)}`, select: neighbourOf(left, path) }
}

/** What is selected where an object was removed: the next in its list, else the last, else what the list is part of. */
function neighbourOf(design: Design, path: Path): Path | undefined {
  const list = path.slice(0, -1)
  const index = path.at(-1)
  if (typeof index !== 'number') return list
  const count = asObjects(getAt(design, list)).length
  if (count > 0) return [...list, Math.min(index, count - 1)]
  return list.length > 2 ? list.slice(0, -1) : undefined
}

/** Moves an entry within its list into the gap `to`, counted before the move (for routes and virtual hosts). */
export function moveObject(design: Design, path: Path, to: number): Edit {
  const list = path.slice(0, -1)
  const from = path.at(-1)
  const value = getAt(design, path)
  if (typeof from !== 'number' || value === undefined) throw new PathError(path, 'there is nothing to move')
  const index = to > from ? to - 1 : to
  const label = `Move ${describeAt(design, path)}`
  if (index === from) return { design, label, select: path }
  return { design: insertAt(removeAt(design, path), list, index, value), label, select: [...list, index] }
}
