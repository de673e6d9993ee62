import type { RetryPolicy } from '../../envoy/types/envoy/config/route/v3/route_components_pb.d.ts'
import { toByteString } from '../bytes.ts'
import { ConfigError } from '../catalogue.ts'
import { asciiLower } from '../match/ascii.ts'
import { createHeaderMatchers } from '../match/header.ts'
import type { EngineServices } from '../services.ts'
import { durationMs } from './duration.ts'
import type { RouteRetryPolicy } from './types.ts'

const BASE_BACK_OFF_MS = 25
const RATE_LIMITED_MAX_MS = 300_000

/** What a route has without retry_policy: nothing is retried unless a header asks for it. */
export const defaultRetryPolicy: RouteRetryPolicy = {
  retryOn: new Set(),
  numRetries: 1,
  perTryTimeoutMs: 0,
  perTryIdleTimeoutMs: 0,
  retriableStatusCodes: [],
  retriableHeaders: [],
  retriableRequestHeaders: [],
  backOff: { baseMs: BASE_BACK_OFF_MS, maxMs: BASE_BACK_OFF_MS * 10 },
  rateLimitedBackOff: undefined,
  hostSelectionMaxAttempts: 1,
  extensions: [],
  configured: false,
}

/** config.route.v3.RetryPolicy made ready (Envoy: source/common/router/retry_policy_impl.cc). */
export function createRetryPolicy(config: RetryPolicy, path: string, services: EngineServices): RouteRetryPolicy {
  return {
    retryOn: new Set(
      config.retryOn
        .split(',')
        .map((condition) => condition.trim())
        .filter(Boolean),
    ),
    numRetries: config.numRetries ?? 1,
    perTryTimeoutMs: durationMs(config.perTryTimeout) ?? 0,
    perTryIdleTimeoutMs: durationMs(config.perTryIdleTimeout) ?? 0,
    retriableStatusCodes: config.retriableStatusCodes,
    retriableHeaders: createHeaderMatchers(config.retriableHeaders, `${path}.retriable_headers`, services),
    retriableRequestHeaders: createHeaderMatchers(
      config.retriableRequestHeaders,
      `${path}.retriable_request_headers`,
      services,
    ),
    backOff: backOffOf(config, path),
    rateLimitedBackOff: config.rateLimitedRetryBackOff && {
      resetHeaders: config.rateLimitedRetryBackOff.resetHeaders.map((header) => ({
        name: asciiLower(toByteString(header.name)),
        format: header.format === 1 ? 'unix' : 'seconds',
      })),
      maxMs: Math.max(1, durationMs(config.rateLimitedRetryBackOff.maxInterval) ?? RATE_LIMITED_MAX_MS),
    },
    hostSelectionMaxAttempts: Number(config.hostSelectionRetryMaxAttempts) || 1,
    extensions: extensionsOf(config, services),
    configured: true,
  }
}

function backOffOf(config: RetryPolicy, path: string): RouteRetryPolicy['backOff'] {
  if (!config.retryBackOff) return defaultRetryPolicy.backOff
  const base = durationMs(config.retryBackOff.baseInterval)
  if (base === undefined) throw new ConfigError(`${path}.retry_back_off.base_interval`, 'is required')
  const baseMs = Math.max(1, base)
  const configuredMax = durationMs(config.retryBackOff.maxInterval)
  const maxMs = configuredMax === undefined ? baseMs * 10 : Math.max(1, configuredMax)
  if (maxMs < baseMs) {
    throw new ConfigError(`${path}.retry_back_off.max_interval`, `${maxMs} ms is less than base_interval, ${baseMs} ms`)
  }
  return { baseMs, maxMs }
}

function extensionsOf(config: RetryPolicy, services: EngineServices): string[] {
  const typed = [
    ...config.retryHostPredicate.map((predicate) => ({ name: predicate.name, any: predicate.configType.value })),
    ...(config.retryPriority ? [{ name: config.retryPriority.name, any: config.retryPriority.configType.value }] : []),
    ...config.retryOptionsPredicates.map((predicate) => ({ name: predicate.name, any: predicate.typedConfig })),
  ]
  return typed.map(({ name, any }) => services.registry.unpack(any)?.typeName ?? name)
}
