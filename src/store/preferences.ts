import { createStore, type StoreApi } from 'zustand/vanilla'
import type { KeyValueStore } from './storage.ts'

export type ThemeChoice = 'auto' | 'light' | 'dark'

/** What belongs to the user and not to a design: kept in this browser. */
export interface Preferences {
  theme: ThemeChoice
  /** Palette groups that are folded. */
  folded: string[]
}

const KEY = 'chainwright.preferences'

/** The preferences, read from and written to `storage` (which may be forbidden or hold nonsense). */
export function createPreferences(storage: KeyValueStore): StoreApi<Preferences> {
  const store = createStore<Preferences>(() => ({ theme: 'auto', folded: [], ...read(storage) }))
  store.subscribe((state) => {
    try {
      storage.setItem(KEY, JSON.stringify(state))
    } catch {
      // Forbidden or full: the choice holds for this visit.
    }
  })
  return store
}

function read(storage: KeyValueStore): Partial<Preferences> {
  try {
    const saved = JSON.parse(storage.getItem(KEY) ?? '{}') as Partial<Preferences> | null
    return {
      ...(saved?.theme === 'light' || saved?.theme === 'dark' ? { theme: saved.theme } : {}),
      ...(Array.isArray(saved?.folded) ? { folded: saved.folded.filter((one) => typeof one === 'string') } : {}),
    }
  } catch {
    return {}
  }
}
