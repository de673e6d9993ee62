import { ConfigError, type FilterFactoryContext } from '../../../engine/catalogue.ts'
import { millis } from '../../../engine/duration.ts'
import type { HttpFilter, HttpStream } from '../../../engine/http/filter.ts'
import { createHeaderMatchers, matchesAll } from '../../../engine/match/index.ts'
import type { HeaderTest } from '../../../engine/route/types.ts'
import type { HealthCheck } from '../../../envoy/types/envoy/extensions/filters/http/health_check/v3/health_check_pb.d.ts'
import { defineHttpFilter } from '../../define.ts'
import { about } from './about.ts'

interface HealthShared {
  matchers: readonly HeaderTest[]
  cache: ResponseCache | undefined
  /** Clusters that have to be there. */
  clusters: readonly string[]
}

/** The last answer to a health check; it is forgotten at fixed times, however old it is then. */
class ResponseCache {
  private readonly everyMs: number
  private answer: { status: number; degraded: boolean; window: number } | undefined

  constructor(everyMs: number) {
    this.everyMs = everyMs
  }

  set(status: number, degraded: boolean, now: number): void {
    this.answer = { status, degraded, window: this.window(now) }
  }

  get(now: number): { status: number; degraded: boolean } | undefined {
    return this.answer?.window === this.window(now) ? this.answer : undefined
  }

  private window(now: number): number {
    return Math.floor(now / this.everyMs)
  }
}

/**
 * Answers the requests that are health checks, from its own knowledge or from the last answer of the server.
 * Envoy: source/extensions/filters/http/health_check/health_check.cc.
 */
export const healthCheck = defineHttpFilter<HealthCheck, HealthShared>({
  ...about,
  shared: (config, context) => made(config, context),
  create: ({ config, shared, context }) => healthCheckFilter(config.passThroughMode ?? false, shared, context),
})

function made(config: HealthCheck, { path }: FilterFactoryContext): HealthShared {
  if (config.passThroughMode === undefined) throw new ConfigError(`${path}.pass_through_mode`, 'is required')
  const cacheMs = millis(config.cacheTime)
  const clusters = Object.keys(config.clusterMinHealthyPercentages)
  if (!config.passThroughMode && cacheMs)
    throw new ConfigError(`${path}.cache_time`, 'only has a sense with pass_through_mode')
  if (config.passThroughMode && clusters.length > 0)
    throw new ConfigError(`${path}.cluster_min_healthy_percentages`, 'only has a sense without pass_through_mode')
  return {
    matchers: createHeaderMatchers(config.headers, `${path}.headers`),
    cache: cacheMs ? new ResponseCache(cacheMs) : undefined,
    clusters,
  }
}

function healthCheckFilter(passThrough: boolean, shared: HealthShared, context: FilterFactoryContext): HttpFilter {
  const { matchers, cache, clusters } = shared
  const { services } = context
  let isCheck = false
  let handling = false

  const answer = (stream: HttpStream) => {
    const cached = cache?.get(context.loop.now)
    const missing = clusters.find((name) => !services.hasCluster(name))
    const status = cached?.status ?? (missing === undefined ? 200 : 503)
    if (status < 200 || status > 299) stream.info.flags.add('LH')
    const details = cached
      ? 'health_check_cached'
      : missing !== undefined
        ? 'health_check_failed_no_cluster_found'
        : clusters.length > 0
          ? 'health_check_ok_cluster_healthy'
          : 'health_check_ok'
    stream.note(cached ? `the last answer was ${status}` : missing === undefined ? 'healthy' : `no cluster ${missing}`)
    stream.reply(status, '', {
      details,
      headers: (headers) => {
        if (cached?.degraded) headers.set('x-envoy-degraded', '')
      },
    })
  }

  return {
    decodeHeaders(headers, stream, endStream) {
      isCheck = matchesAll(matchers, headers)
      handling = isCheck && (!passThrough || cache?.get(context.loop.now) !== undefined)
      stream.note(!isCheck ? 'not a health check' : handling ? 'a health check' : 'a health check for the server')
      if (!handling) return 'Continue'
      if (endStream) answer(stream)
      return 'StopIteration'
    },
    decodeData(_data, stream, endStream) {
      if (!handling) return 'Continue'
      if (endStream) answer(stream)
      return 'StopIterationNoBuffer'
    },
    decodeTrailers(_trailers, stream) {
      if (!handling) return 'Continue'
      answer(stream)
      return 'StopIteration'
    },
    encodeHeaders(headers) {
      if (!isCheck) return 'Continue'
      cache?.set(Number(headers.get(':status')), headers.has('x-envoy-degraded'), context.loop.now)
      headers.set('x-envoy-upstream-healthchecked-cluster', services.node.cluster)
      return 'Continue'
    },
  }
}
