import { toByteString } from '../../../engine/bytes.ts'
import type { Timer } from '../../../engine/event-loop.ts'
import type { HttpFilter, HttpStream, ResumeAction } from '../../../engine/http/filter.ts'
import { HeaderMap } from '../../../engine/http/header-map.ts'
import { asciiLower } from '../../../engine/match/ascii.ts'
import type { RateLimitDescriptor, RouteEntry } from '../../../engine/route/types.ts'
import type { RateLimitPerRoute } from '../../../envoy/types/envoy/extensions/filters/http/ratelimit/v3/rate_limit_pb.d.ts'
import type { LimitAnswer } from '../../common/ratelimit/client.ts'
import { xRateLimitHeaders } from '../../common/ratelimit/x-ratelimit.ts'
import type { RateLimitSettings } from './settings.ts'

const HITS_ADDEND = 'envoy.ratelimit.hits_addend'
const RESOURCE_EXHAUSTED = 8
const OVER_LIMIT = 2
/** VhRateLimitsOptions by number. */
const INCLUDE = 1
const IGNORE = 2

/** One request's limit: descriptors are made, the service is asked, and the request goes on or is answered. */
export function ratelimitFilter(settings: RateLimitSettings): HttpFilter {
  const { config, client } = settings
  let headers: HeaderMap | undefined
  let calling = false
  let responded = false
  let initiating = false
  let call: Timer | undefined
  let toAdd: HeaderMap | undefined
  let entry: RouteEntry | undefined
  let route: ReturnType<RateLimitSettings['forRoute']> | undefined

  const domain = () => route?.config.domain || config.domain

  const descriptorsFor = (stream: HttpStream, onStreamDone: boolean): RateLimitDescriptor[] => {
    if (!headers || !entry) return []
    const { info } = stream
    const context = { headers, info, localCluster: settings.localCluster, isDisabled: settings.isDisabled }
    if (route && !route.own.empty) return route.own.descriptors(0, context, onStreamDone)
    if (!settings.own.empty) return settings.own.descriptors(0, context, onStreamDone)
    const fromRoute = entry.rateLimits.descriptors(config.stage, context, onStreamDone)
    const fromVirtualHost = entry.virtualHostRateLimits
    const option = entry.includeVirtualHostRateLimits ? INCLUDE : route?.config.vhRateLimits
    if (option === IGNORE || (option !== INCLUDE && !entry.rateLimits.empty)) return fromRoute
    return [...fromRoute, ...fromVirtualHost.descriptors(config.stage, context, onStreamDone)]
  }

  const initiate = (stream: HttpStream, request: HeaderMap) => {
    const internal = request.get('x-envoy-internal') === 'true'
    if (config.requestType === (internal ? 'external' : 'internal')) {
      stream.note(`request_type ${config.requestType}: this request is ${internal ? 'internal' : 'external'}`)
      return
    }
    entry = stream.route()?.entry
    if (!entry || !settings.hasCluster(entry.clusterName)) {
      entry = undefined
      stream.note('no route to a cluster: no limits')
      return
    }
    const perRoute = stream.perRoute<RateLimitPerRoute>()
    route = perRoute && settings.forRoute(perRoute)
    const descriptors = descriptorsFor(stream, false)
    if (descriptors.length === 0) {
      stream.note('no descriptors: the service is not asked')
      return
    }
    for (const descriptor of descriptors) stream.note(described(descriptor))
    stream.note(`asks ${client.target} in domain ${domain()}`)
    calling = true
    initiating = true
    const parent = { info: stream.info, trace: stream.trace }
    call = client.limit({ domain: domain(), descriptors, hitsAddend: hitsOf(stream) }, parent, (answer) => {
      call = undefined
      calling = false
      if (initiating) complete(answer, descriptors, stream).next()
      else stream.resume(() => complete(answer, descriptors, stream))
    })
    initiating = false
  }

  const complete = (
    answer: LimitAnswer,
    descriptors: readonly RateLimitDescriptor[],
    stream: HttpStream,
  ): ResumeAction => {
    const { verdict, statuses, metadata } = answer
    stream.note(answer.reason)
    toAdd = answer.responseHeaders.length > 0 ? headersOf('response', answer.responseHeaders) : undefined
    if (metadata && Object.keys(metadata).length > 0)
      stream.info.dynamicMetadata.set(settings.metadataNamespace, metadata)
    const add = (name: string, value: string) => {
      toAdd ??= new HeaderMap('response')
      toAdd.add(name, value)
    }
    if (verdict === 'over limit' && !config.disableXEnvoyRatelimitedHeader) add('x-envoy-ratelimited', 'true')
    const draft03 = config.enableXRatelimitHeaders === 1
    const shows = (i: number) => {
      const option = descriptors[i]?.xRateLimitOption
      return option === undefined ? draft03 : option === 'DRAFT_VERSION_03'
    }
    for (const [name, value] of xRateLimitHeaders(statuses, shows)) add(name, value)

    if (verdict === 'over limit' && settings.enforced()) return refuse(answer, stream)
    if (verdict === 'error' && settings.denyOnFailure()) {
      responded = true
      const next = () => {
        stream.info.flags.add('RLSE')
        stream.reply(settings.statusOnError, '', { details: 'rate_limiter_error' })
      }
      return { status: 'StopIteration', next }
    }
    if (verdict === 'over limit') stream.note('not enforced')
    if (verdict === 'error') stream.note('let through: failure_mode_deny is not set')
    const proceeds = !initiating
    if (proceeds && headers) for (const [name, value] of answer.requestHeaders) headers.add(asciiLower(name), value)
    return { status: 'Continue', next: () => (proceeds ? stream.continueDecoding() : undefined) }
  }

  const refuse = (answer: LimitAnswer, stream: HttpStream): ResumeAction => {
    responded = true
    const next = () => {
      stream.info.flags.add('RL')
      stream.reply(settings.rateLimitedStatus, answer.body, {
        details: 'request_rate_limited',
        ...(config.rateLimitedAsResourceExhausted ? { grpcStatus: RESOURCE_EXHAUSTED } : {}),
        headers: (reply) => {
          const after = config.enableRetryAfterHeader ? retryAfter(answer) : undefined
          stamp(reply, true)
          if (after !== undefined && settings.rateLimitedStatus === 429 && !reply.has('retry-after'))
            reply.set('retry-after', after)
          const { info } = stream
          settings.responseHeaders.evaluate(reply, { info, requestHeaders: headers!, responseHeaders: reply })
        },
      })
    }
    return { status: 'StopIteration', next }
  }

  // The service's word on the content type counts more than that of a local reply.
  const stamp = (response: HeaderMap, localReply: boolean) => {
    if (!toAdd) return
    if (localReply && toAdd.get('content-type')) response.remove('content-type')
    for (const [name, value] of toAdd.pairs()) response.add(name, value)
    toAdd = undefined
  }

  return {
    decodeHeaders(request, stream) {
      headers = request
      if (!settings.enabled()) {
        stream.note('filter_enabled does not pick this request')
        return 'Continue'
      }
      initiate(stream, request)
      return calling || responded ? 'StopIteration' : 'Continue'
    },
    decodeData: () => (calling ? 'StopIterationAndWatermark' : 'Continue'),
    decodeTrailers: () => (calling ? 'StopIteration' : 'Continue'),
    encodeHeaders(response) {
      stamp(response, false)
      return 'Continue'
    },
    onDestroy(stream) {
      if (calling) {
        call?.cancel()
        return
      }
      const descriptors = descriptorsFor(stream, true)
      if (descriptors.length > 0)
        client.limit({ domain: domain(), descriptors, hitsAddend: hitsOf(stream) }, undefined, () => undefined)
    },
  }
}

function described({ entries, hitsAddend }: RateLimitDescriptor): string {
  const hits = hitsAddend === undefined ? '' : `, ${hitsAddend} hits`
  return `descriptor ${entries.map(({ key, value }) => `${key}=${value}`).join(', ')}${hits}`
}

function hitsOf(stream: HttpStream): number {
  const text = stream.info.filterState.get(HITS_ADDEND)?.text
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : 0
}

function headersOf(kind: 'response', pairs: readonly [string, string][]): HeaderMap {
  return new HeaderMap(
    kind,
    pairs.map(([name, value]) => [asciiLower(toByteString(name)), value] as const),
  )
}

// Whole seconds until the last of the limits that were passed is reset, one at least.
function retryAfter({ statuses }: LimitAnswer): string | undefined {
  const over = statuses.filter(({ code }) => code === OVER_LIMIT)
  if (over.length === 0) return undefined
  return String(Math.max(1, ...over.map(({ durationUntilReset: wait }) => Number(wait?.seconds ?? 0n))))
}
