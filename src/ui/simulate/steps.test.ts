import { describe, expect, test } from 'vitest'
import type { TraceStep } from '../../engine/trace.ts'
import { headerRows, isPartly, logsOf, nameOf, passedThrough, summaryOf, verdictOf } from './steps.ts'

const step = (more: Partial<TraceStep>): TraceStep => ({
  kind: 'http_filter',
  phase: 'request',
  name: 'f',
  at: 0,
  ...more,
})

const changes = {
  added: [['x-a', '1'] as const],
  changed: [{ name: ':path', before: '/a', after: '/b' }],
  removed: [['x-gone', 'z'] as const],
}

describe('a step in words', () => {
  test('counts what changed', () => {
    expect(verdictOf(step({ changes }))).toEqual({ text: '+1 ~1 −1', tone: 'added' })
    expect(summaryOf(step({ changes, reason: 'why' }))).toBe('+ x-a: 1, ~ :path: /b, − x-gone · why')
  })

  test('an error outweighs the rest', () => {
    const logs = [{ level: 'error' as const, text: 'boom' }]
    expect(verdictOf(step({ changes, logs })).text).toBe('error')
    expect(logsOf([step({}), step({ logs })])).toEqual([{ step: 1, name: 'f', line: logs[0] }])
  })

  test('Continue goes without saying', () => {
    expect(verdictOf(step({ status: 'Continue' })).text).toBe('')
    expect(verdictOf(step({ status: 'StopIteration' })).text).toBe('StopIteration')
  })

  test('what is modelled in part is marked, what is not simulated says so', () => {
    expect(isPartly(step({ notModelled: ['statistics'] }))).toBe(true)
    expect(isPartly(step({}))).toBe(false)
    const passed = step({ status: 'not simulated', notModelled: ['all of it'] })
    expect(isPartly(passed)).toBe(false)
    expect(verdictOf(passed)).toEqual({ text: 'not simulated', tone: 'changed' })
  })

  test('a manager or proxy that takes over the connection goes without saying', () => {
    expect(verdictOf(step({ kind: 'network_filter', status: 'StopIteration' })).text).toBe('')
  })

  test('names are short', () => {
    expect(nameOf(step({ name: 'envoy.filters.http.fault' }))).toBe('fault')
    expect(nameOf(step({ name: 'istio.alpn' }))).toBe('istio.alpn')
    expect(nameOf(step({ name: 'envoy.filters.http.fault', within: 'composite' }))).toBe('composite › fault')
    const cluster = 'outbound|8000||httpbin.default.svc.cluster.local'
    expect(nameOf(step({ kind: 'upstream', name: cluster }))).toBe('httpbin.default:8000')
  })
})

test('headers after a step: each value marked once, removed ones last', () => {
  const headers = [
    [':path', '/b'],
    ['x-a', '1'],
    ['x-a', '1'],
  ] as const
  expect(headerRows(step({ headers: [...headers], changes })).map((row) => [row.name, row.state])).toEqual([
    [':path', 'changed'],
    ['x-a', 'added'],
    ['x-a', 'same'],
    ['x-gone', 'removed'],
  ])
})

test('filters that traffic merely passes are named once', () => {
  const passing = step({ name: 'envoy.filters.http.golang', status: 'not simulated' })
  expect(passedThrough([passing, step({}), { ...passing, phase: 'response' }])).toEqual(['golang'])
})
