import type { ProxyConfig } from '../../src/istio/apply/index.ts'
import type { JsonObject } from '../../src/istio/message/json.ts'
import { numberAt, objectAt, objectsAt, stringAt } from '../../src/istio/message/json.ts'
import type { Random } from './random.ts'
import type { BaseScenario } from './scenarios.ts'

const any = (type: string, fields: JsonObject = {}): JsonObject => ({
  '@type': `type.googleapis.com/${type}`,
  ...fields,
})
const manager = 'envoy.filters.network.http_connection_manager'
const httpNames = [
  'istio.metadata_exchange',
  'envoy.filters.http.grpc_stats',
  'istio.alpn',
  'envoy.filters.http.fault',
  'envoy.filters.http.cors',
  'istio.stats',
  'envoy.filters.http.router',
  'envoy.router',
  'waypoint_upstream_peer_metadata',
  'mine',
  'envoy.filters.http.lua',
]
const networkNames = [
  manager,
  'envoy.filters.network.tcp_proxy',
  'istio.stats',
  'istio.metadata_exchange',
  'mine',
  'envoy.http_connection_manager',
]
/** The names that a proxy's objects have, with some that no object has. */
interface Names {
  listeners: string[]
  ports: number[]
  chains: string[]
  servers: string[]
  routes: string[]
  hosts: string[]
  routeNames: string[]
  clusters: string[]
}

function namesOf(config: ProxyConfig): Names {
  const chains = config.listeners.flatMap((listener) => objectsAt(listener, 'filter_chains'))
  const inline = chains.flatMap((chain) =>
    objectsAt(chain, 'filters')
      .map((filter) => objectAt(filter, 'typed_config', 'route_config'))
      .filter((routes) => routes !== undefined),
  )
  const configurations = [...config.routes, ...inline]
  const hosts = configurations.flatMap((configuration) => objectsAt(configuration, 'virtual_hosts'))
  const unique = <T>(values: T[], ...more: T[]) => [...new Set([...values.filter(Boolean), ...more])]
  const ports = config.listeners.map((listener) => numberAt(listener, 'address', 'socket_address', 'port_value'))
  const destinations = chains.map((chain) => numberAt(chain, 'filter_chain_match', 'destination_port'))
  return {
    listeners: unique(
      config.listeners.map((listener) => stringAt(listener, 'name')),
      'mine',
    ),
    ports: unique([...ports, ...destinations], 80, 443, 1),
    chains: unique(
      chains.map((chain) => stringAt(chain, 'name')),
      'mine',
    ),
    servers: unique(
      chains.map((chain) => stringAt(chain, 'filter_chain_match', 'server_names', 0)),
      'x',
    ),
    routes: unique(
      configurations.map((configuration) => stringAt(configuration, 'name')),
      'mine',
    ),
    hosts: unique(
      hosts.map((host) => stringAt(host, 'name')),
      'mine',
    ),
    routeNames: unique(
      hosts.flatMap((host) => objectsAt(host, 'routes').map((route) => stringAt(route, 'name'))),
      'mine',
    ),
    clusters: unique(
      config.clusters.map((cluster) => stringAt(cluster, 'name')),
      'mine',
    ),
  }
}

const operations = [
  'ADD',
  'INSERT_FIRST',
  'INSERT_BEFORE',
  'INSERT_AFTER',
  'REMOVE',
  'REPLACE',
  'MERGE',
  'MERGE_AND_REPLACE_LIST',
]
const kinds = [
  'HTTP_FILTER',
  'HTTP_FILTER',
  'HTTP_FILTER',
  'NETWORK_FILTER',
  'NETWORK_FILTER',
  'HTTP_ROUTE',
  'VIRTUAL_HOST',
  'ROUTE_CONFIGURATION',
  'CLUSTER',
  'LISTENER',
  'FILTER_CHAIN',
  'LISTENER_FILTER',
]

