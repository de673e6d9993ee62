import type { RetryPolicy } from '../../envoy/types/envoy/config/core/v3/base_pb.d.ts'
import { ConfigError } from '../catalogue.ts'
import { durationMs } from './duration.ts'
import { defaultRetryPolicy } from './retry-policy.ts'
import type { RouteRetryPolicy } from './types.ts'

const BASE_MS = 1000

/**
 * config.core.v3.RetryPolicy, which services carry, as a route's (Envoy: convertCoreToRouteRetryPolicy in
 * source/common/http/utility.cc).
 * @param retryOn conditions that hold when the policy names none, separated by commas.
 */
export function createCoreRetryPolicy(config: RetryPolicy, retryOn: string, path: string): RouteRetryPolicy {
  const baseMs = durationMs(config.retryBackOff?.baseInterval) ?? BASE_MS
  const maxMs = durationMs(config.retryBackOff?.maxInterval) ?? baseMs * 10
  if (maxMs < baseMs) {
    throw new ConfigError(
      `${path}.retry_back_off.max_interval`,
      `${maxMs}ms is less than base_interval (${baseMs}ms); it has to be at least as long`,
    )
  }
  const conditions = (config.retryOn || retryOn).split(',').map((condition) => condition.trim())
  return {
    ...defaultRetryPolicy,
    retryOn: new Set(conditions.filter(Boolean)),
    numRetries: config.numRetries ?? 1,
    // What looks like a mistake is what Envoy does: an attempt may take as long as the longest pause.
    perTryTimeoutMs: maxMs,
    backOff: { baseMs, maxMs },
    hostSelectionMaxAttempts: Number(config.hostSelectionRetryMaxAttempts) || 1,
    configured: true,
  }
}
