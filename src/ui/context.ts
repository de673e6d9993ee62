import { createContext, useContext, useMemo } from 'react'
import { type StoreApi, useStore } from 'zustand'
import type { Catalogue } from '../model/catalogue.ts'
import { type OriginLookup, originsOf } from '../model/origin.ts'
import type { AppActions, AppState, AppStore } from '../store/app.ts'
import type { Preferences } from '../store/preferences.ts'
import type { DesignStorage } from '../store/storage.ts'
import type { DragState } from './canvas/drag.ts'

/** What every part of the screen works with; made once by main.tsx, or by a test. */
export interface Services {
  store: AppStore
  drag: StoreApi<DragState>
  preferences: StoreApi<Preferences>
  storage: DesignStorage
  catalogue: Catalogue
  /** Saves the open design now. */
  flush(): Promise<void>
}

export const ServicesContext = createContext<Services | undefined>(undefined)

/** The app's services; only below a ServicesContext. */
export function useServices(): Services {
  const services = useContext(ServicesContext)
  if (!services) throw new Error('no services above this component')
  return services
}

/** A part of the app's state; the component is drawn again when it changes. */
export function useApp<T>(select: (state: AppState & AppActions) => T): T {
  return useStore(useServices().store, select)
}

/** A part of the user's preferences. */
export function usePreferences<T>(select: (state: Preferences) => T): T {
  return useStore(useServices().preferences, select)
}

/** Whose each object of the open design is. */
export function useOrigins(): OriginLookup {
  const config = useApp((state) => state.design?.config)
  const base = useApp((state) => state.base)
  return useMemo(() => (config ? originsOf(config, base) : () => 'own'), [config, base])
}
