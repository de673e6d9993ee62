import type { KeyboardEvent } from 'react'
import { getAt } from '../../model/json.ts'
import { kindOfId, pathOfId } from '../../model/locate.ts'
import { filtersOf, placeOfPath } from '../../model/place.ts'
import type { AppActions, AppState } from '../../store/app.ts'
import { focusPalette } from '../palette/focus.ts'
import type { Actions } from './actions.ts'
import type { Layout } from './layout-types.ts'
import type { Projection } from './projection.ts'

interface KeyContext {
  layout: Layout
  projection: Projection
  actions: Actions
  state: AppState & AppActions
}

/** What the focused element stands for: a card's id, or the id of a list or a button. */
export function focusedId(): string | undefined {
  return (document.activeElement as HTMLElement | null)?.closest<HTMLElement>('[data-focus]')?.dataset.focus
}

/** Gives a card the focus, if it is drawn. */
export function focusCard(id: string): void {
  document.querySelector<HTMLElement>(`[data-focus="${CSS.escape(id)}"]`)?.focus({ preventScroll: true })
}

/** Moves the focus (and, on a card, the selection) to an object of the canvas. */
export function focusObject(id: string, state: AppState & AppActions): void {
  focusCard(id)
  const selectable = id === 'client' || (state.design !== undefined && pathOfId(state.design, id) !== undefined)
  if (selectable && state.selection !== id) state.select(id)
}

/** One key press on the canvas. Keys that mean nothing here are left to the browser. */
export function handleCanvasKey(event: KeyboardEvent, context: KeyContext): void {
  const target = event.target as HTMLElement
  if (target.closest('input, textarea, [contenteditable]') || event.ctrlKey || event.metaKey) return
  const act = actionOf(event, target, context)
  if (!act) return
  event.preventDefault()
  event.stopPropagation()
  act()
}

const ARROWS: Record<string, readonly [number, -1 | 0 | 1]> = {
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
}

function actionOf(event: KeyboardEvent, target: HTMLElement, context: KeyContext): (() => void) | undefined {
  const { actions, state } = context
  const [horizontal, vertical] = ARROWS[event.key] ?? [0, 0]
  if (event.altKey) return vertical !== 0 ? () => actions.move(vertical) : undefined
  if (horizontal !== 0 || vertical !== 0) return () => walk(context, horizontal, vertical)
  switch (event.key) {
    case 'Home':
    case 'End':
      return () => toEnd(context, event.key === 'Home')
    case 'Enter':
    case ' ':
      return target.closest('button') ? undefined : () => actions.openObject(focusedId())
    case 'Delete':
    case 'Backspace':
      return () => actions.remove()
    case 'Escape':
      return () => (state.gap ? state.setGap(undefined) : state.select(undefined))
    case 'a':
    case 'b':
      return () => pointGap(context, event.key === 'a')
    case 'd':
      return () => actions.duplicate()
    case 'x':
      return () => actions.toggleDisabled()
    case 'u':
      return () => actions.toggleLock()
    case 'ContextMenu':
      return openMenuAtFocus
    case 'F10':
      return event.shiftKey ? openMenuAtFocus : undefined
  }
  return undefined
}

/** Walks through the columns as they are drawn; sideways to the card nearest in height. */
function walk({ layout, state }: KeyContext, horizontal: number, vertical: number): void {
  const { columns } = layout
  const current = focusedId() ?? state.selection
  const column = columns.findIndex((ids) => current !== undefined && ids.includes(current))
  if (column < 0) {
    const first = columns.find((ids) => ids.some((id) => kindOfId(id) === 'hf')) ?? columns[0]
    const start = first?.find((id) => kindOfId(id) === 'hf') ?? first?.[0]
    if (start !== undefined) focusObject(start, state)
    return
  }
  const ids = columns[column] as string[]
  if (vertical !== 0) {
    const next = ids[ids.indexOf(current as string) + vertical]
    if (next !== undefined) focusObject(next, state)
    return
  }
  const beside = columns[column + horizontal]
  const from = boxOf(current as string)
  if (!beside || !from) return
  const nearest = beside
    .map((id) => ({ id, box: boxOf(id) }))
    .filter(({ box }) => box)
    .sort((a, b) => Math.abs(middle(a.box) - middle(from)) - Math.abs(middle(b.box) - middle(from)))[0]
  if (nearest) focusObject(nearest.id, state)
}

function boxOf(id: string): DOMRect | undefined {
  return document.querySelector(`[data-focus="${CSS.escape(id)}"]`)?.getBoundingClientRect()
}

function middle(box: DOMRect | undefined): number {
  return box ? box.top + Math.min(box.height, 60) / 2 : 0
}

function toEnd({ layout, state }: KeyContext, first: boolean): void {
  const current = focusedId() ?? state.selection
  const column = layout.columns.find((ids) => current !== undefined && ids.includes(current))
  const id = first ? column?.[0] : column?.at(-1)
  if (id !== undefined) focusObject(id, state)
}

/** Points the palette at the gap after (or before) the selected filter, and goes there. */
function pointGap({ state, projection }: KeyContext, after: boolean): void {
  const { design, selection } = state
  if (!design) return
  const path = selection === undefined ? undefined : pathOfId(design, selection)
  const place = path && getAt(design, path) !== undefined ? placeOfPath(path) : undefined
  const chosen = place ?? (projection.manager && { ...projection.manager.list, index: 0 })
  if (!chosen) return
  const count = filtersOf(design, chosen).length
  state.setGap({ ...chosen, index: Math.min(chosen.index + (after && place ? 1 : 0), count) })
  focusPalette(state)
}

/** Opens the menu of the focused card beside it. */
export function openMenuAtFocus(): void {
  const element = document.activeElement as HTMLElement | null
  const box = element?.getBoundingClientRect()
  if (!element || !box) return
  const init = { bubbles: true, cancelable: true, clientX: box.left + Math.min(box.width, 220), clientY: box.bottom }
  element.dispatchEvent(new MouseEvent('contextmenu', init))
}
