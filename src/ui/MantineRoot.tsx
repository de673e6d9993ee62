import { createTheme, MantineProvider } from '@mantine/core'
import type { ReactNode } from 'react'
import { useColorScheme } from './theme.ts'

/** Mantine's parts in the app's own sizes; its colours come from tokens.css. */
const theme = createTheme({
  fontFamily: 'var(--font)',
  fontFamilyMonospace: 'var(--mono)',
  fontSizes: { xs: '11px', sm: '13px', md: '14px', lg: '15px', xl: '17px' },
  defaultRadius: 'md',
  primaryColor: 'blue',
  cursorType: 'pointer',
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
})

/** What Mantine's components need above them. Only parts that are loaded on demand use Mantine: see `withMantine`. */
export function MantineRoot({ children }: { children: ReactNode }) {
  return (
    <MantineProvider theme={theme} forceColorScheme={useColorScheme()}>
      {children}
    </MantineProvider>
  )
}
