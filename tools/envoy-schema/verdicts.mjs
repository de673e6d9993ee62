// Writes src/envoy/validate/verdicts.generated.json: small configurations and whether the real Envoy accepts each
// (`envoy --mode validate`), so that validation is tested against what Envoy does. Envoy is found on PATH, or named by
// ENVOY.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const output = join(dirname(fileURLToPath(import.meta.url)), '../../src/envoy/validate/verdicts.generated.json')
const directory = mkdtempSync(join(tmpdir(), 'envoy-verdicts-'))

const HTTP = 'type.googleapis.com/envoy.extensions.filters.http'
const NETWORK = 'type.googleapis.com/envoy.extensions.filters.network'
const filter = (name, type, fields = '') =>
  `{name: ${name}, typed_config: {"@type": ${type}${fields && `, ${fields}`}}}`
const ROUTER = filter('router', `${HTTP}.router.v3.Router`)
const BUFFER = filter('buffer', `${HTTP}.buffer.v3.Buffer`, 'max_request_bytes: 5')
const TCP = filter('tcp', `${NETWORK}.tcp_proxy.v3.TcpProxy`, 'stat_prefix: x, cluster: backend')
const lua = (fields) => filter('lua', `${HTTP}.lua.v3.Lua`, fields)
const perRoute = (config) => `${REPLY}, typed_per_filter_config: ${config}`
const REPLY = 'direct_response: {status: 200}'

/** A listener with one connection manager; `manager` is more of its fields, `route` the route's action. */
function http({ manager = '', route = REPLY, filters = [ROUTER], hosts = '' }) {
  const fields = [
    'stat_prefix: x',
    manager,
    `route_config: {name: r, virtual_hosts: [${hosts}{name: v, domains: ["*"], routes: [{match: {prefix: /}, ${route}}]}]}`,
    `http_filters: [${filters.join(', ')}]`,
  ]
  return chain(
    filter('http', `${NETWORK}.http_connection_manager.v3.HttpConnectionManager`, fields.filter(Boolean).join(', ')),
  )
}

function chain(...filters) {
  return listener(`filter_chains: [{filters: [${filters.join(', ')}]}]`)
}

function listener(fields) {
  const address = 'address: {socket_address: {address: 127.0.0.1, port_value: 0}}'
  return `static_resources:\n  listeners:\n  - {name: main, ${address}, ${fields}}\n  clusters: [{name: backend, connect_timeout: 1s}]\n`
}

