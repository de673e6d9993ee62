import type { CatalogueEntry } from '../model/catalogue.ts'

const DOCS = 'https://www.envoyproxy.io/docs/envoy/v1.40.0/configuration/'
const TYPES = 'type.googleapis.com/envoy.extensions.filters.'

function http(
  name: string,
  title: string,
  group: string,
  summary: string,
  type: string,
  more: Partial<CatalogueEntry> = {},
): CatalogueEntry {
  const typeUrl = type.includes('/') ? type : `${TYPES}http.${type}`
  return {
    name,
    title,
    kind: 'http',
    group,
    summary,
    modelled: 'full',
    notModelled: [],
    docs: `${DOCS}http/http_filters/${name.slice(name.lastIndexOf('.') + 1)}_filter`,
    terminal: false,
    upstream: false,
    typeUrl,
    ...more,
    defaultConfig: { '@type': typeUrl, ...more.defaultConfig },
  }
}

/** The filters that the designer offers until the whole catalogue is loaded. */
export const entries: readonly CatalogueEntry[] = [
  http(
    'envoy.filters.http.local_ratelimit',
    'Local Rate Limit',
    'traffic',
    'Token bucket in this proxy',
    'local_ratelimit.v3.LocalRateLimit',
    {
      defaultConfig: { stat_prefix: 'local_rate_limit' },
    },
  ),
  http(
    'envoy.filters.http.header_mutation',
    'Header Mutation',
    'traffic',
    'Add, change, remove headers',
    'header_mutation.v3.HeaderMutation',
  ),
  http('envoy.filters.http.fault', 'Fault', 'traffic', 'Inject delays and aborts', 'fault.v3.HTTPFault'),
  http('envoy.filters.http.buffer', 'Buffer', 'traffic', 'Hold a request until it is complete', 'buffer.v3.Buffer', {
    defaultConfig: { max_request_bytes: 1048576 },
  }),
  http('envoy.filters.http.cors', 'CORS', 'security', 'Answer preflights, stamp CORS headers', 'cors.v3.Cors'),
  http('envoy.filters.http.rbac', 'RBAC', 'security', 'Allow or deny by rules', 'rbac.v3.RBAC'),
  http(
    'envoy.filters.http.jwt_authn',
    'JWT Authentication',
    'security',
    'Verify tokens, claims to headers',
    'jwt_authn.v3.JwtAuthentication',
    {
      modelled: 'none',
    },
  ),
  http('envoy.filters.http.lua', 'Lua', 'scripting', 'A script on each stream', 'lua.v3.Lua', {
    defaultConfig: {
      default_source_code: {
        inline_string: 'function envoy_on_request(handle)\n  handle:headers():add("x-lua", "1")\nend\n',
      },
    },
  }),
  http('envoy.filters.http.wasm', 'Wasm', 'scripting', 'A proxy-wasm module', 'wasm.v3.Wasm', { modelled: 'none' }),
  http('envoy.filters.http.router', 'Router', 'protocol', 'Sends the request to its cluster', 'router.v3.Router', {
    terminal: true,
  }),
  http(
    'istio.metadata_exchange',
    'Istio metadata exchange',
    'istio',
    'Tells peers who they talk to',
    'type.googleapis.com/io.istio.http.peer_metadata.Config',
  ),
  http(
    'istio.alpn',
    'Istio ALPN',
    'istio',
    'Offers Istio protocols upstream',
    'type.googleapis.com/istio.envoy.config.filter.http.alpn.v2alpha1.FilterConfig',
  ),
  http('istio.stats', 'Istio stats', 'istio', 'Istio’s standard metrics', 'type.googleapis.com/stats.PluginConfig', {
    modelled: 'none',
  }),
  http(
    'envoy.filters.http.grpc_stats',
    'gRPC Stats',
    'observability',
    'Counts gRPC calls',
    'grpc_stats.v3.FilterConfig',
    { modelled: 'none' },
  ),
  {
    ...http(
      'envoy.filters.network.tcp_proxy',
      'TCP Proxy',
      'network',
      'Bytes to a cluster',
      `${TYPES}network.tcp_proxy.v3.TcpProxy`,
    ),
    kind: 'network',
    terminal: true,
  },
  {
    ...http(
      'envoy.filters.network.rbac',
      'Network RBAC',
      'network',
      'Allow or deny connections',
      `${TYPES}network.rbac.v3.RBAC`,
      {
        defaultConfig: { stat_prefix: 'rbac' },
      },
    ),
    kind: 'network',
  },
  {
    ...http(
      'envoy.filters.network.http_connection_manager',
      'HTTP Connection Manager',
      'network',
      'Bytes to requests, requests through filters',
      `${TYPES}network.http_connection_manager.v3.HttpConnectionManager`,
      { defaultConfig: { stat_prefix: 'ingress_http' } },
    ),
    kind: 'network',
    terminal: true,
  },
  {
    ...http(
      'envoy.filters.listener.tls_inspector',
      'TLS Inspector',
      'listener',
      'Reads SNI and ALPN',
      `${TYPES}listener.tls_inspector.v3.TlsInspector`,
    ),
    kind: 'listener',
  },
  {
    ...http(
      'envoy.filters.listener.proxy_protocol',
      'PROXY Protocol',
      'listener',
      'The client’s real address',
      `${TYPES}listener.proxy_protocol.v3.ProxyProtocol`,
    ),
    kind: 'listener',
  },
]
