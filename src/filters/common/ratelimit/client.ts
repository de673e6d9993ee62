import { fromLatin1, textOf, toByteString } from '../../../engine/bytes.ts'
import { ConfigError } from '../../../engine/catalogue.ts'
import type { Timer } from '../../../engine/event-loop.ts'
import { createGrpcClient, type GrpcMethod } from '../../../engine/grpc/client.ts'
import { grpcStatusText } from '../../../engine/grpc/status.ts'
import { RATE_LIMIT_UNITS } from '../../../engine/route/rate-limit.ts'
import type { RateLimitDescriptor } from '../../../engine/route/types.ts'
import type { EngineServices } from '../../../engine/services.ts'
import type { JsonObject, StreamInfo } from '../../../engine/stream-info.ts'
import type { Trace } from '../../../engine/trace.ts'
import type { RateLimitServiceConfig } from '../../../envoy/types/envoy/config/ratelimit/v3/rls_pb.d.ts'
import type {
  RateLimitResponse_DescriptorStatus as DescriptorStatus,
  RateLimitResponse,
} from '../../../envoy/types/envoy/service/ratelimit/v3/rls_pb.d.ts'

const SHOULD_RATE_LIMIT: GrpcMethod = {
  service: 'envoy.service.ratelimit.v3.RateLimitService',
  name: 'ShouldRateLimit',
  request: 'envoy.service.ratelimit.v3.RateLimitRequest',
  response: 'envoy.service.ratelimit.v3.RateLimitResponse',
}
const OVER_LIMIT = 2

/** What came of a call: whether the limit is kept, and what to do to the messages. All header text is in byte strings. */
export interface LimitAnswer {
  verdict: 'ok' | 'over limit' | 'error'
  /** In words, for the trace. */
  reason: string
  statuses: readonly DescriptorStatus[]
  responseHeaders: [name: string, value: string][]
  requestHeaders: [name: string, value: string][]
  /** Body of the reply to a request over the limit, as text that keeps every byte. */
  body: string
  metadata: JsonObject | undefined
}

export interface LimitRequest {
  domain: string
  descriptors: readonly RateLimitDescriptor[]
  /** Hits that each descriptor counts; 0 leaves it to the service (one). */
  hitsAddend: number
}

/** A rate limit service. */
export interface RateLimitClient {
  readonly target: string
  /** `done` may be called at once; undefined is returned then. */
  limit(
    request: LimitRequest,
    parent: { info: StreamInfo; trace: Trace } | undefined,
    done: (answer: LimitAnswer) => void,
  ): Timer | undefined
}

/**
 * The global rate limit service (Envoy: source/extensions/filters/common/ratelimit/ratelimit_impl.cc).
 * @param timeoutMs how long the service has: the filter's `timeout`, not the one in the gRPC service.
 */
export function createRateLimitClient(
  config: RateLimitServiceConfig | undefined,
  path: string,
  timeoutMs: number,
  services: EngineServices,
): RateLimitClient {
  if (!config) throw new ConfigError(path, 'is required: name the rate limit service')
  const client = createGrpcClient(config.grpcService, `${path}.grpc_service`, services)
  return {
    target: client.target,
    limit: ({ domain, descriptors, hitsAddend }, parent, done) =>
      client.unary<RateLimitResponse>(
        SHOULD_RATE_LIMIT,
        { domain, descriptors: descriptors.map(descriptorFields), hitsAddend },
        { timeoutMs, parent },
        (outcome) => done(outcome.ok ? answerOf(outcome.message) : failure(outcome.status, outcome.detail)),
      ),
  }
}

function descriptorFields({ entries, limit, hitsAddend, isNegativeHits }: RateLimitDescriptor) {
  const text = (bytes: string) => textOf(fromLatin1(bytes))
  return {
    entries: entries.map(({ key, value }) => ({ key: text(toByteString(key)), value: text(value) })),
    ...(limit ? { limit: { requestsPerUnit: limit.requestsPerUnit, unit: RATE_LIMIT_UNITS.indexOf(limit.unit) } } : {}),
    ...(hitsAddend === undefined ? {} : { hitsAddend: BigInt(hitsAddend) }),
    ...(isNegativeHits ? { isNegativeHits } : {}),
  }
}

function answerOf(response: RateLimitResponse): LimitAnswer {
  const over = response.overallCode === OVER_LIMIT
  const headers = (list: RateLimitResponse['responseHeadersToAdd']): [string, string][] =>
    list.map(({ key, value }) => [toByteString(key), toByteString(value)])
  return {
    verdict: over ? 'over limit' : 'ok',
    reason: over ? 'the service says: over the limit' : 'the service says: within the limit',
    statuses: response.statuses,
    responseHeaders: headers(response.responseHeadersToAdd),
    requestHeaders: headers(response.requestHeadersToAdd),
    body: textOf(response.rawBody),
    metadata: response.dynamicMetadata as JsonObject | undefined,
  }
}

function failure(status: number, detail: string): LimitAnswer {
  return {
    verdict: 'error',
    reason: `the call failed: ${grpcStatusText(status)}${detail === '' ? '' : `, ${detail}`}`,
    statuses: [],
    responseHeaders: [],
    requestHeaders: [],
    body: '',
    metadata: undefined,
  }
}
