import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  formatPath,
  getAt,
  insertAt,
  type Json,
  type Path,
  PathError,
  parsePath,
  removeAt,
  sameJson,
  setAt,
} from './json.ts'

const document = { a: [{ b: 1 }, { b: 2 }], c: { 'd.e': true } }

describe('edits at a path', () => {
  it('shares what is off the path', () => {
    const next = setAt(document, ['a', 0, 'b'], 5)
    expect(next).toEqual({ a: [{ b: 5 }, { b: 2 }], c: { 'd.e': true } })
    expect(next.c).toBe(document.c)
    expect(next.a[1]).toBe(document.a[1])
    expect(document.a[0]).toEqual({ b: 1 })
  })
  it('gives the same document back when nothing changes', () => {
    expect(setAt(document, ['a', 0, 'b'], 1)).toBe(document)
    expect(removeAt(document, ['nothing', 'here'])).toBe(document)
  })
  it('creates objects on the way, and lists to insert into', () => {
    expect(setAt({}, ['x', 'y'], 1)).toEqual({ x: { y: 1 } })
    expect(insertAt({}, ['list'], 0, 'first')).toEqual({ list: ['first'] })
  })
  it('closes the gap in a list', () => {
    expect(removeAt(document, ['a', 0]).a).toEqual([{ b: 2 }])
  })
  it('refuses paths that do not fit, naming the place', () => {
    expect(() => setAt(document, ['c', 0], 1)).toThrow('c: is not a list')
    expect(() => setAt(document, ['a', 'x'], 1)).toThrow('a: is not an object')
    expect(() => insertAt(document, ['a'], 3, 1)).toThrow('a[3]: the list has 2 entries')
    expect(() => setAt(document, ['a', 9, 'b'], 1)).toThrow(PathError)
  })
  it('keeps __proto__ as data', () => {
    const next = setAt(JSON.parse('{"__proto__": {"a": 1}}') as Json, ['__proto__', 'b'], 2)
    expect(JSON.stringify(next)).toBe('{"__proto__":{"a":1,"b":2}}')
    expect(getAt({}, ['__proto__', 'toString'])).toBeUndefined()
    expect(getAt([], ['length'])).toBeUndefined()
  })
})

describe('paths as text', () => {
  it('reads as people write them', () => {
    expect(formatPath(['listeners', 0, 'typed_config', '@type'])).toBe('listeners[0].typed_config.@type')
    expect(formatPath(['map', 'a.b', 'c'])).toBe('map["a.b"].c')
    expect(formatPath([])).toBe('(document)')
  })
  it('comes back the same', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.nat(9999))), (path: Path) => {
        expect(parsePath(formatPath(path))).toEqual(path)
      }),
    )
  })
  it('says where a path stops making sense', () => {
    expect(() => parsePath('a[x]')).toThrow('column 2')
    expect(() => parsePath('a..b')).toThrow('column 2')
  })
})

describe('sameJson', () => {
  it('compares values, not order', () => {
    expect(sameJson({ a: 1, b: [1, { c: null }] }, { b: [1, { c: null }], a: 1 })).toBe(true)
    expect(sameJson([1, 2], [2, 1])).toBe(false)
    expect(sameJson({ a: undefined }, { b: undefined })).toBe(false)
    expect(sameJson([], {})).toBe(false)
    expect(sameJson(null, {})).toBe(false)
  })
})
