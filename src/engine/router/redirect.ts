import type { HeaderMap } from '../http/header-map.ts'
import { parseUrl } from '../http/url.ts'
import type { RouteEntry } from '../route/types.ts'
import type { RouterStream } from './types.ts'

const COUNT = 'num_internal_redirects'
const TARGETS = 'envoy.internal_redirect.previous_routes_predicate_state'

/**
 * Rewrites the request to where an upstream's redirect points, if the route's policy allows it; false, with the headers
 * as they were, if it does not (Filter::convertRequestHeadersForInternalRedirect).
 */
export function setUpInternalRedirect(
  stream: RouterStream,
  entry: RouteEntry,
  headers: HeaderMap,
  response: HeaderMap,
  status: number,
): boolean {
  const refused = (why: string): false => {
    stream.note(`no internal redirect: ${why}`)
    return false
  }
  const { internalRedirect: policy } = entry
  const path = headers.get(':path')
  if (path === undefined) return refused('the request has no path')
  const url = parseUrl(response.get('location') ?? '')
  if (!url) return refused('location is not an absolute URL')
  // In the clear it is HTTP, whatever :scheme was made to say.
  const fromHttp = headers.get(':scheme') === 'http' || !stream.info.connection.tls
  const toHttp = url.scheme === 'http'
  if (!policy.allowCrossScheme && fromHttp !== toHttp)
    return refused(`${fromHttp ? 'http' : 'https'} to ${url.scheme} is not allowed`)

  const { filterState } = stream.info
  const counter = filterState.get(COUNT)
  const count = Number(counter?.text ?? '0')
  if (count >= policy.maxRedirects) return refused(`the limit of ${policy.maxRedirects} is reached`)

  const saved = headers.pairs()
  const restore = () => {
    headers.clear()
    for (const [name, value] of saved) headers.add(name, value)
  }
  for (const name of policy.responseHeadersToCopy) {
    headers.remove(name)
    for (const value of response.getAll(name)) headers.add(name, value)
  }
  const oldHost = headers.get(':authority') ?? ''
  headers.set(':scheme', url.scheme)
  headers.set(':authority', url.hostAndPort)
  headers.set(':path', url.pathAndQuery.replace(/#.*$/s, ''))
  const from = stream.info.route?.name ?? ''
  if (stream.downstream !== false) stream.clearRouteCache()
  const route = stream.route()
  if (!route) {
    restore()
    return refused('no route matches the target')
  }
  for (const predicate of policy.predicates) {
    if (accepts(predicate, stream, from, route.name, fromHttp, toHttp)) continue
    restore()
    return refused(`route '${route.name}' is refused by ${predicate.name}`)
  }
  const method = headers.get(':method')
  if (status === 303 && method !== 'GET' && method !== 'HEAD') {
    headers.set(':method', 'GET')
    headers.remove('content-length')
    stream.decodingBuffer()?.drain()
  }
  filterState.set(COUNT, { text: String(count + 1), lifeSpan: 'Request' })
  headers.set('x-envoy-original-url', `${fromHttp ? 'http' : 'https'}://${oldHost}${path}`)
  return true
}

function accepts(
  predicate: { typeName: string; message: unknown },
  stream: RouterStream,
  from: string,
  to: string,
  fromHttp: boolean,
  toHttp: boolean,
): boolean {
  if (predicate.typeName.endsWith('.SafeCrossSchemeConfig')) return !fromHttp || toHttp
  if (predicate.typeName.endsWith('.AllowListedRoutesConfig'))
    return (predicate.message as { allowedRouteNames: string[] }).allowedRouteNames.includes(to)
  if (!predicate.typeName.endsWith('.PreviousRoutesConfig')) return true
  const { filterState } = stream.info
  const key = `${TARGETS}.${from}`
  const seen = filterState.get(key)?.text?.split('\n') ?? []
  if (seen.includes(to)) return false
  filterState.set(key, { text: [...seen, to].join('\n'), lifeSpan: 'Request' })
  return true
}
