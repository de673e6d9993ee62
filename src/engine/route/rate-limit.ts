import type {
  RateLimit_Override as OverrideConfig,
  RateLimit,
} from '../../envoy/types/envoy/config/route/v3/route_components_pb.d.ts'
import type { MetadataKey } from '../../envoy/types/envoy/type/metadata/v3/metadata_pb.d.ts'
import { parseFormat } from '../format/formatter.ts'
import { metadataValue } from '../match/value.ts'
import type { EngineServices } from '../services.ts'
import type { JsonValue, StreamInfo } from '../stream-info.ts'
import { createDescriptorAction, type DescriptorContext, keyPath } from './rate-limit-actions.ts'
import type { RateLimitDescriptor, RateLimits } from './types.ts'

/** RateLimitUnit by number. */
export const RATE_LIMIT_UNITS = ['UNKNOWN', 'SECOND', 'MINUTE', 'HOUR', 'DAY', 'MONTH', 'YEAR', 'WEEK']

const noRateLimits: RateLimits = { empty: true, descriptors: () => [] }

/**
 * rate_limits of one level made ready (Envoy: source/common/router/router_ratelimit.cc, and for the limits that a filter
 * carries itself ratelimit_config.cc in source/extensions/filters/common).
 * @param owner who carries them: Envoy reads `hits_addend` only where it is a filter, in its own or its per-route configuration.
 */
export function createRateLimits(
  configs: readonly RateLimit[],
  path: string,
  services: EngineServices,
  owner: 'route' | 'filter' = 'route',
): RateLimits {
  if (configs.length === 0) return noRateLimits
  const policies = configs.map((config, i) => createPolicy(config, `${path}[${i}]`, services, owner))
  return {
    empty: false,
    descriptors(stage, context, onStreamDone = false) {
      const found: RateLimitDescriptor[] = []
      for (const policy of policies) {
        if (policy.stage !== stage || policy.onStreamDone !== onStreamDone) continue
        if (policy.disableKey !== '' && context.isDisabled?.(policy.disableKey)) continue
        const descriptor = policy.descriptor(context)
        if (descriptor) found.push(descriptor)
      }
      return found
    },
  }
}

function createPolicy(config: RateLimit, path: string, services: EngineServices, owner: 'route' | 'filter') {
  const actions = config.actions.map((action, i) => createDescriptorAction(action, `${path}.actions[${i}]`, services))
  const hits = owner === 'filter' ? config.hitsAddend : undefined
  const hitsFormat = hits?.format
    ? parseFormat(hits.format, { path: `${path}.hits_addend.format`, services })
    : undefined
  return {
    stage: config.stage ?? 0,
    onStreamDone: config.applyOnStreamDone,
    disableKey: config.disableKey,
    descriptor(context: DescriptorContext): RateLimitDescriptor | undefined {
      const entries: RateLimitDescriptor['entries'] = []
      for (const action of actions) {
        const answer = action(context)
        if (answer === undefined) return undefined
        if (answer !== 'skipped') entries.push(answer)
      }
      if (entries.length === 0) return undefined
      const descriptor: RateLimitDescriptor = { entries }
      const limit = config.limit && overrideOf(config.limit, context.info)
      if (limit) descriptor.limit = limit
      const addend =
        hits && hitsOf(hits.number, hitsFormat?.format({ info: context.info, requestHeaders: context.headers }))
      // A format that comes to no number leaves nothing to count.
      if (hits && addend === undefined && hitsFormat) return undefined
      if (addend !== undefined) descriptor.hitsAddend = addend
      if (hits?.isNegativeHits) descriptor.isNegativeHits = true
      if (config.xRatelimitOption === 1) descriptor.xRateLimitOption = 'OFF'
      if (config.xRatelimitOption === 2) descriptor.xRateLimitOption = 'DRAFT_VERSION_03'
      return descriptor
    },
  }
}

function hitsOf(fixed: bigint | undefined, formatted: string | undefined): number | undefined {
  if (formatted !== undefined) return /^\d+$/.test(formatted) ? Number(formatted) : undefined
  return fixed === undefined ? undefined : Number(fixed)
}

function overrideOf(config: OverrideConfig, info: StreamInfo): RateLimitDescriptor['limit'] {
  const { overrideSpecifier } = config
  if (overrideSpecifier.case === 'rateLimit') {
    const { requestsPerUnit, unit } = overrideSpecifier.value
    return { requestsPerUnit, unit: RATE_LIMIT_UNITS[unit] ?? 'UNKNOWN' }
  }
  const value = metadataOf(overrideSpecifier.value?.metadataKey, info)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const { requests_per_unit: requests, unit } = value
  if (typeof requests !== 'number' || typeof unit !== 'string' || !RATE_LIMIT_UNITS.includes(unit)) return undefined
  return { requestsPerUnit: requests, unit }
}

function metadataOf(key: MetadataKey | undefined, info: StreamInfo): JsonValue | undefined {
  if (!key) return undefined
  return metadataValue(info.dynamicMetadata, key.key, keyPath(key))
}
