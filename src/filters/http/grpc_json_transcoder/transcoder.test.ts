import { describe, expect, it } from 'vitest'
import { parseHttpTemplate } from './http-template.ts'
import { readJson } from './json-reader.ts'
import { PathMatcher, unescapeUrl } from './path-matcher.ts'

describe('path templates', () => {
  it('bind segments to fields', () => {
    expect(parseHttpTemplate('/v1/{name=shelves/*/books/*}/{a.b}:do')).toEqual({
      segments: ['v1', 'shelves', '*', 'books', '*', '*'],
      verb: 'do',
      variables: [
        { fieldPath: ['name'], start: 1, end: 5 },
        { fieldPath: ['a', 'b'], start: 5, end: 6 },
      ],
    })
  })

  it('count from the end behind **', () => {
    expect(parseHttpTemplate('/{name=**}')?.variables[0]?.end).toBe(-1)
    expect(parseHttpTemplate('/{name=a/**}:x')?.variables[0]?.end).toBe(-2)
  })

  it.each(['', 'v1', '/v1/', '/{a', '/{a={b}}', '/**/a', '/{=a}', '/a:', '/a//b'])('%j is none', (text) => {
    expect(parseHttpTemplate(text)).toBeUndefined()
  })
})

describe('path matching', () => {
  const matcher = (...templates: [method: string, path: string][]) => {
    const made = new PathMatcher<string>({
      unescape: 'except reserved',
      plusIsSpace: false,
      unregisteredVerbs: false,
      ignoredParameters: new Set(['key']),
    })
    for (const [method, path] of templates) made.register(method, parseHttpTemplate(path)!, path)
    return made
  }

  it('prefers literals to * and * to **, and goes back when a way ends nowhere', () => {
    const paths = matcher(['GET', '/a/b'], ['GET', '/a/*/c'], ['GET', '/a/**'], ['*', '/x'])
    expect(paths.lookup('GET', '/a/b', '')?.target).toBe('/a/b')
    expect(paths.lookup('GET', '/a/b/c', '')?.target).toBe('/a/*/c')
    expect(paths.lookup('GET', '/a/b/d', '')?.target).toBe('/a/**')
    expect(paths.lookup('GET', '/a', '')?.target).toBe('/a/**')
    expect(paths.lookup('PUT', '/x/', '')?.target).toBe('/x')
    expect(paths.lookup('POST', '/a/b', '')).toBeUndefined()
  })

  it('finds nothing where two methods stand', () => {
    expect(matcher(['GET', '/a'], ['GET', '/a']).lookup('GET', '/a', '')).toBeUndefined()
  })

  it('takes values from path and query', () => {
    const found = matcher(['GET', '/{name=s/**}:do']).lookup('GET', '/s/a%20b/c%2Fd:do', 'q.r=1%2B2&key=x&=y&flag')
    expect(found?.bindings).toEqual([
      { fieldPath: ['name'], value: 's/a b/c%2Fd' },
      { fieldPath: ['q', 'r'], value: '1+2' },
    ])
  })

  it('undoes escapes as far as told', () => {
    expect(unescapeUrl('%2F%3a%41%4+', 'except reserved', false)).toBe('%2F%3aA%4+')
    expect(unescapeUrl('%2F%3a+', 'except slash', true)).toBe('%2F: ')
    expect(unescapeUrl('%2F', 'all', false)).toBe('/')
  })
})

describe('JSON', () => {
  it('keeps the order of members and what is written loosely', () => {
    const node = readJson('{b: 1, "a": \'x\', "a": [true, null,],}')
    expect(node).toEqual({
      kind: 'object',
      members: [
        ['b', { kind: 'number', text: '1' }],
        ['a', { kind: 'string', value: 'x' }],
        ['a', { kind: 'array', items: [{ kind: 'boolean', value: true }, { kind: 'null' }] }],
      ],
    })
  })

  it.each([
    ['{"a"', 'Unexpected end of string. Expected : between key:value pair.\n\n^'],
    ['{"a":1]', 'Expected , or } after key:value pair.\n{"a":1]\n      ^'],
    ['1 2', 'Parsing terminated before end of input.\n1 2\n  ^'],
    ['["\\u12"]', 'Invalid escape sequence.\n["\\u12"]\n    ^'],
  ])('says what is wrong with %j', (text, message) => {
    expect(() => readJson(text)).toThrow(message)
  })
})
