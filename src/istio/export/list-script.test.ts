import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../message/json.ts'
import { replay, scriptBetween } from './list-script.ts'

const noMerge = () => undefined
const filter = (name: string, version = 0): JsonObject => ({ name, version })
const names = (edits: { operation: string; anchor?: string; value?: JsonObject }[]) =>
  edits.map(({ operation, anchor, value }) => [operation, value?.name ?? '', anchor ?? ''].join(' ').trim())

describe('scriptBetween', () => {
  const base = ['mx', 'stats', 'cors', 'router'].map((name) => filter(name))
  const script = (to: JsonObject[]) => scriptBetween(base, to, noMerge)

  it('stands new filters before those that follow, in order', () => {
    const to = [base[0]!, filter('a'), filter('b'), ...base.slice(1)]
    expect(names(script(to).edits)).toEqual(['INSERT_BEFORE a stats', 'INSERT_BEFORE b stats'])
  })

  it('puts first what is first, whatever Istio has there', () => {
    expect(names(script([filter('a'), filter('b'), ...base]).edits)).toEqual(['INSERT_FIRST b', 'INSERT_FIRST a'])
  })

  it('finds another way when the name of the next filter is taken', () => {
    const to = [base[0]!, filter('router', 1), filter('x'), ...base.slice(1)]
    const { edits, rebuilt } = script(to)
    expect(rebuilt).toBe(false)
    expect(replay(base, edits, noMerge)).toEqual(to)
  })

  it('removes, replaces and moves', () => {
    expect(names(script(base.filter(({ name }) => name !== 'cors')).edits)).toEqual(['REMOVE  cors'])
    expect(names(script([base[0]!, filter('stats', 2), ...base.slice(2)]).edits)).toEqual(['REPLACE stats stats'])
    const moved = [base[0]!, base[2]!, base[1]!, base[3]!]
    expect(replay(base, script(moved).edits, noMerge)).toEqual(moved)
  })

  it('merges what can be merged, if the name is there once', () => {
    const merge = (from: JsonObject, to: JsonObject) => (from.name === to.name ? { version: to.version! } : undefined)
    const changed = base.map((entry) => (entry.name === 'cors' ? filter('cors', 5) : entry))
    expect(names(scriptBetween(base, changed, merge).edits)).toEqual(['MERGE  cors'])
    const twice = [filter('cors', 1), ...changed]
    expect(names(scriptBetween(base, twice, merge).edits)).not.toContain('MERGE  cors')
  })

  it('leads from any list to any other', () => {
    const list = fc.array(fc.record({ name: fc.constantFrom('a', 'b', 'c', 'd', 'e'), version: fc.nat(1) }), {
      maxLength: 7,
    })
    fc.assert(
      fc.property(list, list, (from, to) => {
        const { edits } = scriptBetween(from, to, noMerge)
        expect(replay(from, edits, noMerge)).toEqual(to)
      }),
      { numRuns: 2000 },
    )
  })
})
