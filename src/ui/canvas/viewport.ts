import type { Viewport } from '@xyflow/react'
import type { Rect, Room } from './layout-types.ts'

interface Size {
  width: number
  height: number
}

const MARGIN = 18
const LABELS = 30
/** Below this, text gets too small to read: the canvas is panned rather than shrunk further. */
const SMALLEST = 0.82

/** On a large screen everything may grow a little. */
const LARGEST = 1.2

/** How the columns share a canvas of this width, so that they all are in it and can be read. */
export function roomOf(width: number): Room {
  if (width >= 1024) return 'wide'
  return width >= 812 ? 'snug' : 'tight'
}

/** The view that shows a layout's beginning: all of it if it can be read, else from its upper left corner on. */
export function startViewport(layout: Size, frame: Size): Viewport {
  const fits = Math.min((frame.width - 2 * MARGIN) / layout.width, (frame.height - 2 * MARGIN - LABELS) / layout.height)
  const zoom = Math.max(SMALLEST, Math.min(LARGEST, fits))
  const spareX = frame.width - layout.width * zoom
  const spareY = frame.height - layout.height * zoom - LABELS * zoom
  return { zoom, x: Math.max(MARGIN, spareX / 2), y: LABELS * zoom + Math.max(MARGIN / 2, Math.min(spareY / 2, 60)) }
}

/** The view moved just so far that a part of the layout is in it; the same view if it is already. */
export function reveal(view: Viewport, rect: Rect, frame: Size): Viewport {
  const { x, y, zoom } = view
  const left = rect.x * zoom + x
  const top = rect.y * zoom + y
  const dx = shift(left, left + rect.width * zoom, MARGIN, frame.width - MARGIN)
  const dy = shift(top, top + rect.height * zoom, MARGIN + 20, frame.height - MARGIN)
  return dx === 0 && dy === 0 ? view : { x: x + dx, y: y + dy, zoom }
}

function shift(start: number, end: number, low: number, high: number): number {
  if (start < low || end - start > high - low) return low - start
  return end > high ? high - end : 0
}
