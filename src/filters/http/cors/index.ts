import { toByteString } from '../../../engine/bytes.ts'
import type { HttpFilter, HttpStream } from '../../../engine/http/filter.ts'
import { HeaderMap } from '../../../engine/http/header-map.ts'
import type { Cors } from '../../../envoy/types/envoy/extensions/filters/http/cors/v3/cors_pb.d.ts'
import { defineHttpFilter } from '../../define.ts'
import { perConfig } from '../../per-config.ts'
import { about } from './about.ts'
import { type CorsSettings, corsSettings, type PolicyMessage } from './policy.ts'

/**
 * Answers preflight requests and stamps responses by the route's policy; without a policy it does nothing.
 * Envoy: source/extensions/filters/http/cors/cors_filter.cc.
 */
export const cors = defineHttpFilter<Cors, (policy: PolicyMessage) => CorsSettings>({
  ...about,
  shared: (_config, context) => perConfig((policy: PolicyMessage) => corsSettings(policy, context)),
  create: ({ shared }) => corsFilter(shared),
})

function corsFilter(settingsOf: (policy: PolicyMessage) => CorsSettings): HttpFilter {
  let policies: CorsSettings[] = []
  let isCorsRequest = false
  let allowedOrigin: string | undefined

  /** The nearest policy that says something on the matter. */
  const first = <T>(pick: (policy: CorsSettings) => T | undefined): T | undefined => {
    for (const policy of policies) {
      const value = pick(policy)
      if (value !== undefined) return value
    }
    return undefined
  }

  const stampCredentials = (headers: HeaderMap) => {
    if (first((policy) => policy.allowCredentials)) headers.set('access-control-allow-credentials', 'true')
  }

  const preflight = (request: HeaderMap): HeaderMap => {
    const reply = new HeaderMap('response', [[':status', '200']])
    if (allowedOrigin !== undefined) reply.set('access-control-allow-origin', allowedOrigin)
    stampCredentials(reply)
    const methods = first((policy) => policy.allowMethods)
    if (methods !== undefined)
      reply.set(
        'access-control-allow-methods',
        methods === '*' ? request.get('access-control-request-method')! : toByteString(methods),
      )
    const headers = first((policy) => policy.allowHeaders)
    if (headers !== undefined)
      reply.set(
        'access-control-allow-headers',
        headers === '*' ? (request.get('access-control-request-headers') ?? '') : toByteString(headers),
      )
    const maxAge = first((policy) => policy.maxAge)
    if (maxAge !== undefined) reply.set('access-control-max-age', toByteString(maxAge))
    const privateNetwork = first((policy) => policy.allowPrivateNetworkAccess)
    if (privateNetwork && request.get('access-control-request-private-network') === 'true')
      reply.set('access-control-allow-private-network', 'true')
    return reply
  }

  return {
    decodeHeaders(headers, stream) {
      const route = stream.route()
      if (!route?.forwards) return 'Continue'
      policies = policiesOf(stream).map(settingsOf)
      const nearest = policies[0]
      const enabled = nearest?.enabled() ?? false
      if (!enabled && !(nearest?.shadowEnabled() ?? false)) {
        stream.note(nearest ? 'the policy is not enabled' : 'no CORS policy on this route')
        return 'Continue'
      }
      const origin = headers.get('origin')
      if (!origin) {
        stream.note('no origin header: not a cross-origin request')
        return 'Continue'
      }
      const allowed = first((policy) => policy.allowsOrigin)?.(origin) ?? false
      if (allowed) allowedOrigin = origin
      if (!enabled) {
        stream.note(`shadow only: origin ${origin} ${allowed ? 'would be allowed' : 'would be refused'}`)
        return 'Continue'
      }
      isCorsRequest = true
      stream.note(allowed ? `origin ${origin} is allowed` : `origin ${origin} is not in the policy`)
      if (headers.get(':method') !== 'OPTIONS' || !headers.get('access-control-request-method')) return 'Continue'
      if (!allowed && (first((policy) => policy.forwardNotMatchingPreflights) ?? true)) {
        stream.note('its preflight goes on to the server')
        return 'Continue'
      }
      stream.note('preflight answered here')
      stream.encodeHeaders(preflight(headers), true, 'cors_response')
      return 'StopIteration'
    },
    encodeHeaders(headers) {
      if (!isCorsRequest || !allowedOrigin) return 'Continue'
      headers.set('access-control-allow-origin', allowedOrigin)
      stampCredentials(headers)
      const exposed = first((policy) => policy.exposeHeaders)
      if (exposed !== undefined) headers.set('access-control-expose-headers', toByteString(exposed))
      return 'Continue'
    },
  }
}

// Most specific first; the policies inside route and virtual host count only when the filter has no per-route config at all.
function policiesOf(stream: HttpStream): PolicyMessage[] {
  const own = stream.perRouteConfigs().map((entry) => entry.message as PolicyMessage)
  if (own.length > 0) return own.reverse()
  const legacy = stream.route()?.entry?.cors
  return [legacy?.route, legacy?.virtualHost].filter((policy): policy is PolicyMessage => policy !== undefined)
}
