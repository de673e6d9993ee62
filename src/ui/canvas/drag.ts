import { createStore, type StoreApi } from 'zustand/vanilla'
import type { CatalogueEntry } from '../../model/catalogue.ts'
import type { FilterPlace } from '../../model/place.ts'
import type { Gap } from './layout-types.ts'

/** What is being dragged: a new filter from the palette, or one that stands in a chain. */
export type Dragged = { entry: CatalogueEntry } | { from: FilterPlace; id: string }

export interface DragState {
  dragged: Dragged | undefined
  label: string
  kind: Gap['kind']
  /** The pointer, in pixels of the page. */
  x: number
  y: number
  /** The gap under the pointer. */
  over: FilterPlace | undefined
}

const resting: DragState = { dragged: undefined, label: '', kind: 'http', x: 0, y: 0, over: undefined }

/** The drag in progress, if any. Apart from the app's state: it changes with every move of the pointer. */
export function createDrag(): StoreApi<DragState> {
  return createStore<DragState>(() => resting)
}

/** How far the pointer moves before a press becomes a drag. */
const THRESHOLD = 4

export interface DragHandlers {
  dragged: Dragged
  label: string
  kind: Gap['kind']
  /** The press ended over a gap. */
  drop(dragged: Dragged, over: FilterPlace): void
}

/**
 * Follows the pointer from a press on: a drag begins once it has moved a little, and ends with the release, Escape, or
 * a lost pointer. Works alike for mouse, pen and touch, which the browser's own drag and drop does not.
 */
export function startDrag(drag: StoreApi<DragState>, press: PointerEvent, handlers: DragHandlers): void {
  if (press.button !== 0) return
  const abort = new AbortController()
  let dragging = false
  const end = (): void => {
    abort.abort()
    if (dragging) drag.setState(resting)
  }
  const move = (event: PointerEvent): void => {
    if (event.pointerId !== press.pointerId) return
    if (!dragging) {
      if (Math.hypot(event.clientX - press.clientX, event.clientY - press.clientY) < THRESHOLD) return
      dragging = true
      window.getSelection()?.removeAllRanges()
      drag.setState({ dragged: handlers.dragged, label: handlers.label, kind: handlers.kind, over: undefined })
    }
    event.preventDefault()
    drag.setState({ x: event.clientX, y: event.clientY })
  }
  const options = { signal: abort.signal }
  window.addEventListener('pointermove', move, options)
  window.addEventListener(
    'pointerup',
    (event) => {
      if (event.pointerId !== press.pointerId) return
      const { over } = drag.getState()
      end()
      if (dragging && over) handlers.drop(handlers.dragged, over)
      if (dragging) swallowClick()
    },
    options,
  )
  window.addEventListener('pointercancel', end, options)
  window.addEventListener('blur', end, options)
  window.addEventListener('keydown', (event) => event.key === 'Escape' && end(), { ...options, capture: true })
}

/** The click that follows the release of a drag is not a click on what lies there. */
function swallowClick(): void {
  const stop = (event: Event): void => {
    event.stopPropagation()
    event.preventDefault()
  }
  window.addEventListener('click', stop, { capture: true, once: true })
  requestAnimationFrame(() => window.removeEventListener('click', stop, { capture: true }))
}
