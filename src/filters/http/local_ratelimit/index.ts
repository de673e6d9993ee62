import type { FilterFactoryContext } from '../../../engine/catalogue.ts'
import { HeaderParser } from '../../../engine/format/index.ts'
import type { HttpFilter, HttpStream } from '../../../engine/http/filter.ts'
import type { HeaderMap } from '../../../engine/http/header-map.ts'
import { createFraction } from '../../../engine/match/fraction.ts'
import { createRateLimits } from '../../../engine/route/rate-limit.ts'
import type { RateLimitDescriptor } from '../../../engine/route/types.ts'
import type { LocalRateLimit } from '../../../envoy/types/envoy/extensions/filters/http/local_ratelimit/v3/local_rate_limit_pb.d.ts'
import { bucketConfig, type LimiterResult, LocalRateLimiter } from '../../common/local-rate-limiter.ts'
import { defineHttpFilter } from '../../define.ts'
import { perConfig } from '../../per-config.ts'
import { about } from './about.ts'

/** VhRateLimitsOptions by number. */
const INCLUDE = 1
const IGNORE = 2

interface Settings {
  config: LocalRateLimit
  enabled(): boolean
  enforced(): boolean
  /** The proxy's own cluster, which source_cluster descriptors name. */
  localCluster: string
  limiter: LocalRateLimiter
  /** Connections with a limiter of their own, when it is per connection. */
  perConnection: WeakMap<object, LocalRateLimiter> | undefined
  makeLimiter(): LocalRateLimiter
  /** The filter's own rate_limits, which stand in for the route's. */
  own: ReturnType<typeof createRateLimits> | undefined
  requestHeaders: HeaderParser
  responseHeaders: HeaderParser
}

/**
 * Token buckets for the whole filter, for a route, or for descriptors made of the request.
 * Envoy: source/extensions/filters/http/local_ratelimit/local_ratelimit.cc.
 */
export const localRatelimit = defineHttpFilter<LocalRateLimit, (config: LocalRateLimit) => Settings>({
  ...about,
  shared: (config, context) => {
    const settingsOf = perConfig((message: LocalRateLimit) => settings(message, context))
    settingsOf(config)
    return settingsOf
  },
  create: ({ config, shared }) => localRatelimitFilter(config, shared),
})

function settings(config: LocalRateLimit, context: FilterFactoryContext): Settings {
  const { services, path } = context
  const enabled = createFraction(config.filterEnabled, services.runtime)
  const enforced = createFraction(config.filterEnforced, services.runtime)
  const makeLimiter = () =>
    new LocalRateLimiter(
      context.loop,
      {
        bucket: bucketConfig(config.tokenBucket),
        descriptors: config.descriptors.map((descriptor) => ({
          entries: descriptor.entries,
          bucket: bucketConfig(descriptor.tokenBucket) ?? { maxTokens: 0, tokensPerFill: 1, fillIntervalMs: 0 },
          shadow: descriptor.shadowMode,
        })),
        alwaysConsumeDefault: config.alwaysConsumeDefaultTokenBucket ?? true,
        maxDynamicDescriptors: config.maxDynamicDescriptors ?? 20,
      },
      path,
    )
  return {
    config,
    enabled: () => enabled.enabled(),
    enforced: () => enforced.enabled(),
    localCluster: services.node.cluster,
    limiter: makeLimiter(),
    perConnection: config.localRateLimitPerDownstreamConnection ? new WeakMap() : undefined,
    makeLimiter,
    own:
      config.rateLimits.length > 0
        ? createRateLimits(config.rateLimits, `${path}.rate_limits`, services, 'filter')
        : undefined,
    requestHeaders: headerParser(
      config.requestHeadersToAddWhenNotEnforced,
      'request_headers_to_add_when_not_enforced',
      context,
    ),
    responseHeaders: headerParser(config.responseHeadersToAdd, 'response_headers_to_add', context),
  }
}

