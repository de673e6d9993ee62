import type { ProxyConfig } from '../../src/istio/apply/index.ts'
import { isObject, type JsonObject, objectsAt, stringAt } from '../../src/istio/message/json.ts'
import type { Random } from './random.ts'

const any = (type: string, fields: JsonObject = {}): JsonObject => ({
  '@type': `type.googleapis.com/${type}`,
  ...fields,
})

const newHttpFilters: ((random: Random) => JsonObject)[] = [
  (random) => {
    const name = `script-${random.below(3)}`
    return {
      name,
      typed_config: any('envoy.extensions.filters.http.lua.v3.Lua', {
        default_source_code: { inline_string: `-- ${name}\n` },
      }),
    }
  },
  () => ({
    name: 'envoy.filters.http.header_mutation',
    typed_config: any('envoy.extensions.filters.http.header_mutation.v3.HeaderMutation'),
  }),
  () => ({
    name: 'envoy.filters.http.buffer',
    typed_config: any('envoy.extensions.filters.http.buffer.v3.Buffer', { max_request_bytes: 9 }),
  }),
  () => ({ name: 'envoy.filters.http.cors', typed_config: any('envoy.extensions.filters.http.cors.v3.Cors') }),
]

interface Place {
  where: string
  filters: JsonObject[]
  manager?: JsonObject
}

function places(config: ProxyConfig): { http: Place[]; network: Place[] } {
  const http: Place[] = []
  const network: Place[] = []
  for (const listener of config.listeners) {
    const fallback = isObject(listener.default_filter_chain) ? [listener.default_filter_chain] : []
    for (const [index, chain] of [...objectsAt(listener, 'filter_chains'), ...fallback].entries()) {
      const where = `${stringAt(listener, 'name')}[${index}]`
      network.push({ where, filters: chain.filters as JsonObject[] })
      for (const filter of objectsAt(chain, 'filters')) {
        const manager = filter.typed_config as JsonObject
        if (Array.isArray(manager?.http_filters))
          http.push({ where, filters: manager.http_filters as JsonObject[], manager })
      }
    }
  }
  return { http, network }
}

const names = (filters: JsonObject[]) => filters.map((filter) => stringAt(filter, 'name'))

/** One edit of the proxy, in place; what it was is returned. Nothing is ever put behind the router. */
export function randomEdit(random: Random, config: ProxyConfig): string {
  const { http, network } = places(config)
  const place = random.pick(http)
  const last = place.filters.length - 1
  const edits: [weight: number, edit: () => string][] = [
    [
      6,
      () => {
        const filter = random.pick(newHttpFilters)(random)
        const index = random.below(last + 1)
        place.filters.splice(index, 0, filter)
        return `insert ${filter.name} at ${index} of ${place.where}`
      },
    ],
    [
      2,
      () => {
        const filter = random.pick(newHttpFilters)(random)
        const index = random.below(3)
        const chosen = http.filter(() => random.chance(0.5))
        for (const other of chosen)
          other.filters.splice(Math.min(index, other.filters.length - 1), 0, structuredClone(filter))
        return `insert ${filter.name} at ${index} of ${chosen.map((other) => other.where)}`
      },
    ],
    [
      1,
      () => {
        const [removed] = place.filters.splice(random.below(Math.max(last, 1)), 1)
        return `remove ${removed?.name} from ${place.where}`
      },
    ],
    [
      1,
      () => {
        const [moved] = place.filters.splice(random.below(Math.max(last, 1)), 1)
        if (moved) place.filters.splice(random.below(Math.max(place.filters.length, 1)), 0, moved)
        return `move ${moved?.name} in ${place.where}: ${names(place.filters)}`
      },
    ],
    [
      1,
      () => {
        const fault = place.filters.find((filter) => filter.name === 'envoy.filters.http.fault')
        if (fault) (fault.typed_config as JsonObject).max_active_faults = random.below(3) + 1
        return `change fault in ${place.where}`
      },
    ],
    [
      1,
      () => {
        const manager = place.manager as JsonObject
        if (random.chance(0.5)) manager.server_name = 'mine'
        else delete manager.upgrade_configs
        return `change the manager of ${place.where}`
      },
    ],
    [
      2,
      () => {
        const chain = random.pick(network)
        const name = random.pick(['envoy.filters.network.rbac', 'mine'])
        const index = random.below(chain.filters.length)
        chain.filters.splice(index, 0, {
          name,
          typed_config: any('envoy.extensions.filters.network.rbac.v3.RBAC', { stat_prefix: 'x' }),
        })
        return `insert network filter ${name} at ${index} of ${chain.where}`
      },
    ],
    [
      1,
      () => {
        const listener = random.pick(config.listeners)
        const filters = objectsAt(listener, 'listener_filters')
        filters.splice(random.below(filters.length + 1), 0, {
          name: 'envoy.filters.listener.proxy_protocol',
          typed_config: any('envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol'),
        })
        listener.listener_filters = filters
        return `insert listener filter in ${listener.name}`
      },
    ],
    [
      1,
      () => {
        const listener = random.pick(config.listeners)
        listener.per_connection_buffer_limit_bytes = 1000
        return `change ${listener.name}`
      },
    ],
    [1, () => editRoutes(random, config)],
    [1, () => editClusters(random, config)],
  ]
  const total = edits.reduce((sum, [weight]) => sum + weight, 0)
  let left = random.below(total)
  for (const [weight, edit] of edits) {
    if (left < weight) return edit()
    left -= weight
  }
  return ''
}

function editRoutes(random: Random, config: ProxyConfig): string {
  const inline = places(config)
    .http.map(({ manager }) => manager?.route_config)
    .filter((routes) => isObject(routes))
  const all = [...config.routes, ...inline]
  const routes = random.pick(all)
  const host = random.pick(objectsAt(routes, 'virtual_hosts'))
  const list = objectsAt(host, 'routes')
  const route = list.length > 0 ? random.pick(list) : undefined
  const what = random.below(4)
  if (what === 0) host.request_headers_to_remove = ['x-gone']
  if (what === 1 && isObject(route?.route)) route.route.timeout = '7s'
  if (what === 2)
    list.splice(random.below(list.length + 1), 0, {
      name: 'mine',
      match: { prefix: '/mine' },
      direct_response: { status: 204 },
    })
  if (what === 3) (routes.virtual_hosts as JsonObject[]).push({ name: 'more', domains: ['more.example.com'] })
  if (list.length > 0) host.routes = list
  return `routes ${routes.name} / ${host.name}: edit ${what}`
}

function editClusters(random: Random, config: ProxyConfig): string {
  const cluster = random.pick(config.clusters)
  const what = random.below(3)
  if (what === 0) config.clusters.push({ name: 'mine', type: 'STRICT_DNS', connect_timeout: '1s' })
  if (what === 1) cluster.connect_timeout = '9s'
  if (what === 2) config.clusters.splice(config.clusters.indexOf(cluster), 1)
  return `clusters: edit ${what} of ${cluster.name}`
}