const managers = [
  ...[
    'codec_type: auto',
    'codec_type: 0',
    'codec_type: 99',
    'codec_type: "0"',
    'codec_type: ""',
    'codec_type: HTTP9',
    'codec_type: null',
  ],
  ...[
    'server_name: 5',
    'server_name: true',
    'server_name: 1.5',
    'server_name: null',
    'server_name: 0x10',
    'server_name: "5"',
  ],
  ...[
    'generate_request_id: "true"',
    'generate_request_id: yes',
    'generate_request_id: "yes"',
    'generate_request_id: 1',
  ],
  ...[
    'generate_request_id: "1"',
    'generate_request_id: {value: true}',
    'generate_request_id: {}',
    'generate_request_id: []',
  ],
  ...[
    'drain_timeout: 5',
    'drain_timeout: "5"',
    'drain_timeout: 5s',
    'drain_timeout: 5.5s',
    'drain_timeout: 1e1s',
    'drain_timeout: 5m',
  ],
  ...[
    'drain_timeout: {seconds: 5}',
    'drain_timeout: " 5s"',
    'drain_timeout: .5s',
    'drain_timeout: 5.s',
    'drain_timeout: 0.0000000001s',
  ],
  ...[
    'max_request_headers_kb: "60"',
    'max_request_headers_kb: 60.0',
    'max_request_headers_kb: "60.0"',
    'max_request_headers_kb: 60.5',
  ],
  ...[
    'max_request_headers_kb: -1',
    'max_request_headers_kb: 0',
    'max_request_headers_kb: 9000',
    'max_request_headers_kb: "0x3c"',
  ],
  ...[
    'max_request_headers_kb: 0x3c',
    'max_request_headers_kb: 074',
    'max_request_headers_kb: 6e1',
    'max_request_headers_kb: 5000000000',
  ],
  ...['max_request_headers_kb: " 60"', 'max_request_headers_kb: "+60"', 'max_request_headers_kb: [60]'],
  ...[
    'access_log: {}',
    'access_log: []',
    'access_log: null',
    'upgrade_configs: {upgrade_type: a}',
    'upgrade_configs: [{upgradeType: a}]',
  ],
  ...[
    'upgrade_configs: [[{upgrade_type: a}]]',
    'upgrade_configs: [null]',
    'upgrade_configs: [{upgrade_type: a, upgrade_type: b}]',
  ],
  ...['nope: null', 'nope: 1', 'Stat_Prefix: x', 'x-comment: 1', '<<: {server_name: a}', 'rds: null'],
  'rds: {route_config_name: x, config_source: {ads: {}}}',
  ...[
    'scheme_header_transformation: {scheme_to_overwrite: http}',
    'scheme_header_transformation: {}',
    'scheme_header_transformation: []',
  ],
  ...[
    'scheme_header_transformation: null',
    'scheme_header_transformation: ""',
    'xff_num_trusted_hops: "1"',
    'request_timeout: 0.0001s',
  ],
  ...[
    'http_protocol_options: {allow_chunked_length: true}',
    'tracing: {client_sampling: {value: 101}}',
    'common_http_protocol_options: {max_headers_count: 0}',
  ],
]
const regexes = [
  ...[
    '"(?=a)"',
    '"a("',
    '""',
    '"a.*"',
    '"[[:alpha:]]+"',
    '"(?i)a"',
    "'\\1'",
    '"a{1000}"',
    '"a{1001}"',
    '"(a{100}){100}"',
    '"a**"',
    '"+a"',
  ],
  ...[
    "'\\pN'",
    "'\\C'",
    "'\\z'",
    "'\\Z'",
    '"(?<n>a)"',
    '"(?P<n>a)(?P<n>b)"',
    "'\\Qa.b\\E'",
    "'[a-\\d]'",
    "'\\8'",
    "'\\xZZ'",
    "'\\h'",
  ],
  ...[
    '"(?#c)"',
    "'\\u0041'",
    '"[[:nope:]]"',
    '"a{,2}"',
    '"a{2,1}"',
    '"[b-a]"',
    '"a)"',
    '"[a"',
    '"(?>a)"',
    '"a++"',
    '"a*?"',
    '"(?s).(?-s:.)"',
    "'a\\'",
  ],
]
const routes = [
  ...[
    'route: {cluster: nope}',
    'route: {cluster: backend}',
    'route: {weighted_clusters: {clusters: [{name: nope, weight: 1}]}}',
    'name: x',
  ],
  ...[
    'route: {cluster: backend, request_mirror_policies: [{cluster: nope}]}',
    'direct_response: {status: 99}',
    'direct_response: {status: "200"}',
  ],
  ...[
    `${REPLY}, redirect: {path_redirect: /x}`,
    `${REPLY}, metadata: {filter_metadata: {a: null}}`,
    `${REPLY}, metadata: {filter_metadata: {a: 1}}`,
  ],
  ...[
    perRoute('{cors: {}}'),
    perRoute('{cors: null}'),
    perRoute('{cors: {a: 1}}'),
    perRoute('{cors: {"@type": a/foo.Bar}}'),
  ],
  perRoute('{cors: {"@type": envoy.extensions.filters.http.cors.v3.CorsPolicy}}'),
  perRoute('{cors: {"@type": a/envoy.extensions.filters.http.cors.v3.CorsPolicy}}'),
  perRoute('{cors: {"@type": a/envoy.extensions.filters.http.cors.v3.CorsPolicy, allow_method: a}}'),
  perRoute('{lua: {"@type": a/envoy.extensions.filters.http.lua.v3.LuaPerRoute, disabled: false}}'),
  ...['"!!"', 'YQ', '"_-=="'].map(
    (bytes) => `${REPLY}, request_headers_to_add: [{header: {key: a, raw_value: ${bytes}}}]`,
  ),
  ...['"a b"', '""', '"a\\nb"', 'a'].map(
    (key) => `${REPLY}, request_headers_to_add: [{header: {key: ${key}, value: b}}]`,
  ),
  ...[`${REPLY}, request_headers_to_add: {header: {key: a, value: b}}`, `${REPLY}, request_headers_to_remove: a`],
  ...[`${REPLY}, response_headers_to_remove: [""]`, `${REPLY}, response_headers_to_remove: [null]`],
  ...regexes.map((regex) => `${REPLY}}, {match: {safe_regex: {regex: ${regex}}}, ${REPLY}`),
]
const chains = [
  ...[
    [],
    [BUFFER],
    [ROUTER, ROUTER],
    [ROUTER, BUFFER],
    [BUFFER, ROUTER],
    [BUFFER, BUFFER, ROUTER],
    ['{name: envoy.filters.http.cors}', ROUTER],
  ],
  ...[
    [`{typed_config: {"@type": ${HTTP}.cors.v3.Cors}}`, ROUTER],
    [filter('envoy.cors', `${HTTP}.buffer.v3.Buffer`, 'max_request_bytes: 1'), ROUTER],
  ],
  ...[
    [filter('a', `${HTTP}.buffer.v3.Buffer`), ROUTER],
    [filter('a', 'a/foo.Bar'), ROUTER],
    [filter('a', 'a/envoy.config.filter.http.lua.v2.Lua'), ROUTER],
  ],
  ...['max_request_bytes: 5', 'max_request_byte: 5'].map((value) => [
    filter(
      'a',
      'a/xds.type.v3.TypedStruct',
      `type_url: a/envoy.extensions.filters.http.buffer.v3.Buffer, value: {${value}}`,
    ),
    ROUTER,
  ]),
  ...[
    'inline_code: ""',
    'inline_code: "function f("',
    'default_source_code: {inline_string: "x = = 1"}',
    'default_source_code: {inline_string: "goto a ::a:: ; local b = 0x1p4"}',
  ].map((code) => [lua(code), ROUTER]),
  ...[
    [filter('a', `${HTTP}.mcp_router.v3.McpRouter`)],
    [filter('a', `${HTTP}.ai_protocol_manager.v3.AiProtocolManager`)],
  ],
]
const listeners = [
  ...[
    'filter_chains: []',
    'filter_chains: [{}]',
    'filter_chains: [{filters: []}]',
    `filter_chains: [{filters: [${TCP}]}, {filters: [${TCP}]}]`,
  ],
  ...[
    `filter_chains: [{filters: [${TCP}, ${TCP}]}]`,
    `filter_chains: [{filters: [${filter('s', `${NETWORK}.sni_cluster.v3.SniCluster`)}]}]`,
  ],
  `filter_chains: [{filter_chain_match: {server_names: [a.com]}, filters: [${TCP}]}, {filters: [${TCP}]}]`,
  `default_filter_chain: {filters: [${TCP}]}`,
  ...[
    'dubbo_proxy.v3.DubboProxy',
    'thrift_proxy.v3.ThriftProxy',
    'zookeeper_proxy.v3.ZooKeeperProxy',
    'mongo_proxy.v3.MongoProxy',
  ].map((type) => `filter_chains: [{filters: [${filter('a', `${NETWORK}.${type}`, 'stat_prefix: x')}]}]`),
]
const configs = [
  ...managers.map((manager) => http({ manager })),
  ...routes.map((route) => http({ route })),
  ...chains.map((filters) => http({ filters })),
  ...listeners.map(listener),
  http({ hosts: '{name: w, domains: ["*"]}, ' }),
  http({ hosts: '{name: v, domains: [a.com]}, ' }),
  http({ hosts: '{name: w, domains: [a.com]}, {name: u, domains: [A.com]}, ' }),
]

try {
  const verdicts = configs.map((config) => ({ accepted: accepts(config), config }))
  writeFileSync(output, `[\n${verdicts.map((verdict) => `  ${JSON.stringify(verdict)}`).join(',\n')}\n]\n`)
} finally {
  rmSync(directory, { recursive: true })
}

function accepts(config) {
  const file = join(directory, 'config.yaml')
  writeFileSync(file, config)
  const run = spawnSync(process.env.ENVOY ?? 'envoy', ['--mode', 'validate', '-c', file, '--log-level', 'off'])
  if (run.error) throw run.error
  return run.status === 0
}
