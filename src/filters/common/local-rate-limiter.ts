import type { Duration } from '@bufbuild/protobuf/wkt'
import { ConfigError, type FilterFactoryContext } from '../../engine/catalogue.ts'
import type { EventLoop } from '../../engine/event-loop.ts'
import type { RateLimitDescriptor } from '../../engine/route/types.ts'
import { TokenBucket } from '../../engine/token-bucket.ts'

export interface BucketConfig {
  maxTokens: number
  tokensPerFill: number
  fillIntervalMs: number
}

export interface LimiterConfig {
  /** Undefined: no limit of its own, only descriptors. */
  bucket: BucketConfig | undefined
  descriptors: { entries: { key: string; value: string }[]; bucket: BucketConfig; shadow: boolean }[]
  alwaysConsumeDefault: boolean
  /** How many buckets a descriptor with wildcards may open; the least used are forgotten. */
  maxDynamicDescriptors: number
}

export interface LimiterResult {
  allowed: boolean
  /** The bucket whose state goes into x-ratelimit headers. */
  bucket?: TokenBucket
  option?: RateLimitDescriptor['xRateLimitOption']
}

interface DescriptorBucket {
  entries: { key: string; value: string }[]
  wildcard: boolean
  config: BucketConfig
  shadow: boolean
  fixed: TokenBucket | undefined
  dynamic: Map<string, TokenBucket>
}

/**
 * Token buckets for a filter and for its descriptors (LocalRateLimiterImpl in
 * source/extensions/filters/common/local_ratelimit/local_ratelimit_impl.cc): of the descriptors that match, the slowest to
 * refill is asked first, then the default bucket. A descriptor in shadow mode takes its tokens and never denies.
 */
export class LocalRateLimiter {
  private readonly loop: EventLoop
  private readonly config: LimiterConfig
  private readonly default: TokenBucket | undefined
  private readonly denyAll: boolean
  private readonly descriptors: DescriptorBucket[]

  /** @throws ConfigError at `path` for a fill interval below 50 ms and for a descriptor that is there twice. */
  constructor(loop: EventLoop, config: LimiterConfig, path: string) {
    this.loop = loop
    this.config = config
    const { bucket } = config
    this.denyAll = bucket !== undefined && bucket.fillIntervalMs > 0 && bucket.maxTokens === 0
    if (bucket && bucket.fillIntervalMs > 0 && bucket.maxTokens > 0) {
      checkInterval(bucket, `${path}.token_bucket.fill_interval`)
      this.default = this.open(bucket)
    }
    const seen = new Set<string>()
    this.descriptors = config.descriptors.map(({ entries, bucket: own, shadow }, i) => {
      const at = `${path}.descriptors[${i}]`
      if (own.maxTokens !== 0) checkInterval(own, `${at}.token_bucket.fill_interval`)
      const key = keyOf(entries)
      if (seen.has(key)) throw new ConfigError(at, 'duplicate descriptor in the local rate descriptor')
      seen.add(key)
      const wildcard = entries.some((entry) => entry.value === '')
      return {
        entries,
        wildcard,
        config: own,
        shadow,
        fixed: wildcard ? undefined : this.open(own),
        dynamic: new Map(),
      }
    })
  }

  /** Takes tokens for a request with these descriptors. */
  allow(requested: readonly RateLimitDescriptor[]): LimiterResult {
    const matched = requested.flatMap((descriptor) => {
      const found = this.bucketFor(descriptor)
      return found ? [{ descriptor, ...found }] : []
    })
    // A stable sort, as std::sort is in effect for so few: equals keep the order of the request's descriptors.
    matched.sort((a, b) => a.bucket.fillRate - b.bucket.fillRate)
    for (const { descriptor, bucket, shadow } of matched) {
      if (descriptor.isNegativeHits && descriptor.hitsAddend !== undefined) bucket.refill(descriptor.hitsAddend)
      else if (!bucket.consume(descriptor.hitsAddend ?? 1) && !shadow)
        return { allowed: false, bucket, option: descriptor.xRateLimitOption }
    }
    const shown = matched[0]
    const forAllowed: LimiterResult = shown
      ? { allowed: true, bucket: shown.bucket, option: shown.descriptor.xRateLimitOption }
      : { allowed: true, bucket: this.default }
    if (shown && !this.config.alwaysConsumeDefault) return forAllowed
    if (!this.default) return this.denyAll ? { allowed: false } : forAllowed
    return this.default.consume() ? forAllowed : { allowed: false, bucket: this.default }
  }

