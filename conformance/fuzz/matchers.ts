import fc from 'fast-check'
import type { JsonObject } from '../../src/cli/case-document.ts'
import { routeAction } from './actions.ts'
import { stringMatcher } from './matches.ts'
import { list, merged, message, oneof, PATHS, typed, word } from './words.ts'

// The matcher API of a virtual host: trees and lists over inputs, which end in routes.

// Envoy refuses any other input for routes.
const input: fc.Arbitrary<JsonObject> = word(['x-a', 'x-b', ':path', ':method', 'x-env', 'missing']).map((name) => ({
  name: 'header',
  typed_config: typed('envoy.type.matcher.v3.HttpRequestHeaderMatchInput', { header_name: name }),
}))

// This API's expressions have to name their engine.
const valueMatch = stringMatcher.map((matcher): JsonObject => {
  const regex = matcher.safe_regex as JsonObject | undefined
  return regex ? { ...matcher, safe_regex: { ...regex, google_re2: {} } } : matcher
})

const single = fc
  .tuple(input, valueMatch)
  .map(([from, value]): JsonObject => ({ single_predicate: { input: from, value_match: value } }))

const predicate: fc.Arbitrary<JsonObject> = fc.oneof(
  { weight: 4, arbitrary: single },
  { weight: 1, arbitrary: single.map((not): JsonObject => ({ not_matcher: not })) },
  { weight: 1, arbitrary: list(single, 3, 2).map((all): JsonObject => ({ and_matcher: { predicate: all } })) },
  { weight: 1, arbitrary: list(single, 3, 2).map((any): JsonObject => ({ or_matcher: { predicate: any } })) },
)

const route = merged(
  message({
    name: word(['m1', 'm2', 'm3']),
    match: oneof({ prefix: word(['/', '/', '/', '/a']) }),
  }),
  routeAction,
)

const action: fc.Arbitrary<JsonObject> = fc.oneof(
  { weight: 4, arbitrary: route.map((one) => typed('envoy.config.route.v3.Route', one)) },
  { weight: 1, arbitrary: list(route, 2, 1).map((routes) => typed('envoy.config.route.v3.RouteList', { routes })) },
)

const last = action.map((config): JsonObject => ({ action: { name: 'route', typed_config: config } }))

const KEYS = ['1', 'a', 'abc', 'GET', 'POST', ...PATHS.slice(0, 6)] as const

function matcher(onMatch: fc.Arbitrary<JsonObject>): fc.Arbitrary<JsonObject> {
  const map = fc.dictionary(word(KEYS), onMatch, { minKeys: 1, maxKeys: 3 }).map((entries) => ({ map: entries }))
  return merged(
    oneof({
      matcher_list: list(message({ predicate, on_match: onMatch }), 3, 1).map((matchers) => ({ matchers })),
      matcher_tree: merged(message({ input }), oneof({ exact_match_map: map, prefix_match_map: map })),
    }),
    fc.oneof(fc.constant<JsonObject>({}), message({ on_no_match: onMatch })),
  )
}

const nested = matcher(last).map((inner): JsonObject => ({ matcher: inner }))

/** `matcher` of a virtual host, at most two deep. */
export const routeMatcher: fc.Arbitrary<JsonObject> = matcher(
  fc.oneof({ weight: 4, arbitrary: last }, { weight: 1, arbitrary: nested }),
)
