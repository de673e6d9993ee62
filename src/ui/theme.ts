import { useSyncExternalStore } from 'react'
import type { StoreApi } from 'zustand'
import type { Preferences } from '../store/preferences.ts'
import { usePreferences } from './context.ts'

const dark = window.matchMedia('(prefers-color-scheme: dark)')

function schemeOf({ theme }: Preferences): 'light' | 'dark' {
  return theme === 'auto' ? (dark.matches ? 'dark' : 'light') : theme
}

/** Keeps the page in the user's theme, or the system's: tokens.css and Mantine both go by this attribute. */
export function applyTheme(preferences: StoreApi<Preferences>): void {
  const apply = (): void => {
    document.documentElement.setAttribute('data-mantine-color-scheme', schemeOf(preferences.getState()))
  }
  apply()
  preferences.subscribe(apply)
  dark.addEventListener('change', apply)
}

function watch(notify: () => void): () => void {
  dark.addEventListener('change', notify)
  return () => dark.removeEventListener('change', notify)
}

/** The theme in use: the user's choice, else the system's. */
export function useColorScheme(): 'light' | 'dark' {
  const choice = usePreferences((state) => state.theme)
  const system = useSyncExternalStore(watch, () => dark.matches)
  return choice === 'auto' ? (system ? 'dark' : 'light') : choice
}
