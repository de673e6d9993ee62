import fc from 'fast-check'
import type { JsonObject } from '../../src/cli/case-document.ts'
import { boolean, format, headerName, list, message, sometimes, word } from './words.ts'

const APPEND_ACTIONS = [
  'APPEND_IF_EXISTS_OR_ADD',
  'ADD_IF_ABSENT',
  'OVERWRITE_IF_EXISTS_OR_ADD',
  'OVERWRITE_IF_EXISTS',
] as const

const name = fc.oneof({ weight: 4, arbitrary: headerName }, { weight: 1, arbitrary: word(['x-up', 'x-new', 'server']) })

/** A HeaderValueOption with any append action and a formatted value. */
export const headerValueOption: fc.Arbitrary<JsonObject> = message({
  header: fc.record({ key: name, value: fc.oneof(format, word(['', '1', 'a'])) }),
  append_action: sometimes(word(APPEND_ACTIONS), 2),
  keep_empty_value: sometimes(boolean, 3),
})

/** The four lists of header changes that a route, a weighted cluster, a virtual host and a route table have. */
export const headerLists: fc.Arbitrary<JsonObject> = message({
  request_headers_to_add: sometimes(list(headerValueOption, 2, 1), 4),
  request_headers_to_remove: sometimes(list(headerName, 2, 1), 6),
  response_headers_to_add: sometimes(list(headerValueOption, 2, 1), 4),
  response_headers_to_remove: sometimes(list(name, 2, 1), 6),
})

const mutation: fc.Arbitrary<JsonObject> = fc.oneof(
  headerValueOption.map((append): JsonObject => ({ append })),
  name.map((remove): JsonObject => ({ remove })),
)

/** A list of HeaderMutation. */
export const mutations: fc.Arbitrary<JsonObject[]> = list(mutation, 3, 1)
