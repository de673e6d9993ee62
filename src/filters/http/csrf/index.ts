import type { HttpFilter } from '../../../engine/http/filter.ts'
import type { HeaderMap } from '../../../engine/http/header-map.ts'
import { parseUrl } from '../../../engine/http/url.ts'
import { fractionOf } from '../../../engine/match/fraction.ts'
import { createStringMatcher } from '../../../engine/match/string.ts'
import type { EngineServices } from '../../../engine/services.ts'
import type { RuntimeFractionalPercent } from '../../../envoy/types/envoy/config/core/v3/base_pb.d.ts'
import type { CsrfPolicy } from '../../../envoy/types/envoy/extensions/filters/http/csrf/v3/csrf_pb.d.ts'
import { defineHttpFilter } from '../../define.ts'
import { perConfig } from '../../per-config.ts'
import { about } from './about.ts'

interface Policy {
  enabled(): boolean
  shadowEnabled(): boolean
  /** Origins, as host and port, that may do what the site itself may. */
  isTrusted(origin: string): boolean
}

interface Shared {
  chain: Policy
  ofRoute(config: CsrfPolicy): Policy
}

const CHANGING = new Set(['POST', 'PUT', 'DELETE', 'PATCH'])

/**
 * Compares where a changing request comes from with where it goes.
 * Envoy: source/extensions/filters/http/csrf/csrf_filter.cc.
 */
export const csrf = defineHttpFilter<CsrfPolicy, Shared>({
  ...about,
  shared: (config, context) => ({
    chain: createPolicy(config, context.services, context.path),
    ofRoute: perConfig((policy: CsrfPolicy) => createPolicy(policy, context.services, 'per-route config')),
  }),
  checkPerRoute: (message, path, services) => void createPolicy(message as CsrfPolicy, services, path),
  create: ({ shared }) => csrfFilter(shared),
})

function createPolicy(config: CsrfPolicy, services: EngineServices, path: string): Policy {
  const sampled = (fraction: RuntimeFractionalPercent | undefined) => {
    if (!fraction) return false
    const { numerator, denominator } = fractionOf(fraction.defaultValue)
    return services.runtime.fraction(fraction.runtimeKey, numerator, denominator)
  }
  const trusted = config.additionalOrigins.map((matcher, i) =>
    createStringMatcher(matcher, `${path}.additional_origins[${i}]`, services),
  )
  return {
    enabled: () => sampled(config.filterEnabled),
    shadowEnabled: () => sampled(config.shadowEnabled),
    isTrusted: (origin) => trusted.some((matcher) => matcher.matches(origin)),
  }
}

function csrfFilter(shared: Shared): HttpFilter {
  return {
    decodeHeaders(headers, stream) {
      const perRoute = stream.perRoute<CsrfPolicy>()
      const policy = perRoute ? shared.ofRoute(perRoute) : shared.chain
      const enabled = policy.enabled()
      if (!enabled && !policy.shadowEnabled()) {
        stream.note('the policy is not enabled')
        return 'Continue'
      }
      const method = headers.get(':method') ?? ''
      if (!CHANGING.has(method)) {
        stream.note(`${method} changes nothing`)
        return 'Continue'
      }
      const source = sourceOf(headers)
      const target = hostAndPort(headers.get(':authority'))
      if (source !== '' && (source === target || policy.isTrusted(source))) {
        stream.note(source === target ? 'it comes from the site itself' : `${source} is trusted`)
        return 'Continue'
      }
      stream.note(
        source === '' ? 'it does not say where it comes from' : `it comes from ${source} and goes to ${target}`,
      )
      if (!enabled) {
        stream.note('shadow only: it passes')
        return 'Continue'
      }
      return stream.reply(403, 'Invalid origin', { details: 'csrf_origin_mismatch' })
    },
  }
}

function sourceOf(headers: HeaderMap): string {
  const origin = headers.get('origin')
  // Browsers send `null` where they will not say; the referer does not stand in for it.
  if (origin === 'null') return ''
  return hostAndPort(origin) || hostAndPort(headers.get('referer'))
}

/** Host and port of a URL, or the whole value when it is none. */
function hostAndPort(value: string | undefined): string {
  if (!value) return ''
  const url = parseUrl(value)
  return url ? url.hostAndPort.slice(url.hostAndPort.lastIndexOf('@') + 1) : value
}
