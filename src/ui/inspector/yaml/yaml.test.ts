import { describe, expect, test } from 'vitest'
import { loadEnvoyRegistry } from '../../../envoy/load.node.ts'
import { createPlanner } from '../../../envoy/schema/plan.ts'
import { completeYaml, hoverYaml } from './complete.ts'
import { placeAt, siblingsOf } from './place.ts'
import type { YamlSchema } from './schema.ts'
import { followYaml, fromYaml, hasComments, toYaml } from './text.ts'

const registry = await loadEnvoyRegistry()
const planner = createPlanner(registry.types)
const schema = (typeName: string): YamlSchema => ({ registry, planner, typeName })
const FILTER = 'envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter'
const ROUTE = 'envoy.config.route.v3.Route'

/** A text with `|` where the caret is. */
function caret(text: string): [text: string, offset: number] {
  const offset = text.indexOf('|')
  return [text.slice(0, offset) + text.slice(offset + 1), offset]
}

describe('following an object in its text', () => {
  const text = '# mine\nname: lua # first\ntyped_config:\n  "@type": x\n  list:\n    - a # one\n    - b\n'

  test('comments stay when a value changes elsewhere', () => {
    const value = { name: 'lua2', typed_config: { '@type': 'x', list: ['a', 'b'] } }
    expect(followYaml(text, value)).toBe(text.replace('name: lua', 'name: lua2'))
  })

  test('elements put in, taken out and changed leave the others alone', () => {
    const more = followYaml(text, { name: 'lua', typed_config: { '@type': 'x', list: ['a', 'c', 'b'] } })
    expect(fromYaml(more)).toEqual({ name: 'lua', typed_config: { '@type': 'x', list: ['a', 'c', 'b'] } })
    expect(more).toContain('- a # one')
    const less = followYaml(more, { name: 'lua', typed_config: { '@type': 'x', list: ['a'] } })
    expect(fromYaml(less)).toEqual({ name: 'lua', typed_config: { '@type': 'x', list: ['a'] } })
    expect(less).toContain('- a # one')
  })

  test('fields come and go', () => {
    const value = { name: 'lua', disabled: true }
    expect(fromYaml(followYaml(text, value))).toEqual(value)
    expect(followYaml(text, value)).toContain('# mine')
  })

  test('a text that does not parse is replaced', () => {
    expect(followYaml('a: [', { b: 1 })).toBe('b: 1\n')
  })

  test('comments are told from # inside values', () => {
    expect(hasComments(text)).toBe(true)
    expect(hasComments(toYaml({ a: 'b # c' }))).toBe(false)
    expect(hasComments('a: 1\n')).toBe(false)
  })

  test('many lines of script are a block', () => {
    expect(toYaml({ code: 'a\nb\n' })).toBe('code: |\n  a\n  b\n')
  })
})

describe('the place of a caret', () => {
  const place = (text: string) => placeAt(...caret(text))

  test('keys of mappings, nested ones and those of list elements', () => {
    expect(place('na|')).toMatchObject({ path: [], part: 'key', typed: 'na' })
    expect(place('a:\n  b:\n    c|')).toMatchObject({ path: ['a', 'b'], part: 'key' })
    expect(place('a:\n  - b: 1\n  - c: 2\n    d|')).toMatchObject({ path: ['a', 1], part: 'key', indent: 4 })
    expect(place('a:\n- b: 1\n- c|')).toMatchObject({ path: ['a', 1], part: 'key' })
    expect(place('a:\n  - b:\n      c: 1\n      |')).toMatchObject({ path: ['a', 0, 'b'], part: 'key' })
    expect(place('a:\n  b: 1\nc:\n  |')).toMatchObject({ path: ['c'], part: 'key' })
  })

  test('values', () => {
    expect(place('a:\n  b: tr|')).toMatchObject({ path: ['a'], key: 'b', part: 'value', typed: 'tr' })
    expect(place('"@type": |')).toMatchObject({ path: [], key: '@type', part: 'value', typed: '' })
  })

  test('siblings are the keys of the same mapping only', () => {
    const [text, offset] = caret('a:\n  - x: 1\n    y: 2\n  - z: 3\n    |\n    w: 4\nb: 5\n')
    expect([...siblingsOf(text, offset, 4).keys()].sort()).toEqual(['w', 'z'])
  })
})

describe('completion', () => {
  const complete = (typeName: string, text: string) => {
    const [plain, offset] = caret(text)
    let json = {}
    try {
      json = fromYaml(plain)
    } catch {
      // Half typed.
    }
    return completeYaml(plain, offset, json, schema(typeName)).items
  }
  const labels = (typeName: string, text: string) => complete(typeName, text).map((item) => item.label)

  test('fields of the message, without those that are there', () => {
    const found = labels(FILTER, 'name: x\n|')
    expect(found).toContain('typed_config')
    expect(found).not.toContain('name')
  })

  test('fields of the type that an Any says', () => {
    const text = 'typed_config:\n  "@type": type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua\n  |'
    expect(labels(FILTER, text)).toContain('default_source_code')
    expect(labels(FILTER, text)).not.toContain('@type')
  })

  test('type URLs that fit, enum values, booleans', () => {
    expect(labels(FILTER, 'typed_config:\n  "@type": |')).toContain('Lua')
    expect(labels(FILTER, 'disabled: |')).toEqual(['true', 'false'])
    expect(labels(ROUTE, 'redirect:\n  response_code: |')).toContain('TEMPORARY_REDIRECT')
  })

  test('inside lists', () => {
    expect(labels(ROUTE, 'match:\n  prefix: /\n  headers:\n    - name: a\n      |')).toContain('string_match')
    expect(labels(ROUTE, 'request_headers_to_add:\n- header:\n    |')).toEqual(['key', 'value', 'raw_value'])
  })

  test('the overrides of a filter on a route', () => {
    const text = 'typed_per_filter_config:\n  lua:\n    "@type": |'
    expect(labels(ROUTE, text)).toContain('LuaPerRoute')
  })

  test('what a hover says', () => {
    const [text, offset] = caret('match:\n  pre|fix: /\n')
    const hover = hoverYaml(text, offset, fromYaml(text), schema(ROUTE))
    expect(hover?.title).toBe('RouteMatch.prefix')
    expect(hover?.notes.join()).toContain('one of prefix, path')
  })
})
