import { ConfigError, type FilterFactoryContext } from '../../../engine/catalogue.ts'
import { millis } from '../../../engine/duration.ts'
import { HeaderParser } from '../../../engine/format/index.ts'
import { createFraction } from '../../../engine/match/index.ts'
import { createRateLimits } from '../../../engine/route/rate-limit.ts'
import type { RateLimits } from '../../../engine/route/types.ts'
import type { EngineServices } from '../../../engine/services.ts'
import type { RuntimeFractionalPercent } from '../../../envoy/types/envoy/config/core/v3/base_pb.d.ts'
import type { RateLimit as RateLimitPolicy } from '../../../envoy/types/envoy/config/route/v3/route_components_pb.d.ts'
import type {
  RateLimit,
  RateLimitPerRoute,
} from '../../../envoy/types/envoy/extensions/filters/http/ratelimit/v3/rate_limit_pb.d.ts'
import { createRateLimitClient, type RateLimitClient } from '../../common/ratelimit/client.ts'
import { perConfig } from '../../per-config.ts'
import { about } from './about.ts'

const DEFAULT_TIMEOUT_MS = 20
const REQUEST_TYPES = ['', 'internal', 'external', 'both']

/** The filter's configuration, made ready once for its place in a chain. */
export interface RateLimitSettings {
  config: RateLimit
  client: RateLimitClient
  /** The proxy's own cluster, which source_cluster descriptors name. */
  localCluster: string
  hasCluster(name: string): boolean
  /** Whether limits with this disable_key are switched off in the runtime. */
  isDisabled(disableKey: string): boolean
  enabled(): boolean
  enforced(): boolean
  /** Whether a call that fails refuses the request. */
  denyOnFailure(): boolean
  rateLimitedStatus: number
  statusOnError: number
  responseHeaders: HeaderParser
  metadataNamespace: string
  /** The filter's own rate_limits, which stand in for the route's. */
  own: RateLimits
  forRoute(config: RateLimitPerRoute): { config: RateLimitPerRoute; own: RateLimits }
}

/** @throws ConfigError for what Envoy refuses: no domain, no service, headers that may not be set. */
export function rateLimitSettings(config: RateLimit, context: FilterFactoryContext): RateLimitSettings {
  const { services, path } = context
  const { runtime } = services
  if (config.domain === '') throw new ConfigError(`${path}.domain`, 'is required')
  if ((config.stage ?? 0) > 10) throw new ConfigError(`${path}.stage`, `${config.stage} is more than 10`)
  if (!REQUEST_TYPES.includes(config.requestType))
    throw new ConfigError(`${path}.request_type`, `'${config.requestType}' is not internal, external or both`)
  const share = (fraction: RuntimeFractionalPercent | undefined, key: string) => {
    const made = fraction && createFraction(fraction, runtime)
    return () => (made ? made.enabled() : runtime.fraction(key, 100, 100))
  }
  const denyShare = config.failureModeDenyPercent && createFraction(config.failureModeDenyPercent, runtime)
  const status = config.rateLimitedStatus?.code ?? 0
  return {
    config,
    client: createRateLimitClient(
      config.rateLimitService,
      `${path}.rate_limit_service`,
      millis(config.timeout) ?? DEFAULT_TIMEOUT_MS,
      services,
    ),
    localCluster: services.node.cluster,
    hasCluster: services.hasCluster,
    isDisabled: (key) => !runtime.fraction(`ratelimit.${key}.http_filter_enabled`, 100, 100),
    enabled: share(config.filterEnabled, 'ratelimit.http_filter_enabled'),
    enforced: share(config.filterEnforced, 'ratelimit.http_filter_enforcing'),
    denyOnFailure: () => denyShare?.enabled() ?? config.failureModeDeny,
    rateLimitedStatus: status >= 400 ? status : 429,
    statusOnError: config.statusOnError?.code || 500,
    responseHeaders: new HeaderParser(config.responseHeadersToAdd, [], {
      path,
      addField: 'response_headers_to_add',
      removeField: '',
      services,
    }),
    metadataNamespace: config.metadataNamespace || about.name,
    own: ownLimits(config.rateLimits, `${path}.rate_limits`, services),
    forRoute: perConfig((perRoute: RateLimitPerRoute) => ({
      config: perRoute,
      own: ownLimits(perRoute.rateLimits, 'per-route config.rate_limits', services),
    })),
  }
}

/** Limits that the filter, or its message for a route, carries itself. @throws ConfigError for what belongs to limits of routes. */
export function ownLimits(limits: readonly RateLimitPolicy[], path: string, services: EngineServices): RateLimits {
  limits.forEach(({ stage, disableKey }, i) => {
    if (stage || disableKey !== '')
      throw new ConfigError(`${path}[${i}]`, 'stage and disable_key are for limits of routes; leave them out here')
  })
  return createRateLimits(limits, path, services, 'filter')
}
