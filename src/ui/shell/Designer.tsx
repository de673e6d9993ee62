import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import { Group, Panel, Separator } from 'react-resizable-panels'
import { Canvas } from '../canvas/Canvas.tsx'
import { DragGhost } from '../canvas/DragGhost.tsx'
import { focusCard } from '../canvas/keys.ts'
import { useApp, useServices } from '../context.ts'
import { Palette } from '../palette/Palette.tsx'
import { withMantine } from '../with-mantine.tsx'
import classes from './Designer.module.css'
import { FileDrop } from './FileDrop.tsx'
import { handleGlobalKey } from './hotkeys.ts'
import { TopBar } from './TopBar.tsx'

const Dialogs = withMantine(() => import('./dialogs/Dialogs.tsx'))
const CommandPalette = withMantine(() => import('./CommandPalette.tsx'))
const Inspector = withMantine(() => import('../inspector/Inspector.tsx'))
// The run is there from the start: it does without Mantine, which would come with the first load.
const SimulatePanel = lazy(() => import('../simulate/SimulatePanel.tsx'))

/** The main screen: bar, palette, canvas, inspector, run. */
export function Designer() {
  const services = useServices()
  const panels = useApp((state) => state.panels)
  const dialog = useApp((state) => state.dialog)
  const selected = useApp((state) => state.selection !== undefined)
  const [searching, setSearching] = useState(false)
  const [narrow] = useState(() => window.innerWidth < 1200)
  usePaletteGivingWay(narrow && panels.inspector && selected)
  const [low] = useState(() => window.innerHeight < 840)

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => handleGlobalKey(event, services, () => setSearching(true))
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [services])

  return (
    <div className={classes.designer}>
      <TopBar onSearch={() => setSearching(true)} />
      <Group orientation="vertical" className={classes.rows}>
        <Panel id="upper" minSize={180}>
          <Group orientation="horizontal">
            {panels.palette && (
              <>
                <Panel
                  id="palette"
                  defaultSize={narrow ? 204 : 232}
                  minSize={170}
                  maxSize={420}
                  groupResizeBehavior="preserve-pixel-size"
                >
                  <Palette />
                </Panel>
                <Separator className={classes.bar} aria-label="Width of the palette" />
              </>
            )}
            <Panel id="canvas" minSize={260}>
              <Canvas />
            </Panel>
            {panels.inspector && selected && (
              <>
                <Separator className={classes.bar} aria-label="Width of the inspector" />
                <Panel
                  id="inspector"
                  defaultSize={narrow ? 320 : 360}
                  minSize={260}
                  maxSize={900}
                  groupResizeBehavior="preserve-pixel-size"
                >
                  <Suspense fallback={<div className={classes.panel} />}>
                    <Inspector />
                  </Suspense>
                </Panel>
              </>
            )}
          </Group>
        </Panel>
        {panels.simulate && (
          <>
            <Separator className={classes.bar} aria-label="Height of the run" />
            <Panel id="simulate" defaultSize={low ? 236 : 296} minSize={120} groupResizeBehavior="preserve-pixel-size">
              <Suspense fallback={<div className={classes.panel} />}>
                <SimulatePanel />
              </Suspense>
            </Panel>
          </>
        )}
      </Group>
      <DragGhost />
      <FileDrop />
      <Suspense>
        {dialog && <Dialogs />}
        {searching && <CommandPalette onClose={() => setSearching(false)} />}
      </Suspense>
    </div>
  )
}

/**
 * Where the window is narrow the palette gives its place to the inspector, so that the canvas keeps a width that shows
 * every column. It comes back with `/` or Ctrl 1, and by itself once nothing is selected.
 */
function usePaletteGivingWay(away: boolean): void {
  const { store } = useServices()
  const gave = useRef(false)
  useEffect(() => {
    const { panels, togglePanel, selection } = store.getState()
    if (away && panels.palette) {
      const held = document.activeElement?.closest('[aria-label="Filters to add"]')
      gave.current = true
      togglePanel('palette', false)
      if (held && selection !== undefined) requestAnimationFrame(() => focusCard(selection))
    } else if (!away && gave.current) {
      gave.current = false
      togglePanel('palette', true)
    }
  }, [away, store])
}
