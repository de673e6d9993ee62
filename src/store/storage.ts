import type { Design } from '../model/design.ts'
import type { Json } from '../model/json.ts'
import { openDesign } from '../model/migrations.ts'

/** A saved design as the start screen lists it. */
export interface SavedDesign {
  id: string
  name: string
  /** When it was last changed, in milliseconds since 1970. */
  savedAt: number
  /** What proxy it is of, for the list. */
  proxy?: string
}

/** A string store that may refuse (full, or forbidden): localStorage, or a map in tests. */
export interface KeyValueStore {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
  removeItem(key: string): void
}

/** A store for what does not fit there: IndexedDB, or a map in tests. */
export interface LargeStore {
  get(key: string): Promise<string | undefined>
  set(key: string, value: string): Promise<void>
  delete(key: string): Promise<void>
}

const INDEX = 'chainwright.designs'
const CURRENT = 'chainwright.current'
const BODY = 'chainwright.design.'
/** localStorage holds about five million characters for the whole origin. */
const SMALL = 500_000
const KEPT = 30

/**
 * The designs saved in this browser. A design is written whole under its id; the list of them stands beside it. What
 * cannot be read is never overwritten: it is moved aside and reported.
 */
export class DesignStorage {
  private readonly small: KeyValueStore
  private readonly large: LargeStore

  constructor(small: KeyValueStore, large: LargeStore) {
    this.small = small
    this.large = large
  }

  /** The saved designs, the latest first. */
  list(): SavedDesign[] {
    try {
      const list = JSON.parse(this.small.getItem(INDEX) ?? '[]') as unknown
      return Array.isArray(list) ? (list as SavedDesign[]).filter((one) => typeof one?.id === 'string') : []
    } catch {
      return []
    }
  }

  /** The design that was open when the app was last left. */
  current(): string | undefined {
    try {
      return this.small.getItem(CURRENT) ?? undefined
    } catch {
      return undefined
    }
  }

  setCurrent(id: string | undefined): void {
    try {
      if (id === undefined) this.small.removeItem(CURRENT)
      else this.small.setItem(CURRENT, id)
    } catch {
      // Storage is forbidden here: the next visit starts at the start screen.
    }
  }

  /**
   * Reads a design of any version. Rejects with an Error that says what is wrong; a body that does not open is kept
   * under a second key, so that saving over the first loses nothing.
   */
  async load(id: string): Promise<Design> {
    const text = this.small.getItem(BODY + id) ?? (await this.large.get(BODY + id))
    if (text === undefined) throw new Error('The saved design is no longer in this browser')
    try {
      return openDesign(JSON.parse(text) as Json)
    } catch (error) {
      await this.large.set(`${BODY}${id}.unreadable`, text)
      throw new Error(`The saved design cannot be read: ${(error as Error).message}. It is kept aside`, {
        cause: error,
      })
    }
  }

  /** Writes a design. Rejects if the browser has no room (or allows none) for it. */
  async save(id: string, design: Design, savedAt: number): Promise<void> {
    const text = JSON.stringify(design)
    if (text.length > SMALL || !this.trySmall(BODY + id, text)) {
      await this.large.set(BODY + id, text)
      this.small.removeItem(BODY + id)
    }
    const others = this.list().filter((one) => one.id !== id)
    const entry: SavedDesign = { id, name: design.name, savedAt, proxy: design.istio?.proxy }
    for (const old of others.slice(KEPT - 1)) await this.drop(old.id)
    this.small.setItem(INDEX, JSON.stringify([entry, ...others.slice(0, KEPT - 1)]))
  }

  /** Forgets a saved design. */
  async remove(id: string): Promise<void> {
    await this.drop(id)
    this.small.setItem(INDEX, JSON.stringify(this.list().filter((one) => one.id !== id)))
    if (this.current() === id) this.setCurrent(undefined)
  }

  private async drop(id: string): Promise<void> {
    this.small.removeItem(BODY + id)
    await this.large.delete(BODY + id)
  }

  private trySmall(key: string, text: string): boolean {
    try {
      this.small.setItem(key, text)
      return true
    } catch {
      return false
    }
  }
}

/** IndexedDB as a LargeStore: one database, one object store, opened on first use. */
export function indexedDbStore(name = 'chainwright'): LargeStore {
  let opened: Promise<IDBDatabase> | undefined
  const open = (): Promise<IDBDatabase> => {
    opened ??= new Promise((resolve, reject) => {
      const request = indexedDB.open(name, 1)
      request.onupgradeneeded = () => request.result.createObjectStore('designs')
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
    })
    return opened
  }
  const run = async <T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> => {
    const database = await open()
    return new Promise((resolve, reject) => {
      const transaction = database.transaction('designs', mode)
      const request = act(transaction.objectStore('designs'))
      transaction.oncomplete = () => resolve(request.result)
      transaction.onabort = () => reject(transaction.error)
    })
  }
  return {
    get: (key) => run('readonly', (store) => store.get(key) as IDBRequest<string | undefined>),
    set: async (key, value) => {
      await run('readwrite', (store) => store.put(value, key))
    },
    delete: async (key) => {
      await run('readwrite', (store) => store.delete(key))
    },
  }
}
