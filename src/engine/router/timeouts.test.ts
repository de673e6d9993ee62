import { describe, expect, it } from 'vitest'
import { HeaderMap, type HeaderPair } from '../http/header-map.ts'
import type { RouteEntry } from '../route/types.ts'
import { nullRoute } from './null-route.ts'
import { finalTimeouts, grpcTimeout, grpcTimeoutText, setTimeoutHeaders, takeHedging } from './timeouts.ts'

const OPTIONS = { insertExpected: true, grpc: false, hedging: false, respectExpected: false }

function entry(over: Partial<RouteEntry> = {}): RouteEntry {
  return { ...nullRoute('c', 15_000).entry!, ...over }
}

function headers(...pairs: HeaderPair[]): HeaderMap {
  return new HeaderMap('request', pairs)
}

describe('finalTimeouts', () => {
  it("tells the server the route's time", () => {
    const request = headers()
    expect(finalTimeouts(entry(), request, OPTIONS).global).toBe(15_000)
    expect(request.get('x-envoy-expected-rq-timeout-ms')).toBe('15000')
  })

  it('obeys the request and takes its headers off', () => {
    const request = headers(
      ['x-envoy-upstream-rq-timeout-ms', '3000'],
      ['x-envoy-upstream-rq-per-try-timeout-ms', '1000'],
    )
    expect(finalTimeouts(entry(), request, OPTIONS)).toEqual({ global: 3000, perTry: 1000, perTryIdle: 0 })
    expect(request.pairs()).toEqual([['x-envoy-expected-rq-timeout-ms', '1000']])
  })

  it('ignores a try that may last longer than the whole', () => {
    const request = headers(['x-envoy-upstream-rq-per-try-timeout-ms', '99000'])
    expect(finalTimeouts(entry(), request, OPTIONS).perTry).toBe(0)
    expect(request.get('x-envoy-expected-rq-timeout-ms')).toBe('15000')
  })

  it('respects the time an egress Envoy gave', () => {
    const request = headers(['x-envoy-expected-rq-timeout-ms', '700'], ['x-envoy-upstream-rq-timeout-ms', '800'])
    expect(finalTimeouts(entry(), request, { ...OPTIONS, respectExpected: true }).global).toBe(700)
  })

  it('limits gRPC by grpc-timeout, within max_grpc_timeout', () => {
    const of = (timeout: string, max: number, offset?: number) =>
      finalTimeouts(entry({ maxGrpcTimeoutMs: max, grpcTimeoutOffsetMs: offset }), headers(['grpc-timeout', timeout]), {
        ...OPTIONS,
        grpc: true,
      }).global
    expect(of('1S', 2000)).toBe(1000)
    expect(of('5S', 2000)).toBe(2000)
    expect(of('1S', 0, 300)).toBe(700)
    expect(of('nonsense', 2000)).toBe(2000)
  })
})

describe('setTimeoutHeaders', () => {
  it('never says 0, which would be no limit', () => {
    const request = headers()
    setTimeoutHeaders(20_000, { global: 15_000, perTry: 0, perTryIdle: 0 }, entry(), request, OPTIONS)
    expect(request.get('x-envoy-expected-rq-timeout-ms')).toBe('1')
  })
})

describe('grpc-timeout', () => {
  it('reads every unit, rounding up', () => {
    const read = (text: string) => grpcTimeout(headers(['grpc-timeout', text]))
    expect([read('1H'), read('1M'), read('1S'), read('1m'), read('1u'), read('1n')]).toEqual([
      3_600_000, 60_000, 1000, 1, 1, 1,
    ])
    expect([read('123456789m'), read('1x'), read('')]).toEqual([undefined, undefined, undefined])
  })

  it('writes at most eight digits', () => {
    expect(grpcTimeoutText(2000)).toBe('2000m')
    expect(grpcTimeoutText(100_000_000)).toBe('100000S')
  })
})

describe('takeHedging', () => {
  it('lets the request override the route', () => {
    const on = entry({ hedge: { hedgeOnPerTryTimeout: true, initialRequests: 1 } })
    expect(takeHedging(on, headers())).toBe(true)
    expect(takeHedging(on, headers(['x-envoy-hedge-on-per-try-timeout', 'false']))).toBe(false)
    expect(takeHedging(entry(), headers(['x-envoy-hedge-on-per-try-timeout', 'true']))).toBe(true)
  })
})