const lua = (name: string) => ({
  name,
  typed_config: any('envoy.extensions.filters.http.lua.v3.Lua', {
    default_source_code: { inline_string: '-- x' },
    stat_prefix: 'a',
  }),
})
const values: Record<string, (random: Random, names: Names) => JsonObject> = {
  HTTP_FILTER: (random) =>
    random.pick([
      lua('mine'),
      lua('envoy.filters.http.lua'),
      {
        name: 'envoy.filters.http.fault',
        typed_config: any('envoy.extensions.filters.http.fault.v3.HTTPFault', {
          max_active_faults: random.below(3),
          headers: [{ name: 'x' }],
        }),
      },
      {
        name: 'envoy.filters.http.router',
        typed_config: any('envoy.extensions.filters.http.router.v3.Router', {
          suppress_envoy_headers: random.chance(0.5),
          dynamic_stats: random.chance(0.5),
        }),
      },
      { name: 'mine', typed_config: any('envoy.extensions.filters.http.cors.v3.Cors') },
      { name: 'mine', config_discovery: { config_source: { ads: {} }, type_urls: ['a'] } },
      {
        name: 'envoy.filters.http.grpc_stats',
        typed_config: any('envoy.extensions.filters.http.grpc_stats.v3.FilterConfig', { stats_for_all_methods: false }),
      },
    ]),
  NETWORK_FILTER: (random) =>
    random.pick<JsonObject>([
      { name: 'mine', typed_config: any('envoy.extensions.filters.network.rbac.v3.RBAC', { stat_prefix: 'x' }) },
      {
        name: manager,
        typed_config: any('envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager', {
          use_remote_address: random.chance(0.5),
          server_name: random.pick(['', 'srv']),
          upgrade_configs: [{ upgrade_type: 'CONNECT' }],
          stream_idle_timeout: random.pick(['0s', '1m', '1.5s']),
          common_http_protocol_options: { idle_timeout: '10s', max_headers_count: random.below(2) },
          tracing: { max_path_tag_length: 3 },
          internal_address_config: { cidr_ranges: [{ address_prefix: '10.0.0.0', prefix_len: 8 }] },
        }),
      },
      {
        typed_config: any('envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy', {
          stat_prefix: 'merged',
          access_log: [{ name: 'a' }],
        }),
      },
    ]),
  LISTENER: (random) =>
    random.pick<JsonObject>([
      {
        name: 'mine',
        address: { socket_address: { address: '0.0.0.0', port_value: 7777 } },
        filter_chains: [{ filters: [{ name: 'mine' }] }],
      },
      {
        per_connection_buffer_limit_bytes: random.below(2),
        listener_filters_timeout: '1s',
        access_log: [{ name: 'x' }],
      },
      { address: { socket_address: { port_value: 1 } }, connection_balance_config: { exact_balance: {} } },
    ]),
  FILTER_CHAIN: (random) =>
    random.pick<JsonObject>([
      { name: 'mine', filters: [{ name: 'mine' }] },
      { name: 'mine' },
      {
        filter_chain_match: { source_ports: [1], application_protocols: ['x'] },
        transport_socket_connect_timeout: '2s',
      },
      {
        transport_socket: {
          name: 'envoy.transport_sockets.tls',
          typed_config: any('envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext', {
            require_sni: true,
            common_tls_context: { alpn_protocols: ['z'] },
          }),
        },
      },
    ]),
  LISTENER_FILTER: (random) => ({
    name: random.pick(['mine', 'envoy.filters.listener.proxy_protocol']),
    typed_config: any('envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol'),
  }),
  ROUTE_CONFIGURATION: () => ({
    request_headers_to_remove: ['x-rc'],
    vhds: { config_source: { ads: {} } },
  }),
  VIRTUAL_HOST: (random, names) => ({
    ...(random.chance(0.5) ? { name: random.pick(names.hosts) } : {}),
    request_headers_to_remove: ['x-vh'],
    include_request_attempt_count: random.chance(0.5),
    ...(random.chance(0.3) ? { domains: ['more.example.com'] } : {}),
    ...(random.chance(0.3)
      ? { routes: [{ name: 'mine', match: { prefix: '/vh' }, direct_response: { status: 200 } }] }
      : {}),
  }),
  HTTP_ROUTE: (random) =>
    random.pick<JsonObject>([
      { name: 'mine', match: { prefix: '/mine' }, direct_response: { status: 200 } },
      { route: { timeout: '3s', hash_policy: [{ terminal: true }] } },
      { match: { path: '/p' } },
      {
        redirect: { host_redirect: 'x' },
        typed_per_filter_config: {
          mine: any('envoy.extensions.filters.http.lua.v3.LuaPerRoute', { disabled: random.chance(0.5) }),
        },
      },
    ]),
  CLUSTER: (random) =>
    random.pick<JsonObject>([
      { name: random.pick(['mine', 'PassthroughCluster']), type: 'STATIC', connect_timeout: '1s' },
      {
        connect_timeout: '500ms',
        circuit_breakers: { thresholds: [{ max_requests: 3 }] },
        lb_policy: random.pick(['ROUND_ROBIN', 'RANDOM']),
      },
      {
        transport_socket: {
          name: random.pick(['envoy.transport_sockets.tls', 'envoy.transport_sockets.raw_buffer', 'x']),
          typed_config: any('envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer'),
        },
      },
      {
        type: 'LOGICAL_DNS',
        metadata: { filter_metadata: { istio: { mine: true } } },
        upstream_connection_options: { tcp_keepalive: { keepalive_time: random.below(2) } },
      },
    ]),
}

