import type { JsonObject } from '@bufbuild/protobuf'
import { describe, expect, it } from 'vitest'
import { loadEnvoyRegistry } from '../load.node.ts'
import { formatDuration, parseDuration } from './duration.ts'
import { createPlanner } from './plan.ts'
import { checkCount, checkDuration, checkScalar, duplicateIn, isRequired } from './rules.ts'
import { suggest } from './suggest.ts'

describe('checkScalar', () => {
  it.each<[JsonObject, string | number | bigint | boolean, string | undefined]>([
    [{ string: { min_len: '1' } }, '', 'must not be empty'],
    [{ string: { min_len: '1' } }, 'a', undefined],
    [{ string: { max_len: '2' } }, '\u20ac\u20ac\u20ac', 'must be at most 2 characters long'],
    [{ string: { max_bytes: '2' } }, '\u20ac', 'must be at most 2 bytes long'],
    [{ string: { min_len: '3', ignore_empty: true } }, '', undefined],
    [{ string: { pattern: '^[a-z]+$' } }, 'a1', 'must match ^[a-z]+$'],
    [{ string: { prefix: '/' } }, 'a', 'must begin with "/"'],
    [{ string: { in: ['a', 'b'] } }, 'c', 'must be one of "a", "b"'],
    [{ string: { not_in: ['a'] } }, 'a', 'must not be "a"'],
    [{ string: { well_known_regex: 'HTTP_HEADER_NAME', strict: false } }, 'a b', undefined],
    [{ string: { well_known_regex: 'HTTP_HEADER_NAME', strict: false } }, 'a\nb', 'must be a header name'],
    [{ string: { well_known_regex: 'HTTP_HEADER_NAME' } }, 'a b', 'must be a header name'],
    [{ string: { well_known_regex: 'HTTP_HEADER_VALUE' } }, 'a\u0007', /control characters/ as never],
    [{ string: { ip: true } }, '1.2.3', 'must be an IP address'],
    [{ string: { ipv6: true } }, '::1', undefined],
    [{ string: { hostname: true } }, 'a_b.com', 'must be a host name'],
    [{ string: { uri: true } }, 'no uri', 'must be an absolute URI'],
    [{ string: { uuid: true } }, '00000000-0000-0000-0000-000000000000', undefined],
    [{ uint32: { lte: 8192, gt: 0 } }, 0, 'must be above 0'],
    [{ uint32: { lte: 8192, gt: 0 } }, 9000, 'must be at most 8192'],
    [{ uint32: { lt: 200, gte: 600 } }, 700, undefined],
    [{ uint32: { lt: 200, gte: 600 } }, 300, 'must be below 200 or at least 600'],
    [{ uint64: { gte: '18446744073709551615' } }, 18446744073709551614n, 'must be at least 18446744073709551615'],
    [{ int32: { in: [1, 2] } }, 3, 'must be one of 1, 2'],
    [{ double: { gte: 0, lte: 1 } }, 1.5, 'must be at most 1'],
    [{ bool: { const: true } }, false, 'must be true'],
    [{ enum: { not_in: [0] } }, 0, 'must not be 0'],
    [{ bytes: { min_len: '2' } }, 'a', 'must be at least 2 bytes long'],
    [{ message: { required: true } }, 5, undefined],
  ])('rule %#', (rules, value, expected) => {
    const message = checkScalar(rules, value)
    if (expected === undefined) expect(message).toBeUndefined()
    else expect(message).toMatch(expected)
  })
})

describe('lists, maps, durations and messages', () => {
  it('counts', () => {
    expect(checkCount({ repeated: { min_items: '1' } }, 0)).toBe('needs at least 1 element, has 0')
    expect(checkCount({ map: { max_pairs: '2' } }, 3)).toBe('takes at most 2 entries, has 3')
    expect(checkCount({ repeated: { min_items: '1', ignore_empty: true } }, 0)).toBeUndefined()
    expect(duplicateIn({ repeated: { unique: true } }, ['a', 'b', 'a'])).toBe(2)
    expect(duplicateIn({ repeated: {} }, ['a', 'a'])).toBe(-1)
  })

  it('compares durations', () => {
    expect(checkDuration({ duration: { gte: '0.001s' } }, parseDuration('0.0005s')!)).toBe('must be at least 0.001s')
    expect(checkDuration({ duration: { gt: '0s', required: true } }, parseDuration('1s')!)).toBeUndefined()
    expect(isRequired({ duration: { required: true } })).toBe(true)
    expect(isRequired({ string: { min_len: '1' } })).toBe(false)
  })

  it('parses and writes durations', () => {
    expect(parseDuration('1.5s')).toBe(1_500_000_000n)
    expect(parseDuration('-0.000000001s')).toBe(-1n)
    expect(parseDuration({ seconds: '2', nanos: 5 })).toBe(2_000_000_005n)
    for (const wrong of ['1', '1m', ' 1s', '.5s', '5.s', '1e1s', '0.0000000001s', 5, null, {}, '999999999999999s']) {
      if (JSON.stringify(wrong) !== '{}') expect(parseDuration(wrong as never), String(wrong)).toBeUndefined()
    }
    for (const text of ['0s', '1.5s', '-2s', '0.000000001s']) expect(formatDuration(parseDuration(text)!)).toBe(text)
  })
})

it('has a check for every kind of rule that the descriptors use', () => {
  const registry = loadEnvoyRegistry()
  const planner = createPlanner(registry.types)
  const checked = new Set([
    ...['string', 'bytes', 'bool', 'enum', 'repeated', 'map', 'duration', 'timestamp', 'any', 'message'],
    ...['float', 'double', 'int32', 'int64', 'uint32', 'uint64', 'sint32', 'sint64'],
  ])
  let fields = 0
  for (const type of registry.types) {
    if (type.kind !== 'message') continue
    for (const { rules } of planner.plan(type).fields) {
      if (!rules) continue
      fields++
      expect(Object.keys(rules).filter((kind) => !checked.has(kind))).toEqual([])
    }
  }
  expect(fields).toBeGreaterThan(1300)
})

it('suggests what is near, and nothing that is not', () => {
  const names = ['stat_prefix', 'http_filters', 'route_config', 'rds']
  expect(suggest('stat_prefx', names)).toBe('stat_prefix')
  expect(suggest('sta_tprefix', names)).toBe('stat_prefix')
  expect(suggest('rsd', names)).toBe('rds')
  expect(suggest('completely_else', names)).toBeUndefined()
})
