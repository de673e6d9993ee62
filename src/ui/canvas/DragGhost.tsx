import { useStore } from 'zustand'
import { useServices } from '../context.ts'
import classes from './DragGhost.module.css'

/** What is being dragged, under the pointer; it covers the page, so that nothing else reacts to the pointer. */
export function DragGhost() {
  const { drag } = useServices()
  const { dragged, label, kind, x, y, over } = useStore(drag)
  if (!dragged) return null
  return (
    <div className={classes.cover} data-over={over !== undefined || undefined}>
      <div className={classes.ghost} data-kind={kind} style={{ transform: `translate(${x + 10}px, ${y + 8}px)` }}>
        {label}
      </div>
    </div>
  )
}