  private bucketFor(descriptor: RateLimitDescriptor): { bucket: TokenBucket; shadow: boolean } | undefined {
    const exact = this.descriptors.find(
      (candidate) => !candidate.wildcard && same(candidate.entries, descriptor.entries),
    )
    if (exact?.fixed) return { bucket: exact.fixed, shadow: exact.shadow }
    const loose = this.descriptors.find(
      (candidate) => candidate.wildcard && fits(candidate.entries, descriptor.entries),
    )
    if (!loose) return undefined
    const key = keyOf(descriptor.entries)
    const bucket = loose.dynamic.get(key) ?? this.open(loose.config)
    // Taken out and put back, a Map keeps its entries by last use.
    loose.dynamic.delete(key)
    loose.dynamic.set(key, bucket)
    if (loose.dynamic.size > this.config.maxDynamicDescriptors) loose.dynamic.delete(loose.dynamic.keys().next().value!)
    return { bucket, shadow: loose.shadow }
  }

  private open({ maxTokens, tokensPerFill, fillIntervalMs }: BucketConfig): TokenBucket {
    return new TokenBucket(this.loop, maxTokens, tokensPerFill, fillIntervalMs)
  }
}

/** type.v3.TokenBucket; tokens_per_fill is 1 when it is left out. */
export function bucketConfig(
  config: { maxTokens: number; tokensPerFill?: number; fillInterval?: Duration } | undefined,
): BucketConfig | undefined {
  if (!config) return undefined
  const interval = config.fillInterval
  return {
    maxTokens: config.maxTokens,
    tokensPerFill: config.tokensPerFill ?? 1,
    fillIntervalMs: interval ? Number(interval.seconds) * 1000 + interval.nanos / 1e6 : 0,
  }
}

function checkInterval({ fillIntervalMs }: BucketConfig, path: string): void {
  if (fillIntervalMs < 50) throw new ConfigError(path, 'the fill interval must be at least 50ms')
}

type Entries = readonly { key: string; value: string }[]

function keyOf(entries: Entries): string {
  return JSON.stringify(entries.map(({ key, value }) => [key, value]))
}

function same(a: Entries, b: Entries): boolean {
  return a.length === b.length && a.every((entry, i) => entry.key === b[i]!.key && entry.value === b[i]!.value)
}

/** An empty value in the configuration stands for any. */
function fits(configured: Entries, requested: Entries): boolean {
  return (
    configured.length === requested.length &&
    configured.every(
      ({ key, value }, i) => key === requested[i]!.key && (value === '' || value === requested[i]!.value),
    )
  )
}

/** Takes a token for a connection; says in words what came of it. */
export type ConnectionLimiter = () => { allowed: boolean; note: string }

/** What the listener and network filters of this name have in common: one bucket, for connections; runtime may switch it off. */
export function connectionLimiter(
  config: {
    tokenBucket?: { maxTokens: number; tokensPerFill?: number; fillInterval?: Duration }
    runtimeEnabled?: { defaultValue?: boolean; runtimeKey: string }
  },
  { loop, services, path }: FilterFactoryContext,
): ConnectionLimiter {
  const bucket = bucketConfig(config.tokenBucket)
  if (!bucket) throw new ConfigError(`${path}.token_bucket`, 'a token bucket is required')
  checkInterval(bucket, `${path}.token_bucket.fill_interval`)
  const tokens = new TokenBucket(loop, bucket.maxTokens, bucket.tokensPerFill, bucket.fillIntervalMs)
  const { runtimeEnabled } = config
  return () => {
    if (runtimeEnabled && !services.runtime.boolean(runtimeEnabled.runtimeKey, runtimeEnabled.defaultValue ?? true))
      return { allowed: true, note: 'switched off by runtime' }
    if (tokens.consume()) return { allowed: true, note: `${tokens.remaining} tokens left` }
    return { allowed: false, note: 'no token left: closed' }
  }
}
