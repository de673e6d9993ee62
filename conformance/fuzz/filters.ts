import fc from 'fast-check'
import type { JsonObject } from '../../src/cli/case-document.ts'
import { headerValueOption, mutations } from './header-changes.ts'
import { headerMatcher, pathMatcher, stringMatcher } from './matches.ts'
import { headerToMetadata, setFilterState, setMetadata } from './metadata-filters.ts'
import { boolean, list, message, oneof, sometimes, typed, word } from './words.ts'

const TYPE = 'envoy.extensions.filters.http'

/** One kind of filter: its config, and what routes and virtual hosts may say about it. */
interface FilterKind {
  name: string
  type: string
  config: fc.Arbitrary<JsonObject>
  perRoute?: { type: string; config: fc.Arbitrary<JsonObject> }
}

const percent = (numerator: number) => ({ numerator, denominator: 'HUNDRED' })

const corsPolicy = message({
  allow_origin_string_match: list(fc.oneof(stringMatcher, fc.constant<JsonObject>({ suffix: '.test' })), 2, 1),
  allow_methods: sometimes(word(['GET', 'GET,POST', '*']), 2),
  allow_headers: sometimes(word(['x-a', '*']), 2),
  expose_headers: sometimes(word(['x-up', '*']), 3),
  max_age: sometimes(word(['10', '']), 3),
  allow_credentials: sometimes(boolean, 2),
  allow_private_network_access: sometimes(boolean, 4),
  forward_not_matching_preflights: sometimes(boolean, 3),
  filter_enabled: sometimes(
    word([0, 100]).map((n) => ({ default_value: percent(n) })),
    5,
  ),
})

const permissionLeaf = oneof({ any: fc.constant(true), header: headerMatcher, url_path: pathMatcher })
const principalLeaf = oneof({
  any: fc.constant(true),
  header: headerMatcher,
  url_path: pathMatcher,
  remote_ip: word(['127.0.0.0/8', '10.0.0.0/8', '127.0.0.2/32']).map(cidr),
  direct_remote_ip: word(['127.0.0.0/8', '127.0.0.3/32']).map(cidr),
  metadata: word(['set', 'lua', 'a']).map((value) => ({
    filter: 'envoy.lb',
    path: [{ key: 'key' }],
    value: { string_match: { exact: value } },
  })),
})

function cidr(text: string): JsonObject {
  const [address, length] = text.split('/')
  return { address_prefix: address!, prefix_len: Number(length) }
}

const permission = fc.oneof(
  { weight: 4, arbitrary: permissionLeaf },
  { weight: 1, arbitrary: permissionLeaf.map((rule): JsonObject => ({ not_rule: rule })) },
  { weight: 1, arbitrary: list(permissionLeaf, 2, 1).map((rules): JsonObject => ({ and_rules: { rules } })) },
  { weight: 1, arbitrary: list(permissionLeaf, 2, 1).map((rules): JsonObject => ({ or_rules: { rules } })) },
)
const principal = fc.oneof(
  { weight: 4, arbitrary: principalLeaf },
  { weight: 1, arbitrary: principalLeaf.map((id): JsonObject => ({ not_id: id })) },
  { weight: 1, arbitrary: list(principalLeaf, 2, 1).map((ids): JsonObject => ({ or_ids: { ids } })) },
)

const rbacRules = fc.record({
  action: word(['ALLOW', 'DENY', 'LOG']),
  policies: fc.dictionary(
    word(['p1', 'p2']),
    fc.record({ permissions: list(permission, 2, 1), principals: list(principal, 2, 1) }),
    { minKeys: 1, maxKeys: 2 },
  ),
})

const rbacConfig = message({
  rules: sometimes(rbacRules, 1),
  shadow_rules: sometimes(rbacRules, 4),
  shadow_rules_stat_prefix: sometimes(fc.constant('s_'), 5),
})

