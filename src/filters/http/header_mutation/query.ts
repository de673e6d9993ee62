import { fromLatin1, latin1, toByteString } from '../../../engine/bytes.ts'
import { ConfigError } from '../../../engine/catalogue.ts'
import { type FormatContext, type FormatOptions, parseFormat } from '../../../engine/format/index.ts'
import type { HeaderMap } from '../../../engine/http/header-map.ts'
import {
  addParameter,
  type Parameters,
  percentDecode,
  queryParameters,
  withParameters,
} from '../../../engine/match/query.ts'
import type { KeyValueMutation } from '../../../envoy/types/envoy/config/core/v3/base_pb.d.ts'

type Change = (parameters: Parameters, context: FormatContext) => void

/** KeyValueAppend.action by number. */
const ACTIONS = [
  'APPEND_IF_EXISTS_OR_ADD',
  'ADD_IF_ABSENT',
  'OVERWRITE_IF_EXISTS_OR_ADD',
  'OVERWRITE_IF_EXISTS',
] as const

/**
 * query_parameter_mutations: the query is taken apart and percent-decoded, changed, and written back in the order of its
 * names without encoding what was decoded; only values that are added are encoded (recorded from Envoy 1.40).
 * Undefined when there are none: the path then stays as it is.
 */
export function queryMutations(
  mutations: readonly KeyValueMutation[],
  options: FormatOptions,
): ((headers: HeaderMap, context: FormatContext) => void) | undefined {
  if (mutations.length === 0) return undefined
  const changes = mutations.map((mutation, i) => change(mutation, { ...options, path: `${options.path}[${i}]` }))
  return (headers, context) => {
    const path = headers.get(':path')
    if (path === undefined) return
    const parameters: Parameters = new Map()
    for (const [name, value] of queryParameters(path))
      addParameter(parameters, percentDecode(name), percentDecode(value))
    for (const apply of changes) apply(parameters, context)
    headers.set(':path', withParameters(path, parameters))
  }
}

function change({ append, remove }: KeyValueMutation, options: FormatOptions): Change {
  if (!append) {
    if (remove === '') throw new ConfigError(options.path, 'a query parameter mutation needs append or remove')
    const name = toByteString(remove)
    return (parameters) => void parameters.delete(name)
  }
  const { record, entry } = append
  const text = record?.value?.kind.case === 'stringValue' ? record.value.kind.value : entry && latin1(entry.value)
  const key = record?.key ?? entry?.key
  if (key === undefined || text === undefined)
    throw new ConfigError(`${options.path}.append.record.value`, 'only a string value is allowed')
  const name = toByteString(key)
  const value = parseFormat(text, { ...options, path: `${options.path}.append.record.value`, omitEmpty: true })
  const how = ACTIONS[append.action] ?? 'APPEND_IF_EXISTS_OR_ADD'
  return (parameters, context) => {
    const there = parameters.has(name)
    if ((how === 'ADD_IF_ABSENT' && there) || (how === 'OVERWRITE_IF_EXISTS' && !there)) return
    const encoded = percentEncode(value.format(context))
    if (how === 'APPEND_IF_EXISTS_OR_ADD') addParameter(parameters, name, encoded)
    else parameters.set(name, [encoded])
  }
}

/** Everything but letters, digits and `*-._~` (Http::Utility::PercentEncoding::urlEncode). */
function percentEncode(text: string): string {
  let out = ''
  for (const byte of fromLatin1(text)) {
    const char = String.fromCharCode(byte)
    out += /[A-Za-z0-9*\-._~]/.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return out
}