function headerParser(
  options: LocalRateLimit['responseHeadersToAdd'],
  addField: string,
  context: FilterFactoryContext,
) {
  return new HeaderParser(options, [], { path: context.path, addField, removeField: '', services: context.services })
}

function localRatelimitFilter(config: LocalRateLimit, settingsOf: (config: LocalRateLimit) => Settings): HttpFilter {
  let used: Settings
  let result: LimiterResult | undefined

  return {
    decodeHeaders(headers, stream) {
      used = settingsOf(stream.perRoute<LocalRateLimit>() ?? config)
      if (!used.enabled()) {
        stream.note('filter_enabled does not pick this request')
        return 'Continue'
      }
      const descriptors = used.config.descriptors.length > 0 ? descriptorsOf(used, headers, stream) : []
      for (const { entries } of descriptors)
        stream.note(`descriptor ${entries.map(({ key, value }) => `${key}=${value}`).join(', ')}`)
      result = limiterFor(used, stream).allow(descriptors)
      if (result.allowed) {
        stream.note(result.bucket ? `allowed: ${result.bucket.remaining} tokens left` : 'allowed: no bucket applies')
        return 'Continue'
      }
      if (!used.enforced()) {
        stream.note('over the limit, but not enforced')
        used.requestHeaders.evaluate(headers, { info: stream.info, requestHeaders: headers })
        return 'Continue'
      }
      stream.note('over the limit')
      const grpcStatus = used.config.rateLimitedAsResourceExhausted ? 8 : undefined
      stream.reply(statusOf(used.config), 'local_rate_limited', {
        details: 'local_rate_limited',
        grpcStatus,
        headers: (reply) => {
          const context = { info: stream.info, requestHeaders: headers, responseHeaders: reply }
          used.responseHeaders.evaluate(reply, context)
        },
      })
      stream.info.flags.add('RL')
      return 'StopIteration'
    },
    encodeHeaders(headers) {
      const bucket = result?.bucket
      if (!result || !bucket) return 'Continue'
      const reset = String(Math.ceil(bucket.nextTokenMs / 1000))
      const draft03 = result.option ? result.option === 'DRAFT_VERSION_03' : used.config.enableXRatelimitHeaders === 1
      if (draft03) {
        headers.add('x-ratelimit-limit', String(bucket.maxTokens))
        headers.add('x-ratelimit-remaining', String(bucket.remaining))
        headers.add('x-ratelimit-reset', reset)
      }
      if (used.config.enableRetryAfterHeader && !result.allowed) headers.set('retry-after', reset)
      return 'Continue'
    },
  }
}

function limiterFor(settings: Settings, stream: HttpStream): LocalRateLimiter {
  if (!settings.perConnection) return settings.limiter
  const { connection } = stream.info
  const limiter = settings.perConnection.get(connection) ?? settings.makeLimiter()
  settings.perConnection.set(connection, limiter)
  return limiter
}

// The filter's own rate_limits, else the route's and, as vh_rate_limits says, the virtual host's.
function descriptorsOf(
  { config, own, localCluster }: Settings,
  headers: HeaderMap,
  stream: HttpStream,
): RateLimitDescriptor[] {
  const context = { headers, info: stream.info, localCluster }
  if (own) return own.descriptors(config.stage, context)
  const entry = stream.route()?.entry
  if (!entry) return []
  const fromRoute = entry.rateLimits.descriptors(config.stage, context)
  const fromVirtualHost = () => entry.virtualHostRateLimits.descriptors(config.stage, context)
  if (entry.includeVirtualHostRateLimits || config.vhRateLimits === INCLUDE) return [...fromRoute, ...fromVirtualHost()]
  if (config.vhRateLimits === IGNORE || !entry.rateLimits.empty) return fromRoute
  return fromVirtualHost()
}

/** A status below 400 counts as none: 429. */
function statusOf(config: LocalRateLimit): number {
  const code = config.status?.code ?? 429
  return code >= 400 ? code : 429
}