const mutationConfig = message({
  request_mutations: sometimes(mutations, 2),
  response_mutations: sometimes(mutations, 2),
})

const faultConfig = message({
  abort: fc.oneof(
    fc
      .tuple(word([400, 418, 503]), word([0, 100]))
      .map(([status, numerator]) => ({ http_status: status, percentage: percent(numerator) })),
    fc.constant({ header_abort: {}, percentage: percent(100) }),
    fc.tuple(word([5, 14]), word([100])).map(([status, n]) => ({ grpc_status: status, percentage: percent(n) })),
  ),
  headers: sometimes(list(headerMatcher, 1, 1), 2),
  upstream_cluster: sometimes(word(['backend', 'other']), 5),
})

const rateLimitConfig = message({
  stat_prefix: fc.constant('rl'),
  token_bucket: word([1, 2, 100]).map((max) => ({ max_tokens: max, tokens_per_fill: 1, fill_interval: '3600s' })),
  filter_enabled: sometimes(
    word([0, 100]).map((n) => ({ default_value: percent(n) })),
    1,
  ),
  filter_enforced: sometimes(
    word([0, 100, 100]).map((n) => ({ default_value: percent(n) })),
    1,
  ),
  status: sometimes(
    word(['TooManyRequests', 'ServiceUnavailable', 'Forbidden']).map((code) => ({ code })),
    4,
  ),
  response_headers_to_add: sometimes(list(headerValueOption, 1, 1), 3),
  request_headers_to_add_when_not_enforced: sometimes(list(headerValueOption, 1, 1), 4),
})

const LUA_REQUEST = [
  'h:headers():add("x-a", "lua")',
  'h:headers():replace("x-b", h:headers():get(":path"))',
  'h:headers():remove("x-c")',
  'if h:headers():get("x-a") == "a" then h:respond({[":status"] = "403", ["x-lua"] = "no"}, "stopped") end',
  'local n = 0 for k, v in pairs(h:headers()) do n = n + 1 end h:headers():add("x-count", n)',
  'local b = h:body() h:headers():add("x-len", b and b:length() or "none")',
  'h:headers():replace(":path", "/a/lua") h:clearRouteCache()',
  'h:streamInfo():dynamicMetadata():set("envoy.lb", "key", "lua")',
  'h:headers():add("x-proto", h:streamInfo():protocol())',
  'error("broken")',
] as const
const LUA_RESPONSE = [
  'h:headers():add("x-status", h:headers():get(":status"))',
  'h:headers():replace("x-up", "lua")',
  'local b = h:body(true) b:setBytes("lua:" .. b:getBytes(0, b:length()))',
  'h:headers():add("x-meta", tostring((h:streamInfo():dynamicMetadata():get("envoy.lb") or {}).key))',
  'h:headers():remove("server")',
] as const

const lua = fc
  .tuple(list(word(LUA_REQUEST), 2), list(word(LUA_RESPONSE), 2))
  .map(([request, response]) => ({ inline_string: script(request, response) }))

function script(request: string[], response: string[]): string {
  return `function envoy_on_request(h)\n  ${request.join('\n  ')}\nend\nfunction envoy_on_response(h)\n  ${response.join('\n  ')}\nend\n`
}

