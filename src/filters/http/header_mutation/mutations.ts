import { toByteString } from '../../../engine/bytes.ts'
import { ConfigError } from '../../../engine/catalogue.ts'
import {
  APPEND_ACTIONS,
  type FormatContext,
  type FormatOptions,
  isChangeable,
  parseHeaderValue,
} from '../../../engine/format/index.ts'
import type { HeaderMap } from '../../../engine/http/header-map.ts'
import { createStringMatcher } from '../../../engine/match/string.ts'
import type { HeaderMutation } from '../../../envoy/types/envoy/config/common/mutation_rules/v3/mutation_rules_pb.d.ts'
import type { Mutations } from '../../../envoy/types/envoy/extensions/filters/http/header_mutation/v3/header_mutation_pb.d.ts'
import { queryMutations } from './query.ts'

type Mutation = (headers: HeaderMap, context: FormatContext) => void

/** One Mutations message made ready. */
export interface MutationSet {
  requestHeaders: Mutation
  requestTrailers: Mutation
  responseHeaders: Mutation
  responseTrailers: Mutation
}

/**
 * @throws ConfigError for pseudo headers and host in append, and for formats that do not parse, as Envoy does at load.
 */
export function mutationSet(config: Mutations | undefined, options: FormatOptions): MutationSet {
  const list = (mutations: readonly HeaderMutation[] | undefined, field: string): Mutation => {
    const all = (mutations ?? []).map((mutation, i) =>
      oneMutation(mutation, { ...options, path: `${options.path}.${field}[${i}]` }),
    )
    return (headers, context) => {
      for (const mutate of all) mutate(headers, context)
    }
  }
  const requestHeaders = list(config?.requestMutations, 'request_mutations')
  const query = queryMutations(config?.queryParameterMutations ?? [], {
    ...options,
    path: `${options.path}.query_parameter_mutations`,
  })
  return {
    requestHeaders(headers, context) {
      requestHeaders(headers, context)
      query?.(headers, context)
    },
    requestTrailers: list(config?.requestTrailersMutations, 'request_trailers_mutations'),
    responseHeaders: list(config?.responseMutations, 'response_mutations'),
    responseTrailers: list(config?.responseTrailersMutations, 'response_trailers_mutations'),
  }
}

// Each mutation sees what the ones before it made (Envoy: source/common/http/header_mutation.cc).
function oneMutation({ action }: HeaderMutation, options: FormatOptions): Mutation {
  switch (action.case) {
    case 'remove': {
      const name = toByteString(action.value).toLowerCase()
      return (headers) => void headers.remove(name)
    }
    case 'removeOnMatch': {
      if (!action.value.keyMatcher) throw new ConfigError(options.path, 'remove_on_match needs a key_matcher')
      const matcher = createStringMatcher(
        action.value.keyMatcher,
        `${options.path}.remove_on_match.key_matcher`,
        options.services,
      )
      return (headers) => void headers.removeIf((name) => matcher.matches(name))
    }
    case 'append': {
      const { header, appendAction, keepEmptyValue } = action.value
      const key = header?.key ?? ''
      const path = `${options.path}.append.header`
      if (!isChangeable(key)) throw new ConfigError(`${path}.key`, ':-prefixed or host headers may not be modified')
      const name = toByteString(key).toLowerCase()
      const value = parseHeaderValue(action.value, { ...options, path: `${path}.value`, omitEmpty: true })
      const how = APPEND_ACTIONS[appendAction] ?? 'APPEND_IF_EXISTS_OR_ADD'
      return (headers, context) => {
        const text = value.format(context)
        if (text === '' && !keepEmptyValue) return
        if (how === 'APPEND_IF_EXISTS_OR_ADD') headers.add(name, text)
        else if (how === 'OVERWRITE_IF_EXISTS_OR_ADD') headers.replace(name, text)
        else if (how === 'ADD_IF_ABSENT' && !headers.has(name)) headers.add(name, text)
        else if (how === 'OVERWRITE_IF_EXISTS' && headers.has(name)) headers.replace(name, text)
      }
    }
    default:
      throw new ConfigError(options.path, 'a mutation needs remove, append or remove_on_match')
  }
}
