import fc from 'fast-check'
import type { JsonObject } from '../../src/cli/case-document.ts'
import { headerLists } from './header-changes.ts'
import { boolean, CLUSTERS, list, merged, message, oneof, sometimes, word } from './words.ts'

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
})

// A retry waits for a random time, which would show in x-envoy-expected-rq-timeout-ms if there were a timeout.
const route: fc.Arbitrary<JsonObject> = merged(
  fc.oneof(
    { weight: 8, arbitrary: oneof({ cluster }) },
    { weight: 2, arbitrary: oneof({ cluster_header: word(['x-cluster', 'x-a']) }) },
    { weight: 2, arbitrary: oneof({ weighted_clusters: weighted }) },
  ),
  pathRewrites,
  hostRewrites,
  message({
    append_x_forwarded_host: sometimes(boolean, 3),
    timeout: sometimes(word(['0s', '5s']), 4),
    cluster_not_found_response_code: sometimes(word(['NOT_FOUND', 'INTERNAL_SERVER_ERROR']), 4),
    retry_policy: sometimes(retryPolicy, 6),
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
})

/** What a route does: a `route`, `redirect` or `direct_response`. */
export const routeAction: fc.Arbitrary<JsonObject> = fc.oneof(
  { weight: 12, arbitrary: oneof({ route }) },
  { weight: 2, arbitrary: oneof({ redirect }) },
  { weight: 1, arbitrary: oneof({ direct_response: directResponse }) },
)

const answer = message({
  status: sometimes(word([200, 201, 204, 302, 404, 500, 503]), 2),
  headers: sometimes(
    list(fc.tuple(word(['x-up', 'x-a', 'server', 'content-type', 'X-Upper']), word(['1', 'a', '', 'text/plain'])), 3),
    2,
  ),
  body: sometimes(word(['', 'hi', 'a longer answer']), 2),
  chunked: sometimes(fc.constant(true), 6),
  reset: sometimes(fc.constant(true), 40),
})

/** What the servers answer; `down` is no server at all. */
export const upstreams: fc.Arbitrary<JsonObject> = message({
  backend: list(answer, 3, 1),
  other: list(answer, 2, 1),
}).map((scripts) => ({ ...scripts, down: 'down' }))
