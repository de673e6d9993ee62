import type { JsonObject } from '../../src/cli/case-document.ts'

const HTTP = 'type.googleapis.com/envoy.extensions.filters.http'

function filter(name: string, type: string, config: JsonObject): JsonObject {
  return { name: `envoy.filters.http.${name}`, typed_config: { '@type': `${HTTP}.${type}`, ...config } }
}

const router = filter('router', 'router.v3.Router', {})

function headerMutation(key: string): JsonObject {
  const append = { header: { key, value: '%REQ(:path)%' }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' }
  const mutations = { request_mutations: [{ append }], response_mutations: [{ append }] }
  return filter('header_mutation', 'header_mutation.v3.HeaderMutation', { mutations })
}

const hundredPercent = { default_value: { numerator: 100, denominator: 'HUNDRED' } }

/** Ten filters of seven kinds before the router, each with something to do for every request. */
export const TEN_FILTERS: JsonObject[] = [
  headerMutation('x-one'),
  filter('cors', 'cors.v3.Cors', {}),
  filter('rbac', 'rbac.v3.RBAC', {
    rules: {
      action: 'ALLOW',
      policies: {
        paths: { permissions: [{ url_path: { path: { prefix: '/api' } } }], principals: [{ any: true }] },
      },
    },
  }),
  headerMutation('x-two'),
  filter('fault', 'fault.v3.HTTPFault', {
    headers: [{ name: 'x-fault', present_match: true }],
    abort: { http_status: 503, percentage: { numerator: 100, denominator: 'HUNDRED' } },
  }),
  filter('local_ratelimit', 'local_ratelimit.v3.LocalRateLimit', {
    stat_prefix: 'bench',
    token_bucket: { max_tokens: 100_000_000, tokens_per_fill: 100_000_000, fill_interval: '1s' },
    filter_enabled: hundredPercent,
    filter_enforced: hundredPercent,
  }),
  filter('buffer', 'buffer.v3.Buffer', { max_request_bytes: 65_536 }),
  headerMutation('x-three'),
  headerMutation('x-four'),
  headerMutation('x-five'),
]

const LUA = `
local function clean(value)
  return (value:gsub("[^%w/._-]", "_"))
end

function envoy_on_request(handle)
  local headers = handle:headers()
  local path = headers:get(":path")
  local version = path:match("^/api/v(%d+)/") or "0"
  headers:replace("x-version", version)
  headers:add("x-clean", clean(path))
  local count = 0
  for name, value in pairs(headers) do
    if name:sub(1, 2) == "x-" then count = count + 1 end
  end
  headers:replace("x-count", tostring(count))
  handle:streamInfo():dynamicMetadata():set("bench", "version", version)
end

function envoy_on_response(handle)
  local meta = handle:streamInfo():dynamicMetadata():get("bench")
  handle:headers():add("x-version", meta.version)
end
`

/** One Lua filter with a script of twenty lines. */
export const LUA_FILTER: JsonObject[] = [filter('lua', 'lua.v3.Lua', { default_source_code: { inline_string: LUA } })]

/** `count` header mutations in a row. */
export function manyFilters(count: number): JsonObject[] {
  return Array.from({ length: count }, (_, index) => headerMutation(`x-${index % 10}`))
}

const answer = { status: 200, body: { inline_string: 'ok' } }
const lastRoute: JsonObject = { name: 'api', match: { prefix: '/api' }, direct_response: answer }

/** One virtual host for all, with one route. */
export const ONE_HOST: JsonObject[] = [{ name: 'all', domains: ['*'], routes: [lastRoute] }]

/** `count` routes of one host, of which the last matches: Envoy looks at them in order. */
export function manyRoutes(count: number): JsonObject[] {
  const others = Array.from({ length: count - 1 }, (_, index) => ({
    match: { prefix: `/r${index}/` },
    direct_response: answer,
  }))
  return [{ name: 'all', domains: ['*'], routes: [...others, lastRoute] }]
}

/** `count` hosts by exact name, of which the last is asked for: Envoy finds it in a map. */
export function manyHosts(count: number): JsonObject[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `h${index}`,
    domains: [index === count - 1 ? 'example.com' : `h${index}.example.com`],
    routes: [lastRoute],
  }))
}

/** A config of one listener with a connection manager: filters, then the router; a route answers directly. */
export function chain(filters: JsonObject[], virtualHosts: JsonObject[]): JsonObject {
  const manager = {
    '@type': 'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
    stat_prefix: 'bench',
    route_config: { name: 'bench', virtual_hosts: virtualHosts },
    http_filters: [...filters, router],
  }
  const filterChain = { filters: [{ name: 'envoy.filters.network.http_connection_manager', typed_config: manager }] }
  const address = { socket_address: { address: '127.0.0.1', port_value: 10_000 } }
  return { listeners: [{ name: 'main', address, filter_chains: [filterChain] }], clusters: [] }
}

/** What every bench sends, to the simulator and to Envoy. */
export const REQUEST_HEAD =
  'GET /api/v1/items?page=2 HTTP/1.1\r\nhost: example.com\r\nuser-agent: bench\r\naccept: */*\r\n\r\n'