/** A resource for a proxy, mostly one that reaches it. */
export function randomResource(random: Random, base: BaseScenario, config: ProxyConfig, name: string): JsonObject {
  const names = namesOf(config)
  return random.chance(0.25) ? randomExtension(random, base, names, name) : randomEnvoyFilter(random, base, names, name)
}

function target(random: Random, base: BaseScenario, labels: (labels: JsonObject) => JsonObject): JsonObject {
  if (base.proxy.kind === 'waypoint') {
    if (random.chance(0.1)) return {}
    return { targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'waypoint' }] }
  }
  const gateway = base.proxy.labels['gateway.networking.k8s.io/gateway-name']
  if (gateway !== undefined && random.chance(0.5)) {
    return { targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: gateway }] }
  }
  return random.chance(0.5) ? labels(random.chance(0.9) ? base.proxy.labels : { app: 'other' }) : {}
}

function namespaceOf(random: Random, base: BaseScenario): string {
  return random.chance(0.7) ? base.proxy.namespace : random.pick(['istio-system', 'default', 'elsewhere'])
}

function randomEnvoyFilter(random: Random, base: BaseScenario, names: Names, name: string): JsonObject {
  const configPatches = Array.from({ length: 1 + random.below(3) }, () => randomPatch(random, base, names))
  return {
    apiVersion: 'networking.istio.io/v1alpha3',
    kind: 'EnvoyFilter',
    metadata: { name, namespace: namespaceOf(random, base) },
    spec: {
      ...target(random, base, (labels) => ({ workloadSelector: { labels } })),
      ...(random.chance(0.3) ? { priority: random.below(5) - 2 } : {}),
      configPatches,
    },
  }
}

function randomPatch(random: Random, base: BaseScenario, names: Names): JsonObject {
  const applyTo = random.pick(kinds)
  let operation = random.pick(operations)
  // istiod merges a listener filter into objects it shares between all its proxies: one case would spoil the next.
  if (applyTo === 'LISTENER_FILTER' && operation.startsWith('MERGE')) operation = 'ADD'
  // The same holds for network filters that are not connection managers.
  const contexts = base.proxy.kind === 'gateway' ? ['GATEWAY'] : ['SIDECAR_INBOUND', 'SIDECAR_OUTBOUND']
  const context = random.chance(0.8) ? random.pick(contexts) : random.pick(['ANY', 'GATEWAY', 'SIDECAR_INBOUND'])
  const match: JsonObject = { context, ...objectMatch(random, names, applyTo, operation) }
  const value = values[applyTo]?.(random, names) ?? {}
  return { applyTo, match, patch: operation === 'REMOVE' ? { operation } : { operation, value } }
}

function some(random: Random, probability: number, make: () => JsonObject): JsonObject {
  return random.chance(probability) ? make() : {}
}

