import { describe, expect, it } from 'vitest'
import type { Matcher as MatcherConfig } from '../../envoy/types/xds/type/matcher/v3/matcher_pb.d.ts'
import { HeaderMap, type HeaderPair } from '../http/header-map.ts'
import { testConnection, testServices } from '../route/fixture.node.ts'
import { createMatcher } from './matcher.ts'
import type { MatchContext } from './types.ts'

const services = testServices()
const type = 'type.googleapis.com/'
const NETWORK = `${type}envoy.extensions.matching.common_inputs.network.v3.`

const input = (name: string, side = 'Request') => ({
  name,
  typed_config: { '@type': `${type}envoy.type.matcher.v3.Http${side}HeaderMatchInput`, header_name: name },
})
const is = (name: string, value: string) => ({
  single_predicate: { input: input(name), value_match: { exact: value } },
})
const action = (name: string, keepMatching = false) => ({
  action: { name, typed_config: { '@type': `${type}google.protobuf.Empty` } },
  keep_matching: keepMatching,
})
const list = (...matchers: [object, object][]) => ({
  matcher_list: { matchers: matchers.map(([predicate, on_match]) => ({ predicate, on_match })) },
})

function run(json: object, headers: HeaderPair[], more: Partial<MatchContext> = {}) {
  const config = services.registry.decode<MatcherConfig>('xds.type.matcher.v3.Matcher', json)
  const matcher = createMatcher(config, 'matcher', services, (config) => config.name)
  const result = matcher.match({
    connection: testConnection(),
    requestHeaders: new HeaderMap('request', headers),
    ...more,
  })
  return { ...result, action: result.kind === 'match' ? result.action : result.kind }
}

describe('matcher lists', () => {
  it('go on when a nested matcher finds nothing', () => {
    const json = {
      ...list([is('a', '1'), { matcher: list([is('b', '1'), action('nested')]) }], [is('a', '1'), action('second')]),
      on_no_match: action('none'),
    }
    expect(
      run(json, [
        ['a', '1'],
        ['b', '1'],
      ]).action,
    ).toBe('nested')
    expect(run(json, [['a', '1']]).action).toBe('second')
    expect(run(json, []).action).toBe('none')
  })

  it('record what they pass with keep_matching', () => {
    const json = list([is('a', '1'), action('kept', true)], [is('b', '1'), action('last')])
    expect(
      run(json, [
        ['a', '1'],
        ['b', '1'],
      ]),
    ).toMatchObject({ action: 'last', skipped: ['kept'] })
    expect(run(json, [['a', '1']])).toMatchObject({ kind: 'noMatch', skipped: ['kept'] })
  })

  it('combine predicates', () => {
    const json = list(
      [{ and_matcher: { predicate: [is('a', '1'), { not_matcher: is('b', '1') }] } }, action('and')],
      [{ or_matcher: { predicate: [is('c', '1'), is('d', '1')] } }, action('or')],
    )
    expect(run(json, [['a', '1']]).action).toBe('and')
    expect(
      run(json, [
        ['a', '1'],
        ['b', '1'],
        ['d', '1'],
      ]).action,
    ).toBe('or')
  })

  it('wait for data that has not come', () => {
    const predicate = { single_predicate: { input: input('x', 'Response'), value_match: { exact: '1' } } }
    const json = list([predicate, action('late')])
    expect(run(json, []).kind).toBe('insufficient')
    expect(run(json, [], { responseHeaders: new HeaderMap('response', [['x', '1']]) }).action).toBe('late')
  })
})

describe('matcher trees', () => {
  it('try prefixes from the longest', () => {
    const json = {
      matcher_tree: {
        input: input('p'),
        prefix_match_map: { map: { '/a': action('a'), '/a/b': { matcher: list([is('x', '1'), action('ab')]) } } },
      },
      on_no_match: action('none'),
    }
    expect(
      run(json, [
        ['p', '/a/b/c'],
        ['x', '1'],
      ]).action,
    ).toBe('ab')
    expect(run(json, [['p', '/a/b/c']]).action).toBe('a')
    expect(run(json, [['p', '/q']]).action).toBe('none')
  })

  it('choose by server name: exact, then the longest wildcard', () => {
    const domains = (name: string, ...list: string[]) => ({ domains: list, on_match: action(name) })
    const json = {
      matcher_tree: {
        input: { name: 'sni', typed_config: { '@type': `${NETWORK}ServerNameInput` } },
        custom_match: {
          name: 'd',
          typed_config: {
            '@type': `${type}xds.type.matcher.v3.ServerNameMatcher`,
            domain_matchers: [
              domains('any', '*'),
              domains('wild', '*.test'),
              domains('long', '*.a.test'),
              domains('exact', 'b.a.test'),
            ],
          },
        },
      },
    }
    const at = (requestedServerName: string) =>
      run(json, [], { connection: testConnection({ requestedServerName }) }).action
    expect(['b.A.test', 'c.a.test', 'x.test', 'x.org', ''].map(at)).toEqual(['exact', 'long', 'wild', 'any', 'noMatch'])
  })
})

describe('what is refused', () => {
  it.each([
    [
      { matcher_list: { matchers: [{ on_match: action('x') }] } },
      'matcher.matcher_list.matchers[0].predicate: is required',
    ],
    [list([{ single_predicate: { input: input('a') } }, action('x')]), 'needs value_match or custom_match'],
    [
      list([{ single_predicate: { input: { name: 'nope' }, value_match: { exact: 'x' } } }, action('x')]),
      "no data input of type 'nope'",
    ],
  ])('%j', (json, message) => {
    expect(() => run(json, [])).toThrow(message)
  })
})
