import { useReactFlow, useStore, useStoreApi, type Viewport } from '@xyflow/react'
import { useCallback, useEffect, useRef, useState } from 'react'
import type { Layout, Rect, Room } from './layout-types.ts'
import { reveal, roomOf, startViewport } from './viewport.ts'

/** How long the canvas keeps a width before the columns follow: no card may move between the clicks of a double click. */
const SETTLED = 300

/** How the columns share the canvas: at once when it is first seen, later once its width has settled. */
export function useRoom(): Room {
  const width = useStore((state) => state.width)
  const [settled, setSettled] = useState(0)
  useEffect(() => {
    if (width === 0) return
    if (settled === 0) {
      setSettled(width)
      return
    }
    const timer = setTimeout(() => setSettled(width), SETTLED)
    return () => clearTimeout(timer)
  }, [width, settled])
  return roomOf(settled || width || Number.POSITIVE_INFINITY)
}

/**
 * Shows the beginning of a design when it is opened, and all of it again when the canvas gets wider or narrower and
 * nobody has moved the view meanwhile. Returns what shows the beginning again, and what a move by the user calls.
 */
export function useStartView(
  id: string | undefined,
  layout: Layout | undefined,
  room: Room,
  selection: string | undefined,
): { show(): void; onMove(event: unknown): void } {
  const flow = useReactFlow()
  const flowStore = useStoreApi()
  const width = useStore((state) => state.width)
  const seen = useRef<string | undefined>(undefined)
  const moved = useRef(false)
  const latest = useRef({ layout, selection })
  latest.current = { layout, selection }

  const put = useCallback(
    (keep: Rect | undefined, duration: number) => {
      const { width, height } = flowStore.getState()
      const { layout: now } = latest.current
      if (!now || width === 0) return
      const view: Viewport = startViewport(now, { width, height })
      moved.current = false
      void flow.setViewport(keep ? reveal(view, keep, { width, height }) : view, { duration })
    },
    [flow, flowStore],
  )
  const show = useCallback(() => put(undefined, 0), [put])
  const ready = layout !== undefined
  useEffect(() => {
    if (seen.current === id || !ready) return
    const settle = (): void => {
      if (flowStore.getState().width === 0) return
      seen.current = id
      stop()
      show()
    }
    const stop = flowStore.subscribe(settle)
    settle()
    return stop
  }, [id, ready, show, flowStore])

  // biome-ignore lint/correctness/useExhaustiveDependencies: the view follows the width and what came of it.
  useEffect(() => {
    if (seen.current === undefined) return
    const timer = setTimeout(() => {
      const { layout: now, selection: chosen } = latest.current
      if (!moved.current) put(chosen === undefined ? undefined : now?.rects.get(chosen), 140)
    }, SETTLED)
    return () => clearTimeout(timer)
  }, [width, room, put])

  // Moves of the app's own come without an event.
  const onMove = useCallback((event: unknown) => {
    if (event) moved.current = true
  }, [])
  return { show, onMove }
}
