import { createTheme } from '@mantine/core'
import { useSyncExternalStore } from 'react'
import { usePreferences } from './context.ts'

/** Mantine's parts in the app's own sizes; its colours come from tokens.css. */
export const theme = createTheme({
  fontFamily: 'var(--font)',
  fontFamilyMonospace: 'var(--mono)',
  fontSizes: { xs: '11px', sm: '13px', md: '14px', lg: '15px', xl: '17px' },
  defaultRadius: 'md',
  primaryColor: 'blue',
  // Mantine's dark greys, replaced by the app's own surfaces.
  colors: {
    dark: [
      '#e6eaf4',
      '#c4cde2',
      '#a3afca',
      '#8492b2',
      '#3a486b',
      '#26304a',
      '#1a2233',
      '#141a28',
      '#0f1420',
      '#0b0f19',
    ],
  },
  cursorType: 'pointer',
})

const dark = window.matchMedia('(prefers-color-scheme: dark)')

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
