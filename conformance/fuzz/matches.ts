import fc from 'fast-check'
import type { JsonObject } from '../../src/cli/case-document.ts'
import {
  boolean,
  headerName,
  headerValue,
  list,
  merged,
  message,
  oneof,
  PATHS,
  sometimes,
  typed,
  word,
} from './words.ts'

const REGEXES = ['a', 'a.*', '[0-9]+', '(?i)abc', '.*b', 'a|b', '^a$', '/api/v[0-9]+(/.*)?', '/(a|b)(/.*)?', '.*']
const regex = word(REGEXES).map((pattern): JsonObject => ({ regex: pattern }))
const nonEmpty = word(['a', 'b', 'ab', '1', 'ABC', 'c', 'true'])

export const stringMatcher: fc.Arbitrary<JsonObject> = merged(
  oneof({ exact: headerValue, prefix: nonEmpty, suffix: nonEmpty, contains: nonEmpty, safe_regex: regex }),
  message({ ignore_case: sometimes(boolean, 5) }),
).map((matcher) => {
  // Envoy refuses ignore_case beside a regex.
  if ('safe_regex' in matcher) delete matcher.ignore_case
  return matcher
})

const range = fc.tuple(fc.integer({ min: -5, max: 5 }), fc.integer({ min: 1, max: 20 }))

export const headerMatcher: fc.Arbitrary<JsonObject> = merged(
  message({
    name: fc.oneof(headerName, word([':path', ':method', ':authority', 'x-forwarded-proto', 'cookie'])),
    invert_match: sometimes(boolean, 3),
    treat_missing_header_as_empty: sometimes(boolean, 4),
  }),
  fc.oneof(
    oneof({
      string_match: stringMatcher,
      present_match: boolean,
      range_match: range.map(([start, size]) => ({ start, end: start + size })),
    }),
    oneof({ exact_match: nonEmpty, prefix_match: nonEmpty, suffix_match: nonEmpty, contains_match: nonEmpty }),
    fc.constant<JsonObject>({}),
  ),
)

const queryMatcher = merged(
  message({ name: word(['q', 'r', 'x']) }),
  fc.oneof(oneof({ string_match: stringMatcher, present_match: boolean }), fc.constant<JsonObject>({})),
)

const cookieMatcher = message({
  name: word(['c', 'd']),
  string_match: stringMatcher,
  invert_match: sometimes(boolean, 4),
})

const withoutQuery = word(PATHS)
const separated = word(['/a', '/a/b', '/api', '/b', '/A'])
const template = word(['/a/*', '/a/**', '/{x}/b', '/api/{v}/items', '/a/{rest=**}', '/{x=*}', '/api/{v=v*}/**']).map(
  (path) => ({
    name: 'envoy.path.match.uri_template.uri_template_matcher',
    typed_config: typed('envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig', { path_template: path }),
  }),
)

const pathSpecifier = fc.oneof(
  { weight: 6, arbitrary: oneof({ prefix: fc.oneof(separated, word(['/', '/a/', '/api/v1', ''])) }) },
  { weight: 3, arbitrary: oneof({ path: withoutQuery }) },
  { weight: 2, arbitrary: oneof({ safe_regex: regex }) },
  { weight: 2, arbitrary: oneof({ path_separated_prefix: separated }) },
  { weight: 1, arbitrary: oneof({ path_match_policy: template }) },
)

const never = { default_value: { numerator: 0, denominator: 'HUNDRED' } }
const always = { default_value: { numerator: 100, denominator: 'HUNDRED' } }

// Filters set it after the first choice of a route: it counts when a route is chosen again.
const metadataMatchers = word(['set', 'lua', 'a']).map((value) => [
  { filter: 'envoy.lb', path: [{ key: 'key' }], value: { string_match: { exact: value } } },
])

/** A RouteMatch of any kind; the path is checked first, so most have nothing else. */
export const routeMatch: fc.Arbitrary<JsonObject> = merged(
  pathSpecifier,
  message({
    case_sensitive: sometimes(boolean, 5),
    headers: sometimes(list(headerMatcher, 2, 1), 3),
    query_parameters: sometimes(list(queryMatcher, 2, 1), 5),
    cookies: sometimes(list(cookieMatcher, 1, 1), 10),
    grpc: sometimes(fc.constant({}), 20),
    runtime_fraction: sometimes(word([never, always]), 12),
    dynamic_metadata: sometimes(metadataMatchers, 20),
    filter_state: sometimes(fc.constant([{ key: 'fuzz.key', string_match: { prefix: 'a' } }]), 24),
    tls_context: sometimes(
      fc.constantFrom<JsonObject>({ presented: false }, { presented: true }, { validated: false }),
      24,
    ),
  }),
)

/** A PathMatcher, as RBAC uses it. */
export const pathMatcher: fc.Arbitrary<JsonObject> = oneof({
  path: oneof({ exact: withoutQuery, prefix: separated, suffix: nonEmpty, contains: nonEmpty, safe_regex: regex }),
})
