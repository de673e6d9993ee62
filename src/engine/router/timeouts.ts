import type { HeaderMap } from '../http/header-map.ts'
import { unsigned } from '../http/header-utility.ts'
import type { RouteEntry } from '../route/types.ts'

/** Times of one request in ms; 0 is none. */
export interface Timeouts {
  global: number
  perTry: number
  perTryIdle: number
}

export interface TimeoutOptions {
  /** Tell the server how long it may take, in x-envoy-expected-rq-timeout-ms. */
  insertExpected: boolean
  grpc: boolean
  hedging: boolean
  respectExpected: boolean
}

/**
 * The times that hold for a request: the route's, overridden by the request's own headers, which are taken off
 * (FilterUtility::finalTimeout in source/common/router/router.cc).
 */
export function finalTimeouts(entry: RouteEntry, headers: HeaderMap, options: TimeoutOptions): Timeouts {
  const newTimeouts = entry.maxStreamDuration !== undefined
  const timeouts: Timeouts = {
    global: newTimeouts ? 0 : routeTimeout(entry, headers, options.grpc),
    perTry: entry.retryPolicy.perTryTimeoutMs,
    perTryIdle: entry.retryPolicy.perTryIdleTimeoutMs,
  }
  const expected = options.respectExpected ? headers.get('x-envoy-expected-rq-timeout-ms') : undefined
  const asked = expected ?? headers.get('x-envoy-upstream-rq-timeout-ms')
  timeouts.global = unsigned(asked) ?? timeouts.global
  if (expected === undefined) headers.remove('x-envoy-upstream-rq-timeout-ms')
  const perTry = headers.get('x-envoy-upstream-rq-per-try-timeout-ms')
  if (perTry) {
    timeouts.perTry = unsigned(perTry) ?? timeouts.perTry
    headers.remove('x-envoy-upstream-rq-per-try-timeout-ms')
  }
  if (timeouts.global !== 0 && timeouts.perTry >= timeouts.global) timeouts.perTry = 0
  setTimeoutHeaders(0, timeouts, entry, headers, options)
  return timeouts
}

/** Whether a try that takes too long goes on beside the next one; takes the header that says so off. */
export function takeHedging(entry: RouteEntry, headers: HeaderMap): boolean {
  const asked = headers.get('x-envoy-hedge-on-per-try-timeout')
  headers.remove('x-envoy-hedge-on-per-try-timeout')
  return asked === 'true' || (asked !== 'false' && entry.hedge.hedgeOnPerTryTimeout)
}

/** Writes what is left of the time into the headers for the server; `elapsed` ms are gone already. */
export function setTimeoutHeaders(
  elapsed: number,
  timeouts: Timeouts,
  entry: RouteEntry,
  headers: HeaderMap,
  options: TimeoutOptions,
): void {
  let expected = options.hedging || timeouts.perTry === 0 ? timeouts.global : timeouts.perTry
  if (expected <= 0) return
  if (timeouts.global > 0)
    expected = elapsed >= timeouts.global ? 1 : Math.min(expected, Math.trunc(timeouts.global - elapsed))
  if (options.insertExpected) headers.set('x-envoy-expected-rq-timeout-ms', String(expected))
  if (options.grpc && entry.maxStreamDuration === undefined && entry.maxGrpcTimeoutMs !== undefined)
    headers.set('grpc-timeout', grpcTimeoutText(expected))
}

function routeTimeout(entry: RouteEntry, headers: HeaderMap, grpc: boolean): number {
  const max = entry.maxGrpcTimeoutMs
  if (!grpc || max === undefined) return entry.timeoutMs
  let timeout = grpcTimeout(headers) ?? 0
  const offset = entry.grpcTimeoutOffsetMs
  if (offset !== undefined && offset < timeout) timeout -= offset
  return max !== 0 && (timeout === 0 || timeout > max) ? max : timeout
}

const UNITS: Record<string, number> = { H: 3_600_000, M: 60_000, S: 1000, m: 1, u: 1 / 1000, n: 1 / 1_000_000 }

/** grpc-timeout in whole ms, rounded up; undefined when it is absent or malformed (Grpc::Common::getGrpcTimeout). */
export function grpcTimeout(headers: HeaderMap): number | undefined {
  const match = /^(\d{1,8})([HMSmun])$/.exec(headers.get('grpc-timeout') ?? '')
  return match ? Math.ceil(Number(match[1]) * UNITS[match[2]!]!) : undefined
}

/** A grpc-timeout of at most eight digits (Grpc::Common::toGrpcTimeout). */
export function grpcTimeoutText(ms: number): string {
  let value = ms
  for (const [unit, factor] of [
    ['m', 1000],
    ['S', 60],
    ['M', 60],
    ['H', 1],
  ] as const) {
    if (value <= 99_999_999) return `${value}${unit}`
    if (unit === 'H') return '99999999H'
    value = Math.trunc(value / factor)
  }
  return '99999999H'
}
