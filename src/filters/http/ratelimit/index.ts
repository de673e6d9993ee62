import type {
  RateLimit,
  RateLimitPerRoute,
} from '../../../envoy/types/envoy/extensions/filters/http/ratelimit/v3/rate_limit_pb.d.ts'
import { defineHttpFilter } from '../../define.ts'
import { about } from './about.ts'
import { ratelimitFilter } from './filter.ts'
import { ownLimits, type RateLimitSettings, rateLimitSettings } from './settings.ts'

/**
 * Holds a request until a rate limit service has said whether its descriptors are within their limits.
 * Envoy: source/extensions/filters/http/ratelimit/ratelimit.cc.
 */
export const ratelimit = defineHttpFilter<RateLimit, RateLimitSettings>({
  ...about,
  shared: rateLimitSettings,
  checkPerRoute: (message, path, services) =>
    void ownLimits((message as RateLimitPerRoute).rateLimits, `${path}.rate_limits`, services),
  create: ({ shared }) => ratelimitFilter(shared),
})
