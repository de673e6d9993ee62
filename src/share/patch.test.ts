import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json } from '../model/json.ts'
import { applyPatch, diffJson } from './patch.ts'

const name = fc.constantFrom('a', 'b', 'c', '__proto__', 'name', '@type')
const { json } = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<Json>(null, true, 0, 1, 'x', 'y'),
    fc.array(tie('json'), { maxLength: 6 }),
    fc.array(fc.tuple(name, tie('json')), { maxLength: 5 }).map((entries) => Object.fromEntries(entries) as Json),
  ),
}))

describe('patches', () => {
  it('give the second value to the byte, whatever the two are', () => {
    fc.assert(
      fc.property(json, json, (before, after) => {
        const patch = diffJson(before, after)
        const sent = patch && (JSON.parse(JSON.stringify(patch)) as typeof patch)
        expect(JSON.stringify(sent ? applyPatch(before, sent) : before)).toBe(JSON.stringify(after))
      }),
      { numRuns: 1000 },
    )
  })
  it('say nothing when nothing changed', () => {
    expect(diffJson({ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] })).toBeUndefined()
  })
  it('hold an inserted list entry alone', () => {
    const before: Json = { filters: [{ name: 'a' }, { name: 'b', deep: [1, 2, 3] }] }
    const after: Json = { filters: [{ name: 'a' }, { name: 'new' }, { name: 'b', deep: [1, 2, 3] }] }
    expect(diffJson(before, after)).toEqual({ m: { filters: { l: [1, [{ name: 'new' }], 1] } } })
  })
  it('hold a changed field of a named entry alone, even when others were inserted around it', () => {
    const before: Json = [
      { name: 'a', x: 1 },
      { name: 'b', x: 1, y: 2 },
    ]
    const after: Json = [{ name: 'n' }, { name: 'a', x: 1 }, { name: 'b', x: 9, y: 2 }, { name: 'm' }]
    expect(diffJson(before, after)).toEqual({ l: [[{ name: 'n' }], 1, { m: { x: { v: 9 } } }, [{ name: 'm' }]] })
  })
  it('keep the order of members', () => {
    const patch = diffJson({ a: 1, b: 2 }, { b: 2, a: 1 })
    expect(Object.keys(applyPatch({ a: 1, b: 2 }, patch!) as object)).toEqual(['b', 'a'])
  })
  it('refuse a value they were not made for', () => {
    const patch = diffJson([1, 2, 3], [1, 5, 3])!
    expect(() => applyPatch([1], patch)).toThrow('too short')
    expect(() => applyPatch([1, 2, 3, 4], patch)).toThrow('too long')
    expect(() => applyPatch({}, patch)).toThrow('does not fit')
  })
  it('stay fast on long unlike lists', () => {
    const before = Array.from({ length: 3000 }, (_, index) => ({ name: `a${index}` }))
    const after = Array.from({ length: 3000 }, (_, index) => ({ name: `b${index}` }))
    expect(applyPatch(before, diffJson(before, after)!)).toEqual(after)
  })
})
