import type { ReactFlowInstance, Viewport } from '@xyflow/react'
import type { CanvasNode } from './layout.ts'

interface Size {
  width: number
  height: number
}

const MARGIN = 18
const LABELS = 30
/** Below this, text gets too small to read: the canvas is panned rather than shrunk further. */
const SMALLEST = 0.82

/** The view that shows a layout's beginning: all of it if it can be read, else from its upper left corner on. */
export function startViewport(layout: Size, frame: Size): Viewport {
  const fits = Math.min((frame.width - 2 * MARGIN) / layout.width, (frame.height - 2 * MARGIN - LABELS) / layout.height)
  const zoom = Math.max(SMALLEST, Math.min(1, fits))
  const spareX = frame.width - layout.width * zoom
  const spareY = frame.height - layout.height * zoom - LABELS * zoom
  return { zoom, x: Math.max(MARGIN, spareX / 2), y: LABELS * zoom + Math.max(MARGIN / 2, Math.min(spareY / 2, 60)) }
}

/** Pans just so far that an element of the canvas is in view. */
export function revealNode<N extends CanvasNode>(
  flow:
    | ReactFlowInstance<N>
    | { getViewport(): Viewport; setViewport(viewport: Viewport, options?: { duration: number }): Promise<boolean> },
  frame: Size & { domNode: HTMLDivElement | null },
  element: HTMLElement,
): void {
  const box = element.getBoundingClientRect()
  const outer = frame.domNode?.getBoundingClientRect()
  if (!outer || outer.width === 0) return
  const dx = shift(box.left, box.right, outer.left + MARGIN, outer.right - MARGIN)
  const dy = shift(box.top, box.bottom, outer.top + MARGIN + 20, outer.bottom - MARGIN)
  if (dx === 0 && dy === 0) return
  const { x, y, zoom } = flow.getViewport()
  void flow.setViewport({ x: x + dx, y: y + dy, zoom }, { duration: 120 })
}

function shift(start: number, end: number, low: number, high: number): number {
  if (start < low || end - start > high - low) return low - start
  return end > high ? high - end : 0
}
