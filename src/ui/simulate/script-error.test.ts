import { describe, expect, test } from 'vitest'
import { type Design, emptyDesign } from '../../model/design.ts'
import { ownerOf, sourceAround } from './script-error.ts'

const FILTER = 'listeners[0].filter_chains[0].filters[0].typed_config.http_filters[0].typed_config'
const ROUTE = 'routes[0].virtual_hosts[0].routes[0]'

function design(): Design {
  const lua = {
    default_source_code: { inline_string: 'one\ntwo\nthree\nfour\nfive\nsix' },
    inline_code: 'a = 1',
    source_codes: { other: { inline_bytes: btoa('first\nsecond') }, 'odd name': { filename: '/x.lua' } },
  }
  const filters = [{ name: 'hcm', typed_config: { http_filters: [{ name: 'lua', typed_config: lua }] } }]
  const route = { name: 'mine', typed_per_filter_config: { lua: { source_code: { inline_string: 'r' } } } }
  return {
    ...emptyDesign(),
    config: {
      listeners: [{ name: 'l', filter_chains: [{ filters }] }],
      routes: [{ name: 'rc', virtual_hosts: [{ name: 'v', routes: [route] }] }],
      clusters: [],
    },
  }
}

describe('the lines around an error', () => {
  const around = (script: string, line?: number) =>
    sourceAround(design(), script, line).map(({ number, text }) => `${number} ${text}`)

  test('are two before and two after, as far as there are any', () => {
    const script = `${FILTER}.default_source_code`
    expect(around(script, 3)).toEqual(['1 one', '2 two', '3 three', '4 four', '5 five'])
    expect(around(script, 1)).toEqual(['1 one', '2 two', '3 three'])
    expect(around(script, 6)).toEqual(['4 four', '5 five', '6 six'])
  })

  test('of bytes, of inline_code and of a route', () => {
    expect(around(`${FILTER}.source_codes.other`, 2)).toEqual(['1 first', '2 second'])
    expect(around(`config.${FILTER}.inline_code`, 1)).toEqual(['1 a = 1'])
    expect(around(`${ROUTE}.typed_per_filter_config.lua.source_code`, 1)).toEqual(['1 r'])
  })

  test('are none when the code is not here, or shorter, or the line is not known', () => {
    expect(around(`${FILTER}.source_codes["odd name"]`, 1)).toEqual([])
    expect(around(`${FILTER}.default_source_code`, 9)).toEqual([])
    expect(around(`${FILTER}.default_source_code`)).toEqual([])
    expect(around('listeners[7].x', 1)).toEqual([])
  })
})

test('what a script is of', () => {
  const of = (script: string) => ownerOf(design(), script)
  expect(of(`${FILTER}.default_source_code`)).toBe('')
  expect(of(`${FILTER}.source_codes.other`)).toBe('other')
  expect(of(`${FILTER}.source_codes["odd name"]`)).toBe('odd name')
  expect(of(`${ROUTE}.typed_per_filter_config.lua.source_code`)).toBe('of route mine')
  expect(of('routes[0].virtual_hosts[0].typed_per_filter_config.lua.source_code')).toBe('of virtual host v')
})