function objectMatch(random: Random, names: Names, applyTo: string, operation: string): JsonObject {
  if (['ROUTE_CONFIGURATION', 'VIRTUAL_HOST', 'HTTP_ROUTE'].includes(applyTo)) {
    const route = some(random, 0.6, () => ({
      route: {
        ...some(random, 0.7, () => ({ name: random.pick(names.routeNames) })),
        ...some(random, 0.3, () => ({ action: random.pick(['ROUTE', 'REDIRECT', 'DIRECT_RESPONSE', 'ANY']) })),
      },
    }))
    const vhost = some(random, 0.7, () => ({
      vhost: {
        ...some(random, 0.5, () => ({ name: random.pick(names.hosts) })),
        ...some(random, 0.1, () => ({ domainName: random.pick(['*', 'shop.example.com']) })),
        ...route,
      },
    }))
    return some(random, 0.8, () => ({
      routeConfiguration: {
        ...some(random, 0.3, () => ({ name: random.pick(names.routes) })),
        ...some(random, 0.2, () => ({ portNumber: random.pick(names.ports) })),
        ...vhost,
      },
    }))
  }
  if (applyTo === 'CLUSTER') {
    return some(random, 0.8, () => ({
      cluster: random.chance(0.5)
        ? { name: random.pick(names.clusters) }
        : {
            ...some(random, 0.5, () => ({ service: 'httpbin.default.svc.cluster.local' })),
            ...some(random, 0.5, () => ({ portNumber: random.pick(names.ports) })),
          },
    }))
  }
  const needsFilter = applyTo === 'NETWORK_FILTER' && operation === 'MERGE'
  return some(random, 0.9, () => ({ listener: listenerMatch(random, names, applyTo, needsFilter) }))
}

function listenerMatch(random: Random, names: Names, applyTo: string, onlyManager: boolean): JsonObject {
  const filterName = applyTo === 'HTTP_FILTER' || onlyManager ? manager : random.pick(networkNames)
  const sub =
    applyTo === 'HTTP_FILTER' ? some(random, 0.8, () => ({ subFilter: { name: random.pick(httpNames) } })) : {}
  const filter =
    applyTo === 'HTTP_FILTER' || applyTo === 'NETWORK_FILTER'
      ? some(random, onlyManager ? 1 : 0.8, () => ({ filter: { name: filterName, ...sub } }))
      : {}
  const chain = {
    ...some(random, 0.1, () => ({ name: random.pick(names.chains) })),
    ...some(random, 0.1, () => ({ transportProtocol: random.pick(['tls', 'raw_buffer']) })),
    ...some(random, 0.1, () => ({ applicationProtocols: random.pick(['h2c', 'http/1.1,h2c', 'istio']) })),
    ...some(random, 0.1, () => ({ destinationPort: random.pick(names.ports) })),
    ...some(random, 0.05, () => ({ sni: random.pick(names.servers) })),
    ...filter,
  }
  return {
    ...some(random, 0.15, () => ({ name: random.pick(names.listeners) })),
    ...some(random, 0.2, () => ({ portNumber: random.pick(names.ports) })),
    ...(applyTo === 'LISTENER_FILTER'
      ? some(random, 0.7, () => ({
          listenerFilter: random.pick([
            'envoy.filters.listener.tls_inspector',
            'envoy.filters.listener.original_dst',
            'mine',
          ]),
        }))
      : {}),
    ...(Object.keys(chain).length > 0 ? { filterChain: chain } : {}),
  }
}

function randomExtension(random: Random, base: BaseScenario, names: Names, name: string): JsonObject {
  const wasm = random.chance(0.4)
  const plugin = wasm && random.chance(0.5)
  const config = { url: 'oci://example.com/x:1', ...some(random, 0.3, () => ({ type: 'NETWORK' })) }
  return {
    apiVersion: 'extensions.istio.io/v1alpha1',
    kind: plugin ? 'WasmPlugin' : 'TrafficExtension',
    metadata: { name, namespace: namespaceOf(random, base) },
    spec: {
      ...target(random, base, (labels) => ({ selector: { matchLabels: labels } })),
      ...some(random, 0.6, () => ({ phase: random.pick(['AUTHN', 'AUTHZ', 'STATS']) })),
      ...some(random, 0.5, () => ({ priority: random.below(4) - 1 })),
      ...some(random, 0.4, () => ({
        match: [
          {
            ...some(random, 0.6, () => ({ mode: random.pick(['CLIENT', 'SERVER', 'CLIENT_AND_SERVER']) })),
            ...some(random, 0.5, () => ({ ports: [{ number: random.pick(names.ports) }] })),
          },
        ],
      })),
      ...(plugin ? config : wasm ? { wasm: config } : { lua: { inlineCode: '-- x' } }),
    },
  }
}
