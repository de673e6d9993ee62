import fc from 'fast-check'
import type { JsonObject } from '../../src/cli/case-document.ts'
import { headerLists } from './header-changes.ts'
import { boolean, CLUSTERS, list, MIRROR, merged, message, oneof, sometimes, typed, word } from './words.ts'

const cluster = fc.oneof(
  { weight: 6, arbitrary: word(['backend', 'other']) },
  { weight: 1, arbitrary: word([...CLUSTERS, 'nowhere']) },
)

const rewrite = fc.constantFrom(
  { pattern: { regex: '^/a/(.*)$' }, substitution: '/r/\\1' },
  { pattern: { regex: '/b' }, substitution: '/' },
  { pattern: { regex: '(/api)/v([0-9]+)' }, substitution: '\\1/\\2\\0' },
  { pattern: { regex: '.*' }, substitution: '/all' },
)

// All of the weight on one cluster: the draw is not what is tested here.
const weighted: fc.Arbitrary<JsonObject> = fc
  .tuple(fc.nat(1), merged(message({ name: word(['backend', 'other']) }), headerLists), headerLists)
  .map(([first, chosen, unused]) => {
    const clusters = [
      { ...chosen, weight: 100 },
      { name: 'other', ...unused, weight: 0 },
    ]
    return { clusters: first === 0 ? clusters : clusters.reverse() }
  })

const CLUSTER_SCRIPT = `function envoy_on_route(h)
  local name = h:headers():get("x-cluster")
  if name == "other" then return "other" end
  return "backend"
end
`
const luaSpecifier = {
  extension: {
    name: 'lua',
    typed_config: typed('envoy.extensions.router.cluster_specifiers.lua.v3.LuaConfig', {
      source_code: { inline_string: CLUSTER_SCRIPT },
      default_cluster: 'other',
    }),
  },
}

const pathRewrites = fc.oneof(
  { weight: 4, arbitrary: fc.constant<JsonObject>({}) },
  { weight: 3, arbitrary: oneof({ prefix_rewrite: word(['/', '/new', '/new/', '/n?k=v']) }) },
  { weight: 2, arbitrary: oneof({ regex_rewrite: rewrite }) },
)

const hostRewrites = fc.oneof(
  { weight: 4, arbitrary: fc.constant<JsonObject>({}) },
  {
    weight: 2,
    arbitrary: oneof({
      host_rewrite_literal: word(['rewritten.test', 'h:81']),
      host_rewrite_header: word(['x-a', 'x-env']),
      auto_host_rewrite: boolean,
      host_rewrite_path_regex: rewrite,
    }),
  },
)

const retryPolicy = message({
  retry_on: word(['5xx', 'gateway-error', 'connect-failure', 'retriable-4xx', 'retriable-status-codes', 'reset']),
  num_retries: sometimes(fc.integer({ min: 0, max: 2 }), 2),
  retriable_status_codes: sometimes(fc.constant([404, 201]), 3),
  retriable_headers: sometimes(fc.constant([{ name: 'x-up', present_match: true }]), 4),
  retriable_request_headers: sometimes(fc.constant([{ name: 'x-a', present_match: true }]), 5),
  retry_back_off: fc.constant({ base_interval: '0.001s' }),
})

const internalRedirects = message({
  max_internal_redirects: sometimes(word([0, 1, 2]), 2),
  redirect_response_codes: sometimes(fc.constant([301, 302, 307]), 3),
  allow_cross_scheme_redirect: sometimes(boolean, 2),
  response_headers_to_copy: sometimes(fc.constant(['x-up']), 3),
})

const mirrors = fc.constantFrom<JsonObject[]>(
  [{ cluster: MIRROR }],
  [{ cluster: MIRROR, disable_shadow_host_suffix_append: true }],
  [{ cluster: MIRROR, request_headers_mutations: [{ append: { header: { key: 'x-copy', value: '1' } } }] }],
  [{ cluster: MIRROR, runtime_fraction: { default_value: { numerator: 0 } } }],
)

