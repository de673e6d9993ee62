import { describe, expect, it } from 'vitest'
import { loadEnvoyRegistry } from '../../envoy/load.node.ts'
import type { HeaderMatcher } from '../../envoy/types/envoy/config/route/v3/route_components_pb.d.ts'
import type { ValueMatcher } from '../../envoy/types/envoy/type/matcher/v3/value_pb.d.ts'
import { HeaderMap, type HeaderPair } from '../http/header-map.ts'
import type { JsonValue } from '../stream-info.ts'
import { parseInt64 } from './ascii.ts'
import { CidrList } from './cidr.ts'
import { createHeaderMatcher } from './header.ts'
import { compileRegex } from './regex.ts'
import { createStringMatcher } from './string.ts'
import { createValueMatcher } from './value.ts'
import { xxHash64 } from './xxhash.ts'

const registry = loadEnvoyRegistry()

function header(json: object, ...pairs: HeaderPair[]): boolean {
  const config = registry.decode<HeaderMatcher>('envoy.config.route.v3.HeaderMatcher', { name: 'X-A', ...json })
  return createHeaderMatcher(config, 'at').matches(new HeaderMap('request', pairs))
}

describe('header matchers', () => {
  it.each<[object, HeaderPair[], boolean]>([
    [{ string_match: { exact: 'a' } }, [['x-a', 'a']], true],
    [
      { string_match: { exact: 'b' } },
      [
        ['x-a', 'a'],
        ['x-a', 'b'],
      ],
      true,
    ],
    [
      { string_match: { exact: 'a,b' } },
      [
        ['x-a', 'a'],
        ['x-a', 'b'],
      ],
      false,
    ],
    [
      { string_match: { exact: 'a' }, invert_match: true },
      [
        ['x-a', 'b'],
        ['x-a', 'a'],
      ],
      false,
    ],
    [{ string_match: { exact: 'a' }, invert_match: true }, [], false],
    [{ string_match: { exact: 'a' }, invert_match: true, treat_missing_header_as_empty: true }, [], true],
    [{ exact_match: '' }, [['x-a', 'anything']], true],
    [{ exact_match: '' }, [], false],
    [{ present_match: false }, [], true],
    [{ present_match: true, treat_missing_header_as_empty: true }, [], true],
    [{ range_match: { start: -1, end: 3 } }, [['x-a', '2']], true],
    [{ range_match: { start: -1, end: 3 } }, [['x-a', '3']], false],
    [{ range_match: { start: -1, end: 3 } }, [['x-a', '2.0']], false],
    [{}, [['x-a', '']], true],
  ])('%j on %j: %s', (matcher, headers, expected) => {
    expect(header(matcher, ...headers)).toBe(expected)
  })
})

describe('string matchers', () => {
  it('folds ASCII only', () => {
    const matcher = createStringMatcher({ matchPattern: { case: 'exact', value: 'Ä-X' }, ignoreCase: true }, 'at')
    expect(matcher.matches('\u00c3\u0084-x')).toBe(true)
    expect(matcher.matches('\u00c3\u00a4-x')).toBe(false)
  })

  it('names the path when nothing is set', () => {
    expect(() => createStringMatcher({ matchPattern: { case: undefined }, ignoreCase: false }, 'a.b')).toThrow(
      /^a\.b: /,
    )
  })
})

describe('regular expressions', () => {
  it('match the whole text, read as UTF-8', () => {
    expect(compileRegex('a.c', 'at').matches('abc')).toBe(true)
    expect(compileRegex('a.c', 'at').matches('abcd')).toBe(false)
    expect(compileRegex('.', 'at').matches('\u00c3\u00bc')).toBe(true)
  })

  it.each([
    ['aaa', 'a*', '-', '-'],
    ['abc', 'x*', '-', '-a-b-c-'],
    ['a.b', '(\\w)\\.(\\w)', '\\2\\\\\\1', 'b\\a'],
    ['aXbX', 'X', '\\0\\0', 'aXXbXX'],
    ['abc', 'b', '\\1', 'abc'],
  ])('replace in %s every %s', (text, pattern, substitution, expected) => {
    expect(compileRegex(pattern, 'at').replaceAll(text, substitution)).toBe(expected)
  })

  it('refuses what RE2 does not know', () => {
    expect(() => compileRegex('(?=x)', 'here')).toThrow(/^here: invalid regex '\(\?=x\)'/)
  })
})

describe('value matchers', () => {
  const test = (json: object, value: JsonValue | undefined) =>
    createValueMatcher(
      registry.decode<ValueMatcher>('envoy.type.matcher.v3.ValueMatcher', json as never),
      'at',
    ).matches(value)

  it.each<[object, JsonValue | undefined, boolean]>([
    [{ null_match: {} }, null, true],
    [{ null_match: {} }, undefined, false],
    [{ bool_match: false }, false, true],
    [{ double_match: { range: { start: 1, end: 2 } } }, 1.5, true],
    [{ double_match: { exact: 2 } }, '2', false],
    [{ string_match: { prefix: 'a' } }, 'ab', true],
    [{ present_match: true }, null, true],
    [{ present_match: false }, undefined, false],
    [{ list_match: { one_of: { string_match: { exact: 'x' } } } }, ['a', 'x'], true],
    [{ or_match: { value_matchers: [{ bool_match: true }, { null_match: {} }] } }, null, true],
  ])('%j on %j: %s', (matcher, value, expected) => {
    expect(test(matcher, value)).toBe(expected)
  })
})

describe('addresses', () => {
  const list = new CidrList(
    [
      { addressPrefix: '10.0.0.0', prefixLen: 8 },
      { addressPrefix: 'fd00::', prefixLen: 16 },
    ],
    'at',
  )

  it.each([
    ['10.255.0.1', true],
    ['11.0.0.1', false],
    ['fd00:1::1', true],
    ['::ffff:10.0.0.1', false],
    ['10.1', false],
    ['', false],
  ])('%s: %s', (address, expected) => {
    expect(list.contains(address)).toBe(expected)
  })
})

describe('numbers', () => {
  it.each([
    ['12', 12n],
    [' +12\n', 12n],
    ['-9223372036854775808', -9223372036854775808n],
    ['9223372036854775808', undefined],
    ['1 2', undefined],
    ['', undefined],
  ])('%j is %s', (text, expected) => {
    expect(parseInt64(text)).toBe(expected)
  })

  it('hashes as xxHash64 does', () => {
    expect(xxHash64('').toString(16)).toBe('ef46db3751d8e999')
    expect(xxHash64('abc').toString(16)).toBe('44bc2cf5ad770999')
    expect(xxHash64('Nobody inspects the spammish repetition').toString(16)).toBe('fbcea83c8a378bf1')
  })
})
