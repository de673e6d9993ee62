import { useApp } from './context.ts'
import { Designer } from './shell/Designer.tsx'
import { Notice } from './shell/Notice.tsx'
import { StartScreen } from './shell/StartScreen.tsx'

/** The whole app: a design, or the start screen. */
export function App() {
  const open = useApp((state) => state.design !== undefined)
  return (
    <>
      {open ? <Designer /> : <StartScreen />}
      <Notice />
    </>
  )
}
