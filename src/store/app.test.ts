import { beforeEach, describe, expect, it } from 'vitest'
import { renameDesign } from '../model/edits/config.ts'
import { insertFilter, moveFilter, removeFilter } from '../model/edits/filters.ts'
import { sampleDesign } from '../model/testing.ts'
import { type AppStore, createAppStore } from './app.ts'
import { HISTORY_LIMIT } from './history.ts'

const design = sampleDesign()
const http = { listener: 0, filterChain: 1, networkFilter: 0 }
const one = 'listener:main/chain:web/nf:hcm/hf:one'
let store: AppStore
const state = () => store.getState()

beforeEach(() => {
  store = createAppStore()
  state().open('id', design)
})

describe('edits', () => {
  it('select what they made, and undo brings document and selection back', () => {
    state().select(one)
    state().apply(insertFilter(design, { ...http, index: 1 }, { name: 'new' }))
    expect(state().selection).toBe('listener:main/chain:web/nf:hcm/hf:new')
    expect(state().history.past.map((entry) => entry.label)).toEqual(['Add new'])
    state().undo()
    expect(state().design).toEqual(design)
    expect(state().selection).toBe(one)
    state().redo()
    expect(state().selection).toBe('listener:main/chain:web/nf:hcm/hf:new')
    expect(state().history.future).toEqual([])
  })
  it('are undone to the very first and redone to the very last', () => {
    const seen = [state().design]
    for (let count = 0; count < 5; count++) {
      state().apply(insertFilter(state().design!, { ...http, index: count }, { name: 'n' }))
      seen.push(state().design)
    }
    for (let at = 4; at >= 0; at--) {
      state().undo()
      expect(state().design).toEqual(seen[at])
    }
    state().undo()
    for (let at = 1; at <= 5; at++) {
      state().redo()
      expect(state().design).toEqual(seen[at])
    }
  })
  it('end what could be redone, selecting does not', () => {
    state().apply(renameDesign(design, 'a'))
    state().undo()
    state().select(one)
    state().setView({ listener: 'listener:main' })
    expect(state().history.future).toHaveLength(1)
    state().redo()
    expect(state().design?.name).toBe('a')
    expect(state().design?.view).toEqual({ listener: 'listener:main' })
    state().undo()
    state().apply(renameDesign(state().design!, 'b'))
    expect(state().history.future).toEqual([])
  })
  it('typed into one field are undone together', () => {
    for (const name of ['s', 'sh', 'sho', 'shop']) state().apply(renameDesign(state().design!, name), { merge: 'name' })
    state().apply(renameDesign(state().design!, 'other'))
    expect(state().history.past).toHaveLength(2)
    state().undo()
    state().undo()
    expect(state().design?.name).toBe('sample')
  })
  it('that change nothing leave no entry', () => {
    state().apply(moveFilter(design, { ...http, index: 1 }, { ...http, index: 2 }))
    expect(state().history.past).toEqual([])
  })
  it('keep the history bounded', () => {
    for (let count = 0; count < HISTORY_LIMIT + 50; count++) state().apply(renameDesign(state().design!, `${count}`))
    expect(state().history.past).toHaveLength(HISTORY_LIMIT)
  })
  it('drop a selection that is gone, and mark the last run as stale', () => {
    state().setRun({ status: 'done', of: state().design })
    state().apply(renameDesign(state().design!, 'another name'))
    expect(state().run.stale).toBe(false)
    state().select('listener:main/lf:tls')
    state().apply(removeFilter(design, { listener: 0, index: 0 }))
    expect(state().selection).toBeUndefined()
    expect(state().run.stale).toBe(true)
    state().undo()
    expect(state().run.stale).toBe(false)
  })
})
