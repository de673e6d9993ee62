import { ConfigError, type FilterFactoryContext } from '../../../engine/catalogue.ts'
import { HeaderParser } from '../../../engine/format/index.ts'
import type { HeaderMap } from '../../../engine/http/header-map.ts'
import { parseUrl } from '../../../engine/http/url.ts'
import { createRedirect } from '../../../engine/route/redirect.ts'
import type { StreamInfo } from '../../../engine/stream-info.ts'
import type { RedirectPolicy } from '../../../envoy/types/envoy/extensions/http/custom_response/redirect_policy/v3/redirect_policy_pb.d.ts'
import type { ResponsePolicy } from './policy.ts'

/** Filter state under which the policy finds its own request again. */
export const REDIRECTED = 'envoy.filters.http.custom_response'

/**
 * Sends the request anew as a GET to another place, and gives the client that answer.
 * Envoy: source/extensions/http/custom_response/redirect_policy/redirect_policy.cc.
 *
 * @param id by which the new stream finds this policy.
 */
export function redirectPolicy(
  config: RedirectPolicy,
  path: string,
  context: FilterFactoryContext,
  id: string,
): ResponsePolicy {
  const { services } = context
  const location = locationOf(config, path, context)
  const parser = (list: RedirectPolicy['requestHeadersToAdd'], addField: string) =>
    new HeaderParser(list, [], { path, addField, removeField: '', services })
  const toRequest = parser(config.requestHeadersToAdd, 'request_headers_to_add')
  const toResponse = parser(config.responseHeadersToAdd, 'response_headers_to_add')
  return {
    onResponse(headers, stream) {
      const request = stream.requestHeaders
      if (!request) return 'Continue'
      const before = [':scheme', ':authority', ':path'].map((name) => [name, request.get(name)] as const)
      const url = parseUrl(location(request, stream.info))
      if (!url) {
        stream.note('the place to redirect to is no URL')
        return 'Continue'
      }
      request.set(':scheme', url.scheme)
      request.set(':authority', url.hostAndPort)
      request.set(':path', url.pathAndQuery.split('#')[0]!)
      stream.clearRouteCache()
      toRequest.evaluate(request, { info: stream.info, requestHeaders: request })
      if (!stream.route()) {
        for (const [name, value] of before) if (value !== undefined) request.set(name, value)
        stream.note('no route leads to where it is redirected')
        return 'Continue'
      }
      request.set(':method', 'GET')
      request.remove('content-length')
      stream.info.filterState.set(REDIRECTED, {
        fields: { policy: id, status: headers.get(':status') },
        lifeSpan: 'Request',
      })
      stream.note(`asks ${url.hostAndPort}${url.pathAndQuery} instead`)
      return stream.recreateStream() ? 'StopIteration' : 'Continue'
    },
    onOwnResponse(headers, stream) {
      toResponse.evaluate(headers, { info: stream.info, responseHeaders: headers })
      // Without a status of its own the client still learns what the first answer was.
      const first = stream.info.filterState.get(REDIRECTED)?.fields?.status
      const status = config.statusCode ?? Number(first)
      stream.note(`the answer to the redirected request, given as ${status}`)
      headers.set(':status', String(status))
      stream.info.responseCode = status
    },
  }
}

function locationOf(
  config: RedirectPolicy,
  path: string,
  { services }: FilterFactoryContext,
): (headers: HeaderMap, info: StreamInfo) => string {
  const { redirectActionSpecifier: specifier } = config
  if (specifier.case === 'uri') {
    if (!parseUrl(specifier.value)) throw new ConfigError(`${path}.uri`, `'${specifier.value}' is no absolute URI`)
    return () => specifier.value
  }
  if (specifier.case !== 'redirectAction') throw new ConfigError(path, 'needs uri or redirect_action')
  const action = specifier.value
  const { pathRewriteSpecifier: rewrite } = action
  const at = `${path}.redirect_action`
  if (rewrite.case === 'regexRewrite' || rewrite.case === 'prefixRewrite')
    throw new ConfigError(at, 'regex_rewrite and prefix_rewrite are not possible here')
  const target = rewrite.case === 'pathRedirect' ? rewrite.value : ''
  if (target.includes('#')) throw new ConfigError(`${at}.path_redirect`, 'a fragment is not possible here')
  if (target === '' && action.hostRedirect === '') throw new ConfigError(at, 'needs host_redirect or path_redirect')
  const redirect = createRedirect(action, {} as never, at, services)
  return (headers, info) => redirect.location(headers, info)
}
