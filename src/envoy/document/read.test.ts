import { describe, expect, it } from 'vitest'
import { findJsonMistake } from './json-scan.ts'
import { formatPath } from './path.ts'
import { DocumentError, readDocument, readDocuments } from './read.ts'

function failure(text: string): DocumentError {
  try {
    readDocuments(text)
  } catch (error) {
    if (error instanceof DocumentError) return error
    throw error
  }
  throw new Error('the text was accepted')
}

describe('scalars', () => {
  it.each([
    ['yes', true],
    ['Off', false],
    ['"yes"', 'yes'],
    ['~', null],
    ['0x1F', 31],
    ['017', 15],
    ['08', 8],
    ['1e3', 1000],
    ['.5', 0.5],
    ['.inf', 'Infinity'],
    ['5s', '5s'],
    ['1.2.3', '1.2.3'],
    ['2147483648', '2147483648'],
    ['-2147483648', -2147483648],
    ['2001-01-01', '2001-01-01'],
  ])('reads %s as Envoy does', (source, value) => {
    expect(readDocument(`a: ${source}`).json).toEqual({ a: value })
  })

  it('keeps large integers numbers for Kubernetes', () => {
    expect(readDocument('a: 2147483648', { dialect: 'kubernetes' }).json).toEqual({ a: 2147483648 })
  })
})

describe('positions', () => {
  const yaml = 'listeners:\n- name: a\n  filter_chains:\n  - filters: []\n    name: chain # here\n'

  it('finds values and keys in YAML', () => {
    const document = readDocument(yaml)
    expect(document.locate(['listeners', 0, 'filter_chains', 0, 'name'])).toEqual({ line: 5, column: 11 })
    expect(document.locate(['listeners', 0, 'filter_chains', 0, 'name'], 'key')).toEqual({ line: 5, column: 5 })
  })

  it('finds values and keys in JSON', () => {
    const document = readDocument('{\n "a": [1, {"b\\n": "}"}],\n "c": {"d": 2}\n}')
    expect(document.locate(['a', 1, 'b\n'])).toEqual({ line: 2, column: 19 })
    expect(document.locate(['c', 'd'], 'key')).toEqual({ line: 3, column: 8 })
  })

  it('falls back to what is there: camelCase keys, single values for lists, missing members', () => {
    const document = readDocument('a:\n  filterChains:\n    name: x\n')
    expect(document.locate(['a', 'filter_chains', 0, 'name'])).toEqual({ line: 3, column: 11 })
    expect(document.locate(['a', 'filter_chains', 0, 'missing'])).toEqual({ line: 3, column: 5 })
  })

  it('follows aliases', () => {
    const document = readDocument('a: &x\n  b: 1\nc: *x\n')
    expect(document.json).toEqual({ a: { b: 1 }, c: { b: 1 } })
    expect(document.locate(['c', 'b'])).toEqual({ line: 2, column: 6 })
  })
})

describe('streams', () => {
  it('reads several documents and leaves empty ones out', () => {
    expect(readDocuments('a: 1\n---\n---\nb: 2\n').map((document) => document.json)).toEqual([{ a: 1 }, { b: 2 }])
  })

  it('gives the positions of the whole text', () => {
    expect(readDocuments('a: 1\n---\nb: 2\n')[1]!.locate(['b'])).toEqual({ line: 3, column: 4 })
  })
})

describe('hostile and broken text', () => {
  it('treats __proto__ as data', () => {
    for (const text of ['{"__proto__": {"polluted": 1}}', '__proto__:\n  polluted: 1\n']) {
      const { json } = readDocument(text)
      expect(Object.keys(json as object)).toEqual(['__proto__'])
      expect(({} as { polluted?: number }).polluted).toBeUndefined()
    }
  })

  it('bounds aliases', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]']
    for (let i = 1; i < 12; i++)
      lines.push(
        `a${i}: &a${i} [${Array(10)
          .fill(`*a${i - 1}`)
          .join(', ')}]`,
      )
    expect(failure(lines.join('\n')).message).toMatch(/aliases repeat more than/)
  })

  it('refuses an alias that contains itself', () => {
    expect(failure('a: &x [*x]').message).toMatch(/contains itself/)
  })

  it('refuses more than 16 MiB, of bytes', () => {
    expect(failure(`{"a":"${'x'.repeat(17 << 20)}"}`).message).toMatch(/17\.0 MiB; at most 16 MiB/)
    expect(failure(`{"a":"${'\u20ac'.repeat(6 << 20)}"}`).message).toMatch(/18\.0 MiB/)
  })

  it('refuses what would overflow the stack of anybody who walks it', () => {
    expect(failure('['.repeat(5000) + ']'.repeat(5000)).message).toMatch(/nested more than 200/)
    expect(failure('- '.repeat(3000)).message).toMatch(/nested more than 200/)
  })

  it('says where JSON is cut off, and inside what', () => {
    const error = failure('{"configs": [\n {"dynamic_listeners": [{"name": "0.0.0.0_80", "active_st')
    expect(error.message).toMatch(/^not valid JSON at line 2, column 58 inside configs\[0\]\.dynamic_listeners\[0\]/)
    expect(error.message).toMatch(/cut off$/)
    expect(error.line).toBe(2)
  })

  it('says where YAML stops being YAML', () => {
    const error = failure('a: 1\nb: [1, 2\nc: 3\n')
    expect(error.message).toMatch(/^not valid YAML at line 3/)
  })

  it('warns of keys written twice and reads the last', () => {
    const document = readDocument('a: 1\nb: 2\na: 3\n')
    expect(document.json).toEqual({ a: 3, b: 2 })
    expect(document.warnings).toMatchObject([{ line: 3, column: 1, path: ['a'] }])
  })
})

describe('findJsonMistake', () => {
  it('agrees with JSON.parse on what is JSON', () => {
    for (const good of [
      '{}',
      '[]',
      ' [1, {"a": [], "b": {}}] ',
      '"x"',
      '-1.5e3',
      '{"a":{"b":[{"c":null}]},"d":true}',
    ]) {
      JSON.parse(good)
      expect(findJsonMistake(good)).toBeUndefined()
    }
    for (const bad of ['{', '{"a"}', '[1,]', '{"a":1,}', '"x', '01', '[1 2]', '{"a":1}}', "{'a':1}", '']) {
      expect(() => JSON.parse(bad)).toThrow()
      expect(findJsonMistake(bad)).toBeDefined()
    }
  })
})

it('formats paths', () => {
  expect(formatPath(['a', 0, 'typed_per_filter_config', 'envoy.filters.http.cors', '@type'])).toBe(
    'a[0].typed_per_filter_config["envoy.filters.http.cors"].@type',
  )
})