export const FILTERS: readonly FilterKind[] = [
  {
    name: 'envoy.filters.http.header_mutation',
    type: `${TYPE}.header_mutation.v3.HeaderMutation`,
    config: message({ mutations: mutationConfig, most_specific_header_mutations_wins: sometimes(boolean, 4) }),
    perRoute: {
      type: `${TYPE}.header_mutation.v3.HeaderMutationPerRoute`,
      config: message({ mutations: mutationConfig }),
    },
  },
  {
    name: 'envoy.filters.http.cors',
    type: `${TYPE}.cors.v3.Cors`,
    config: fc.constant({}),
    perRoute: { type: `${TYPE}.cors.v3.CorsPolicy`, config: corsPolicy },
  },
  {
    name: 'envoy.filters.http.rbac',
    type: `${TYPE}.rbac.v3.RBAC`,
    config: rbacConfig,
    perRoute: { type: `${TYPE}.rbac.v3.RBACPerRoute`, config: message({ rbac: sometimes(rbacConfig, 2) }) },
  },
  {
    name: 'envoy.filters.http.fault',
    type: `${TYPE}.fault.v3.HTTPFault`,
    config: faultConfig,
    perRoute: { type: `${TYPE}.fault.v3.HTTPFault`, config: faultConfig },
  },
  {
    name: 'envoy.filters.http.header_to_metadata',
    type: `${TYPE}.header_to_metadata.v3.Config`,
    config: headerToMetadata,
    perRoute: { type: `${TYPE}.header_to_metadata.v3.Config`, config: headerToMetadata },
  },
  {
    name: 'envoy.filters.http.set_metadata',
    type: `${TYPE}.set_metadata.v3.Config`,
    config: setMetadata,
  },
  {
    name: 'envoy.filters.http.set_filter_state',
    type: `${TYPE}.set_filter_state.v3.Config`,
    config: setFilterState,
    perRoute: { type: `${TYPE}.set_filter_state.v3.Config`, config: setFilterState },
  },
  {
    name: 'envoy.filters.http.buffer',
    type: `${TYPE}.buffer.v3.Buffer`,
    config: message({ max_request_bytes: word([4, 1024]) }),
    perRoute: {
      type: `${TYPE}.buffer.v3.BufferPerRoute`,
      config: fc.oneof(
        fc.constant<JsonObject>({ disabled: true }),
        word([4, 1024]).map((bytes): JsonObject => ({ buffer: { max_request_bytes: bytes } })),
      ),
    },
  },
  {
    name: 'envoy.filters.http.local_ratelimit',
    type: `${TYPE}.local_ratelimit.v3.LocalRateLimit`,
    config: rateLimitConfig,
    perRoute: { type: `${TYPE}.local_ratelimit.v3.LocalRateLimit`, config: rateLimitConfig },
  },
  {
    name: 'envoy.filters.http.lua',
    type: `${TYPE}.lua.v3.Lua`,
    config: message({ default_source_code: lua }),
    perRoute: {
      type: `${TYPE}.lua.v3.LuaPerRoute`,
      config: fc.oneof(
        fc.constant<JsonObject>({ disabled: true }),
        lua.map((code): JsonObject => ({ source_code: code })),
      ),
    },
  },
]

/** HTTP filters before the router, in any order; now and then one is off unless a route turns it on. */
export const httpFilters: fc.Arbitrary<JsonObject[]> = fc
  .shuffledSubarray([...FILTERS], { maxLength: 4 })
  .chain((kinds) =>
    fc.tuple(
      ...kinds.map((kind) =>
        fc.tuple(kind.config, fc.nat({ max: 14 })).map(
          ([config, off]): JsonObject => ({
            name: kind.name,
            ...(off === 0 && { disabled: true }),
            typed_config: typed(kind.type, config),
          }),
        ),
      ),
    ),
  )

const filterConfig = 'envoy.config.route.v3.FilterConfig'

/** `typed_per_filter_config`, rarely for more than one filter, at times as a FilterConfig that turns one off or on. */
export const perFilterConfig: fc.Arbitrary<JsonObject> = list(
  fc.oneof(
    ...FILTERS.flatMap(({ name, perRoute }) =>
      perRoute ? [perRoute.config.map((config): [string, JsonObject] => [name, typed(perRoute.type, config)])] : [],
    ),
    word(FILTERS).chain(({ name }) =>
      boolean.map((off): [string, JsonObject] => [
        name,
        off ? typed(filterConfig, { disabled: true }) : typed(filterConfig, { config: {} }),
      ]),
    ),
  ),
  2,
  1,
).map((entries) => Object.fromEntries(entries))
