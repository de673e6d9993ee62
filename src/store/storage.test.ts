import { beforeEach, describe, expect, it } from 'vitest'
import type { Design } from '../model/design.ts'
import { renameDesign } from '../model/edits/config.ts'
import { sampleDesign } from '../model/testing.ts'
import { createAppStore } from './app.ts'
import { autosave } from './autosave.ts'
import { createPreferences } from './preferences.ts'
import { DesignStorage, type KeyValueStore, type LargeStore } from './storage.ts'

const design = sampleDesign()
let small: Map<string, string>
let large: Map<string, string>
let room: number
let storage: DesignStorage
let keyValue: KeyValueStore

beforeEach(() => {
  small = new Map()
  large = new Map()
  room = Number.POSITIVE_INFINITY
  keyValue = {
    getItem: (key) => small.get(key) ?? null,
    setItem: (key, value) => {
      if (value.length > room) throw new Error('QuotaExceededError')
      small.set(key, value)
    },
    removeItem: (key) => void small.delete(key),
  }
  const big: LargeStore = {
    get: async (key) => large.get(key),
    set: async (key, value) => void large.set(key, value),
    delete: async (key) => void large.delete(key),
  }
  storage = new DesignStorage(keyValue, big)
})

describe('saved designs', () => {
  it('come back the same, the latest first', async () => {
    await storage.save('a', design, 1)
    await storage.save('b', { ...design, name: 'two' }, 2)
    await storage.save('a', design, 3)
    expect(storage.list().map((one) => one.id)).toEqual(['a', 'b'])
    expect(await storage.load('a')).toEqual(design)
    expect((await storage.load('b')).name).toBe('two')
  })
  it('go to the large store when they do not fit, and come back from there', async () => {
    const big: Design = { ...design, description: 'x'.repeat(600_000) }
    await storage.save('a', design, 1)
    await storage.save('a', big, 2)
    expect([...small.keys()]).toEqual(['chainwright.designs'])
    expect(await storage.load('a')).toEqual(big)
    room = 300
    await storage.save('b', design, 3)
    expect(large.has('chainwright.design.b')).toBe(true)
    expect(await storage.load('b')).toEqual(design)
  })
  it('are forgotten when asked, and the oldest when there are many', async () => {
    for (let count = 0; count < 35; count++) await storage.save(`${count}`, design, count)
    expect(storage.list()).toHaveLength(30)
    await expect(storage.load('0')).rejects.toThrow('no longer')
    storage.setCurrent('34')
    await storage.remove('34')
    expect(storage.current()).toBeUndefined()
  })
  it('that do not open are kept aside', async () => {
    small.set('chainwright.design.x', '{"half": ')
    await expect(storage.load('x')).rejects.toThrow('cannot be read')
    expect(large.get('chainwright.design.x.unreadable')).toBe('{"half": ')
  })
  it('do not trip over a list of nonsense', () => {
    small.set('chainwright.designs', '[3, null, {"id": "a"}]')
    expect(storage.list()).toEqual([{ id: 'a' }])
    small.set('chainwright.designs', 'x')
    expect(storage.list()).toEqual([])
  })
})

describe('autosave', () => {
  const setup = () => {
    const store = createAppStore()
    const waiting: (() => void)[] = []
    const later = (_: number, act: () => void) => {
      waiting.push(act)
      return () => void waiting.splice(waiting.indexOf(act), 1)
    }
    return { store, waiting, saver: autosave(store, storage, { now: () => 7, later }) }
  }
  it('saves once after several edits, and flushes at once when asked', async () => {
    const { store, waiting, saver } = setup()
    store.getState().open('id', design)
    store.getState().apply(renameDesign(design, 'a'))
    expect(waiting).toHaveLength(1)
    expect(store.getState().saving).toBe('pending')
    await saver.flush()
    expect(waiting).toHaveLength(0)
    expect(store.getState().saving).toBe('saved')
    expect((await storage.load('id')).name).toBe('a')
    expect(storage.current()).toBe('id')
    store.getState().close()
    expect(storage.current()).toBeUndefined()
  })
  it('says once that it cannot save, and loses nothing of what is open', async () => {
    const { store, saver } = setup()
    room = 0
    store.getState().open('id', design)
    await saver.flush()
    expect(store.getState().saving).toBe('failed')
    expect(store.getState().notice?.kind).toBe('error')
    expect(store.getState().design).toBe(design)
    room = Number.POSITIVE_INFINITY
    store.getState().apply(renameDesign(design, 'b'))
    await saver.flush()
    expect(store.getState().saving).toBe('saved')
  })
})

describe('preferences', () => {
  it('are kept, and nonsense is ignored', () => {
    createPreferences(keyValue).setState({ theme: 'dark', folded: ['udp'] })
    expect(createPreferences(keyValue).getState()).toEqual({ theme: 'dark', folded: ['udp'] })
    small.set('chainwright.preferences', '{"theme": 3, "folded": [1]}')
    expect(createPreferences(keyValue).getState()).toEqual({ theme: 'auto', folded: [] })
  })
})
