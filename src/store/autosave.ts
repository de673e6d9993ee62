import type { AppStore } from './app.ts'
import type { DesignStorage } from './storage.ts'

export interface AutosaveHost {
  now(): number
  /** Calls back after a while; the returned function cancels. */
  later(milliseconds: number, act: () => void): () => void
}

const DELAY = 400

/**
 * Saves the open design a moment after each change. `flush` saves at once (the page is going away). A failed save is
 * said once and tried again with the next change.
 */
export function autosave(
  store: AppStore,
  storage: DesignStorage,
  host: AutosaveHost,
): { flush(): Promise<void>; stop(): void } {
  let cancel: (() => void) | undefined
  const flush = async (): Promise<void> => {
    cancel?.()
    cancel = undefined
    const { id, design, saving } = store.getState()
    if (id === undefined || !design || saving === 'saved') return
    try {
      await storage.save(id, design, host.now())
      storage.setCurrent(id)
      if (store.getState().design === design) store.getState().setSaving('saved')
    } catch (error) {
      store.getState().setSaving('failed')
      const text = `This browser does not keep the design (${(error as Error).message}). Export or share it before you leave`
      if (saving !== 'failed') store.getState().notify({ kind: 'error', text })
    }
  }
  const stop = store.subscribe((state, before) => {
    if (state.id === undefined && before.id !== undefined) storage.setCurrent(undefined)
    if (!state.design || state.design === before.design) return
    cancel?.()
    cancel = host.later(DELAY, () => void flush())
  })
  return { flush, stop }
}
