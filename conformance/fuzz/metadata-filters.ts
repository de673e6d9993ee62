import fc from 'fast-check'
import type { JsonObject } from '../../src/cli/case-document.ts'
import { boolean, format, list, merged, message, oneof, sometimes, word } from './words.ts'

const key = word(['key', 'other'])
const namespace = word(['envoy.lb', 'fuzz'])

const keyValue = message({
  metadata_namespace: sometimes(namespace, 2),
  key,
  value: sometimes(word(['set', '12', 'true']), 2),
  type: sometimes(word(['STRING', 'NUMBER']), 4),
})

const rewritten = message({
  metadata_namespace: sometimes(namespace, 2),
  key,
  regex_value_rewrite: fc.constant({ pattern: { regex: '([a-z])' }, substitution: '<\\1>' }),
})

const missing = message({ metadata_namespace: namespace, key, value: word(['none', '0']) })

const rule = merged(
  fc.oneof(
    { weight: 4, arbitrary: oneof({ header: word(['x-a', 'x-b', 'x-up', 'user-agent']) }) },
    { weight: 1, arbitrary: oneof({ cookie: word(['c', 'd']) }) },
  ),
  fc.oneof(
    message({ on_header_present: fc.oneof(keyValue, rewritten) }),
    message({ on_header_missing: missing }),
    message({ on_header_present: keyValue, on_header_missing: missing }),
  ),
  message({ remove: sometimes(boolean, 3) }),
).map((value) => {
  // A cookie cannot be removed.
  if ('cookie' in value) delete value.remove
  return value
})

const headerRule = rule.filter((value) => !('cookie' in value))

/** A Config of header_to_metadata: what headers and cookies leave in dynamic metadata. */
export const headerToMetadata: fc.Arbitrary<JsonObject> = message({
  request_rules: list(rule, 3, 1),
  response_rules: sometimes(list(headerRule, 2, 1), 2),
})

/** A Config of set_metadata: fixed values. */
export const setMetadata: fc.Arbitrary<JsonObject> = message({
  metadata: list(
    message({
      metadata_namespace: namespace,
      allow_overwrite: sometimes(boolean, 2),
      value: word<JsonObject>([{ key: 'set' }, { other: { n: 1, l: ['a'] } }, { key: 3, deep: { a: null } }]),
    }),
    2,
    1,
  ),
})

/** A Config of set_filter_state: one object from a format. */
export const setFilterState: fc.Arbitrary<JsonObject> = message({
  on_request_headers: list(
    message({
      object_key: fc.constant('fuzz.key'),
      factory_key: fc.constant('envoy.string'),
      format_string: format.map((text) => ({ text_format_source: { inline_string: text } })),
      read_only: sometimes(boolean, 6),
      skip_if_empty: sometimes(boolean, 2),
    }),
    2,
    1,
  ),
})
