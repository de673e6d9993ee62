import { isChangeable } from '../../../engine/format/index.ts'
import { headerNameIsValid } from '../../../engine/http/codec/http1-syntax.ts'
import type { HttpStream } from '../../../engine/http/filter.ts'
import type { HeaderMap } from '../../../engine/http/header-map.ts'
import { headerValueIsValid } from '../../../engine/http/header-utility.ts'
import { asciiLower } from '../../../engine/match/ascii.ts'
import { addParameter, type Parameters, queryParameters, withParameters } from '../../../engine/match/query.ts'
import type { AuthzAnswer, AuthzHeader } from '../../common/ext-authz/answer.ts'
import type { MutationKind } from '../../common/mutation-rules.ts'
import type { ExtAuthzSettings } from './settings.ts'

/** Why an answer cannot be used: with validate_mutations, or by decoder_header_mutation_rules that make it an error. */
export type Rejection = string | undefined

/** The first header that is no header, when the filter looks for such. */
export function invalidHeader(headers: readonly AuthzHeader[], settings: ExtAuthzSettings): Rejection {
  if (!settings.config.validateMutations) return undefined
  const bad = headers.find(({ name, value }) => !isValid(name, value))
  return bad && `the service sent a header that is none: ${JSON.stringify(bad.name)}`
}

function isValid(name: string, value: string): boolean {
  return headerNameIsValid(name.replace(/^:/, '')) && headerValueIsValid(value)
}

/** Makes the changes of an answer that lets the request pass; says why not when it must not be used. */
export function changeRequest(
  answer: AuthzAnswer,
  headers: HeaderMap,
  settings: ExtAuthzSettings,
  stream: HttpStream,
): Rejection {
  const rejection =
    changeHeaders(answer.requestHeaders, headers, settings, stream) ??
    removeHeaders(answer.headersToRemove, headers, settings, stream) ??
    invalidHeader(answer.responseHeaders, settings)
  return rejection ?? changeQuery(answer, headers, settings)
}

function changeHeaders(
  mutations: readonly AuthzHeader[],
  headers: HeaderMap,
  settings: ExtAuthzSettings,
  stream: HttpStream,
): Rejection {
  for (const mutation of mutations) {
    const { value, action, legacyAppend } = mutation
    const name = asciiLower(mutation.name)
    const kind: MutationKind = action === 'APPEND_IF_EXISTS_OR_ADD' && legacyAppend ? 'append' : 'set'
    if (settings.config.validateMutations && !isValid(mutation.name, value))
      return `the service sent a header that is none: ${JSON.stringify(mutation.name)}`
    const verdict = settings.mutationRules?.(kind, name, value) ?? 'ok'
    if (verdict === 'fail') return `decoder_header_mutation_rules do not allow a change of ${name}`
    if (verdict === 'ignore') {
      stream.note(`decoder_header_mutation_rules do not allow a change of ${name}: passed over`)
      continue
    }
    if (legacyAppend) {
      if (headers.has(name)) headers.append(name, value)
    } else applyHeader(name, value, action, headers)
  }
  return undefined
}

/** One header as append_action says. */
export function applyHeader(name: string, value: string, action: AuthzHeader['action'], headers: HeaderMap): void {
  const there = headers.has(name)
  if (action === 'APPEND_IF_EXISTS_OR_ADD') headers.add(name, value)
  else if (action === 'OVERWRITE_IF_EXISTS_OR_ADD' || (action === 'OVERWRITE_IF_EXISTS' && there))
    headers.replace(name, value)
  else if (action === 'ADD_IF_ABSENT' && !there) headers.add(name, value)
}

function removeHeaders(
  names: readonly string[],
  headers: HeaderMap,
  settings: ExtAuthzSettings,
  stream: HttpStream,
): Rejection {
  for (const given of names) {
    const name = asciiLower(given)
    if (settings.config.validateMutations && !headerNameIsValid(name)) continue
    if (!settings.mutationRules && !isChangeable(name)) continue
    const verdict = settings.mutationRules?.('remove', name, '') ?? 'ok'
    if (verdict === 'fail') return `decoder_header_mutation_rules do not allow to remove ${name}`
    if (verdict === 'ignore') stream.note(`decoder_header_mutation_rules do not allow to remove ${name}: passed over`)
    else headers.remove(name)
  }
  return undefined
}

function changeQuery(
  { queryToSet, queryToRemove }: AuthzAnswer,
  headers: HeaderMap,
  settings: ExtAuthzSettings,
): Rejection {
  if (queryToSet.length === 0 && queryToRemove.length === 0) return undefined
  const path = headers.get(':path') ?? ''
  const parameters: Parameters = new Map()
  for (const [name, value] of queryParameters(path)) addParameter(parameters, name, value)
  for (const [name, value] of queryToSet) {
    if (settings.config.validateMutations && !(isUrlEncoded(name) && isUrlEncoded(value)))
      return `the service sent a query parameter that is not URL-encoded: ${name}=${value}`
    parameters.set(name, [value])
  }
  for (const name of queryToRemove) parameters.delete(name)
  headers.set(':path', withParameters(path, parameters))
  return undefined
}

// Envoy takes only what needs no encoding: what is encoded already has a `%`, and that is refused too.
function isUrlEncoded(text: string): boolean {
  return /^[A-Za-z0-9*\-._]*$/.test(text)
}

/** Whether a request that was let in has to be routed anew. */
export function touchesRoute(answer: AuthzAnswer, { config, routeHeaders }: ExtAuthzSettings): boolean {
  if (!config.clearRouteCache) return false
  if (answer.queryToSet.length > 0 || answer.queryToRemove.length > 0) return true
  const names = [...answer.requestHeaders.map(({ name }) => name), ...answer.headersToRemove]
  return routeHeaders.size === 0 ? names.length > 0 : names.some((name) => routeHeaders.has(asciiLower(name)))
}
