import type { FilterFactoryContext } from '../../../engine/catalogue.ts'
import { fractionOf } from '../../../engine/match/fraction.ts'
import { createStringMatcher } from '../../../engine/match/string.ts'
import type { RuntimeFractionalPercent } from '../../../envoy/types/envoy/config/core/v3/base_pb.d.ts'
import type { CorsPolicy as RouteCorsPolicy } from '../../../envoy/types/envoy/config/route/v3/route_components_pb.d.ts'
import type { CorsPolicy } from '../../../envoy/types/envoy/extensions/filters/http/cors/v3/cors_pb.d.ts'

/** The filter's own per-route policy, or the deprecated one inside a route or virtual host. */
export type PolicyMessage = CorsPolicy | RouteCorsPolicy

/** A policy made ready; a member that is undefined leaves the matter to the next policy. */
export interface CorsSettings {
  enabled(): boolean
  shadowEnabled(): boolean
  allowsOrigin: ((origin: string) => boolean) | undefined
  allowMethods: string | undefined
  allowHeaders: string | undefined
  exposeHeaders: string | undefined
  maxAge: string | undefined
  allowCredentials: boolean | undefined
  allowPrivateNetworkAccess: boolean | undefined
  forwardNotMatchingPreflights: boolean | undefined
}

/** Envoy: CorsPolicyImplBase in source/common/router/config_impl.cc; enabled unless filter_enabled says less. */
export function corsSettings(policy: PolicyMessage, context: FilterFactoryContext): CorsSettings {
  const { runtime } = context.services
  const origins = policy.allowOriginStringMatch.map((matcher, i) =>
    createStringMatcher(matcher, `${context.path}.allow_origin_string_match[${i}]`, context.services),
  )
  const sampled = (config: RuntimeFractionalPercent) => {
    const { numerator, denominator } = fractionOf(config.defaultValue)
    return runtime.fraction(config.runtimeKey, numerator, denominator)
  }
  const filterEnabled = 'enabledSpecifier' in policy ? policy.enabledSpecifier.value : policy.filterEnabled
  const text = (value: string) => (value === '' ? undefined : value)
  return {
    enabled: () => (filterEnabled ? sampled(filterEnabled) : true),
    shadowEnabled: () => (policy.shadowEnabled ? sampled(policy.shadowEnabled) : false),
    // A matcher that takes a literal `*` stands for any origin.
    allowsOrigin:
      origins.length > 0
        ? (origin) => origins.some((matcher) => matcher.matches('*') || matcher.matches(origin))
        : undefined,
    allowMethods: text(policy.allowMethods),
    allowHeaders: text(policy.allowHeaders),
    exposeHeaders: text(policy.exposeHeaders),
    maxAge: text(policy.maxAge),
    allowCredentials: policy.allowCredentials,
    allowPrivateNetworkAccess: policy.allowPrivateNetworkAccess,
    forwardNotMatchingPreflights: policy.forwardNotMatchingPreflights,
  }
}
