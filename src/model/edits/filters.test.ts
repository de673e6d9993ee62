import { describe, expect, it } from 'vitest'
import { getAt } from '../json.ts'
import { type FilterList, filtersOf } from '../place.ts'
import { sampleDesign } from '../testing.ts'
import { duplicateFilter, insertFilter, isDisabled, moveFilter, removeFilter, setFilterDisabled } from './filters.ts'

const design = sampleDesign()
const http: FilterList = { listener: 0, filterChain: 1, networkFilter: 0 }
const names = (edited: typeof design, list = http) => filtersOf(edited, list).map((filter) => filter.name)

describe('filters', () => {
  it('are inserted before the gap, with a free name', () => {
    const edit = insertFilter(design, { ...http, index: 1 }, { name: 'two' })
    expect(names(edit.design)).toEqual(['one', 'two-2', 'two', 'two', 'router'])
    expect(edit.label).toBe('Add two-2')
    expect(getAt(edit.design, edit.select!)).toEqual({ name: 'two-2' })
    expect(edit.design.config.clusters).toBe(design.config.clusters)
  })
  it('are inserted where there was no list yet', () => {
    const list = { listener: 0, filterChain: 'default' as const, networkFilter: 0 }
    expect(names(insertFilter(design, { ...list, index: 0 }, { name: 'a' }).design, list)).toEqual(['a', 'router'])
  })
  it.each([
    [0, 2, ['two', 'one', 'two', 'router']],
    [0, 4, ['two', 'two', 'router', 'one']],
    [3, 0, ['router', 'one', 'two', 'two']],
    [1, 1, ['one', 'two', 'two', 'router']],
    [1, 2, ['one', 'two', 'two', 'router']],
  ])('move from %i into gap %i', (from, to, expected) => {
    const edit = moveFilter(design, { ...http, index: from }, { ...http, index: to })
    expect(names(edit.design)).toEqual(expected)
    expect(getAt(edit.design, edit.select!)).toBe(filtersOf(design, http)[from])
  })
  it('change nothing when moved next to themselves', () => {
    expect(moveFilter(design, { ...http, index: 1 }, { ...http, index: 2 }).design).toBe(design)
  })
  it('move to another chain, not to another kind of list', () => {
    const goal = { listener: 0, filterChain: 'default' as const, networkFilter: 0, index: 0 }
    const edit = moveFilter(design, { ...http, index: 0 }, goal)
    expect(names(edit.design)).toEqual(['two', 'two', 'router'])
    expect(names(edit.design, goal)).toEqual(['one', 'router'])
    expect(() => moveFilter(design, { ...http, index: 0 }, { listener: 0, index: 0 })).toThrow('http filter')
  })
  it('are duplicated with a name of their own and all else kept', () => {
    const edit = duplicateFilter(design, { ...http, index: 2 })
    expect(filtersOf(edit.design, http)[3]).toEqual({ ...filtersOf(design, http)[2], name: 'two-2' })
  })
  it('are removed, the neighbour being selected', () => {
    const edit = removeFilter(design, { ...http, index: 3 })
    expect(names(edit.design)).toEqual(['one', 'two', 'two'])
    expect(edit.select?.at(-1)).toBe(2)
    expect(removeFilter(design, { listener: 0, index: 0 }).select).toBeUndefined()
    expect(() => removeFilter(design, { ...http, index: 9 })).toThrow('there is no filter')
  })
  it('are switched off and on again with nothing left behind', () => {
    for (const place of [
      { ...http, index: 0 },
      { listener: 0, index: 0 },
    ]) {
      const off = setFilterDisabled(design, place, true).design
      expect(isDisabled(filtersOf(off, place)[place.index]!)).toBe(true)
      expect(setFilterDisabled(off, place, false).design).toEqual(design)
    }
    expect(() => setFilterDisabled(design, { listener: 0, filterChain: 0, index: 0 }, true)).toThrow('no switch')
  })
})
