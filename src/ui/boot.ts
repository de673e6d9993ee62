import { filterCatalogue } from '../filters/catalogue.ts'
import { createAppStore } from '../store/app.ts'
import { autosave } from '../store/autosave.ts'
import { createPreferences } from '../store/preferences.ts'
import { DesignStorage, indexedDbStore, type KeyValueStore } from '../store/storage.ts'
import { createDrag } from './canvas/drag.ts'
import { watchDesign } from './checks.ts'
import type { Services } from './context.ts'
import { openBase, openLink, openSaved } from './shell/opening.ts'
import { applyTheme } from './theme.ts'

/** The browser's string store, or one that forgets where it is forbidden. */
function keyValueStore(): KeyValueStore {
  try {
    localStorage.getItem('')
    return localStorage
  } catch {
    const map = new Map<string, string>()
    return {
      getItem: (key) => map.get(key) ?? null,
      setItem: (key, value) => void map.set(key, value),
      removeItem: (key) => void map.delete(key),
    }
  }
}

/** Makes the services and opens what this visit is about: the link, a named base, or the design of last time. */
export function boot(): Services {
  const small = keyValueStore()
  const store = createAppStore()
  const storage = new DesignStorage(small, indexedDbStore())
  const saver = autosave(store, storage, {
    now: () => Date.now(),
    later: (milliseconds, act) => {
      const timer = setTimeout(act, milliseconds)
      return () => clearTimeout(timer)
    },
  })
  const services: Services = {
    store,
    storage,
    drag: createDrag(),
    preferences: createPreferences(small),
    catalogue: filterCatalogue(),
    flush: saver.flush,
  }
  applyTheme(services.preferences)
  watchDesign(services)
  window.addEventListener('pagehide', () => void saver.flush())
  document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && void saver.flush())
  window.addEventListener('hashchange', () => void follow(services))
  void follow(services).then((opened) => {
    const last = storage.current()
    if (!opened && last !== undefined) void attempt(services, openSaved(services, last))
  })
  return services
}

/**
 * Opens what the URL's fragment names. Once that is saved, the fragment is taken out of the address, so that a reload
 * shows the edited design; a reload before that opens it again.
 */
async function follow(services: Services): Promise<boolean> {
  const { hash } = location
  const base = /^#base=(\w+)$/.exec(hash)?.[1]
  const link = /^#\d+\.\w+\./.test(hash)
  if (base === undefined && !link) return false
  const opened = await attempt(services, base === undefined ? openLink(services, hash) : openBase(services, base))
  if (opened) await services.flush()
  if (location.hash === hash) history.replaceState(null, '', location.pathname + location.search)
  return opened
}

async function attempt({ store }: Services, opening: Promise<void>): Promise<boolean> {
  try {
    await opening
    return true
  } catch (error) {
    store.getState().notify({ kind: 'error', text: (error as Error).message })
    return false
  }
}
