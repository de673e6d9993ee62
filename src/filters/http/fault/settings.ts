import type { FilterFactoryContext } from '../../../engine/catalogue.ts'
import type { HttpStream } from '../../../engine/http/filter.ts'
import type { HeaderMap } from '../../../engine/http/header-map.ts'
import { fractionOf } from '../../../engine/match/fraction.ts'
import { createHeaderMatchers, matchesAll } from '../../../engine/match/header.ts'
import type { HTTPFault } from '../../../envoy/types/envoy/extensions/filters/http/fault/v3/fault_pb.d.ts'
import type { FractionalPercent } from '../../../envoy/types/envoy/type/v3/percent_pb.d.ts'

/** One HTTPFault message made ready; every answer is for one request. */
export interface FaultSettings {
  /** Why no fault applies to this request at all; undefined when one may. */
  unfit(headers: HeaderMap, stream: HttpStream, activeFaults: number): string | undefined
  /** Milliseconds to wait, drawn once. */
  delayMs(headers: HeaderMap): number | undefined
  /** What to abort with, drawn once. */
  abort(headers: HeaderMap): { httpStatus: number; grpcStatus?: number; body: string } | undefined
  /** Response rate limit in bytes a millisecond, drawn once. */
  bytesPerMs(headers: HeaderMap): number | undefined
}

const DEFAULT_BODY = 'fault filter abort'

/**
 * Envoy: FaultSettings and source/extensions/filters/common/fault/fault_config.cc. Header-controlled faults take their
 * value, and a lower percentage if they like, from x-envoy-fault-* request headers.
 */
export function faultSettings(config: HTTPFault, context: FilterFactoryContext): FaultSettings {
  const { runtime } = context.services
  const tests = createHeaderMatchers(config.headers, `${context.path}.headers`)
  const sampled = (key: string, percentage: FractionalPercent | undefined, cap: number | undefined) => {
    const { numerator, denominator } = fractionOf(percentage)
    return runtime.fraction(key, cap === undefined ? numerator : Math.min(cap, numerator), denominator)
  }
  const key = (own: string, standard: string) => own || `fault.http.${standard}`
  const delayPercentKey = key(config.delayPercentRuntime, 'delay.fixed_delay_percent')
  const delayKey = key(config.delayDurationRuntime, 'delay.fixed_duration_ms')
  const abortPercentKey = key(config.abortPercentRuntime, 'abort.abort_percent')
  const httpStatusKey = key(config.abortHttpStatusRuntime, 'abort.http_status')
  const grpcStatusKey = key(config.abortGrpcStatusRuntime, 'abort.grpc_status')
  const maxActiveKey = key(config.maxActiveFaultsRuntime, 'max_active_faults')
  const ratePercentKey = key(config.responseRateLimitPercentRuntime, 'rate_limit.response_percent')

  const configuredDelay = (headers: HeaderMap): number | undefined => {
    const specifier = config.delay?.faultDelaySecifier
    if (specifier?.case === 'fixedDelay')
      return Number(specifier.value.seconds) * 1000 + Math.trunc(specifier.value.nanos / 1e6)
    if (specifier?.case === 'headerDelay') return headerNumber(headers, 'x-envoy-fault-delay-request')
    return undefined
  }

  const httpStatus = (headers: HeaderMap): number | undefined => {
    const error = config.abort?.errorType
    let status: number | undefined
    if (error?.case === 'httpStatus') status = error.value
    if (error?.case === 'headerAbort') {
      const asked = headerNumber(headers, 'x-envoy-fault-abort-request')
      if (asked !== undefined && asked >= 200 && asked < 600) status = asked
    }
    if (status === undefined) return undefined
    const overridden = runtime.number(httpStatusKey, status)
    return overridden >= 200 && overridden < 600 ? overridden : status
  }

  const grpcStatus = (headers: HeaderMap): number | undefined => {
    const error = config.abort?.errorType
    let status: number | undefined
    if (error?.case === 'grpcStatus') status = error.value
    if (error?.case === 'headerAbort') status = headerNumber(headers, 'x-envoy-fault-abort-grpc-request')
    return status === undefined ? undefined : runtime.number(grpcStatusKey, status)
  }

  return {
    unfit(headers, stream, activeFaults) {
      const most = runtime.number(maxActiveKey, config.maxActiveFaults ?? Number.POSITIVE_INFINITY)
      if (activeFaults >= most) return `max_active_faults (${most}) reached`
      if (config.upstreamCluster && stream.route()?.entry?.clusterName !== config.upstreamCluster)
        return `only for cluster ${config.upstreamCluster}`
      if (config.downstreamNodes.length > 0) {
        const node = headers.get('x-envoy-downstream-service-node')
        if (node === undefined || !config.downstreamNodes.includes(node)) return 'not for this downstream node'
      }
      if (!matchesAll(tests, headers)) return 'its header matchers do not match'
      return undefined
    },
    delayMs(headers) {
      if (!config.delay) return undefined
      const cap =
        config.delay.faultDelaySecifier.case === 'headerDelay'
          ? headerNumber(headers, 'x-envoy-fault-delay-request-percentage')
          : undefined
      if (!sampled(delayPercentKey, config.delay.percentage, cap)) return undefined
      const configured = configuredDelay(headers)
      if (configured === undefined) return undefined
      const ms = runtime.number(delayKey, configured)
      return ms > 0 ? ms : undefined
    },
    abort(headers) {
      if (!config.abort) return undefined
      const cap =
        config.abort.errorType.case === 'headerAbort'
          ? headerNumber(headers, 'x-envoy-fault-abort-request-percentage')
          : undefined
      if (!sampled(abortPercentKey, config.abort.percentage, cap)) return undefined
      const body = config.abort.responseBody || DEFAULT_BODY
      const http = httpStatus(headers)
      if (http !== undefined) return { httpStatus: http, body }
      const grpc = grpcStatus(headers)
      return grpc === undefined ? undefined : { httpStatus: 200, grpcStatus: grpc, body }
    },
    bytesPerMs(headers) {
      const limit = config.responseRateLimit
      if (!limit) return undefined
      const fromHeader = limit.limitType.case === 'headerLimit'
      const kbps =
        limit.limitType.case === 'fixedLimit'
          ? Number(limit.limitType.value.limitKbps)
          : fromHeader
            ? headerNumber(headers, 'x-envoy-fault-throughput-response')
            : undefined
      if (!kbps) return undefined
      const cap = fromHeader ? headerNumber(headers, 'x-envoy-fault-throughput-response-percentage') : undefined
      return sampled(ratePercentKey, limit.percentage, cap) ? (kbps * 1024) / 1000 : undefined
    },
  }
}

/** A header whose value is a whole decimal number. */
function headerNumber(headers: HeaderMap, name: string): number | undefined {
  const text = headers.get(name)
  return text !== undefined && /^[0-9]+$/.test(text) ? Number(text) : undefined
}