// A retry waits for a random time, which would show in x-envoy-expected-rq-timeout-ms if there were a timeout.
const route: fc.Arbitrary<JsonObject> = merged(
  fc.oneof(
    { weight: 8, arbitrary: oneof({ cluster }) },
    { weight: 2, arbitrary: oneof({ cluster_header: word(['x-cluster', 'x-a']) }) },
    { weight: 2, arbitrary: oneof({ weighted_clusters: weighted }) },
    { weight: 1, arbitrary: oneof({ inline_cluster_specifier_plugin: fc.constant(luaSpecifier) }) },
  ),
  pathRewrites,
  hostRewrites,
  message({
    append_x_forwarded_host: sometimes(boolean, 3),
    timeout: sometimes(word(['0s', '5s']), 4),
    cluster_not_found_response_code: sometimes(word(['NOT_FOUND', 'INTERNAL_SERVER_ERROR']), 4),
    retry_policy: sometimes(retryPolicy, 6),
    internal_redirect_policy: sometimes(internalRedirects, 8),
    request_mirror_policies: sometimes(mirrors, 12),
    hash_policy: sometimes(fc.constant([{ header: { header_name: 'x-a' } }, { cookie: { name: 'c' } }]), 12),
  }),
).map((action) => ('retry_policy' in action ? { ...action, timeout: '0s' } : action))

const redirect: fc.Arbitrary<JsonObject> = merged(
  fc.oneof(
    oneof({ https_redirect: boolean, scheme_redirect: word(['https', 'http', 'ftp']) }),
    fc.constant<JsonObject>({}),
  ),
  fc.oneof(
    oneof({
      path_redirect: word(['/moved', '/moved?k=v', '/']),
      prefix_rewrite: word(['/', '/new', '/new/']),
      regex_rewrite: rewrite,
    }),
    fc.constant<JsonObject>({}),
  ),
  message({
    host_redirect: sometimes(word(['moved.test', 'moved.test:90']), 2),
    port_redirect: sometimes(word([80, 443, 8443]), 4),
    response_code: sometimes(word(['FOUND', 'SEE_OTHER', 'TEMPORARY_REDIRECT', 'PERMANENT_REDIRECT']), 3),
    strip_query: sometimes(boolean, 3),
  }),
)

const directResponse = message({
  status: word([200, 204, 301, 404, 418, 503]),
  body: sometimes(
    word(['', 'direct', 'body %REQ(:path)%']).map((text) => ({ inline_string: text })),
    2,
  ),
  body_format: sometimes(
    fc.constantFrom(
      { text_format_source: { inline_string: '%LOCAL_REPLY_BODY%|%REQ(:path)%|%RESPONSE_CODE%' } },
      { json_format: { path: '%REQ(:path)%', code: '%RESPONSE_CODE%' }, content_type: 'application/x' },
    ),
    4,
  ),
})

/** What a route does: a `route`, `redirect` or `direct_response`. */
export const routeAction: fc.Arbitrary<JsonObject> = fc.oneof(
  { weight: 12, arbitrary: oneof({ route }) },
  { weight: 2, arbitrary: oneof({ redirect }) },
  { weight: 1, arbitrary: oneof({ direct_response: directResponse }) },
)

const answerHeader = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.tuple(word(['x-up', 'x-a', 'server', 'content-type', 'X-Upper']), word(['1', 'a', '', 'text/plain'])),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      ['location', 'http://example.com/b?moved=1'],
      ['location', 'https://www.example.com/a/b'],
      ['location', '/relative'],
      ['set-cookie', 'a=1'],
      ['set-cookie', 'b=2; Path=/'],
      ['via', '1.1 up'],
      ['x-request-id', 'of-the-server'],
      ['x-envoy-upstream-canary', 'true'],
      ['x-envoy-immediate-health-check-fail', 'true'],
      ['x-envoy-attempt-count', '7'],
      ['grpc-status', '14'],
      ['connection', 'close'],
      ['connection', 'x-up'],
      ['keep-alive', 'timeout=5'],
      ['access-control-allow-origin', '*'],
      ['proxy-status', 'up; error=dns_error'],
    ),
  },
)

const answer = message({
  status: sometimes(word([200, 201, 204, 206, 301, 302, 302, 304, 404, 500, 503]), 2),
  headers: sometimes(list(answerHeader, 3), 2),
  body: sometimes(word(['', 'hi', 'a longer answer']), 2),
  chunked: sometimes(fc.constant(true), 6),
  reset: sometimes(fc.constant(true), 40),
})

/** What the servers answer; `down` is no server at all. */
export const upstreams: fc.Arbitrary<JsonObject> = message({
  backend: list(answer, 3, 1),
  other: list(answer, 2, 1),
}).map((scripts) => ({ ...scripts, down: 'down' }))
