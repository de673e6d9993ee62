import { centred, type Drawing, pickerHeight } from './drawing.ts'
import { gapIn, placeFilters, rowsHeight } from './filter-rows.ts'
import { type LayoutInput, LIMITS, SIZES as S, widthsOf } from './layout-types.ts'
import type { ListenerCard } from './projection.ts'

/** How many listeners show at once in a list of many. */
const ROWS = 6

/** The height of the client's card where it stands above the listeners. */
const CLIENT_LOW = 40

function chainRowsHeight(card: ListenerCard): number {
  if (card.chains.length < 2) return 0
  const search = card.chains.length > S.chainRows ? 30 : 0
  return 22 + search + Math.min(card.chains.length, S.chainRows) * S.chainRow + 4
}

function listenerHeight(card: ListenerCard, input: LayoutInput): number {
  if (card !== input.projection.openListener) return S.header + 26
  const filters = rowsHeight(card.filters.length, { listener: card.index }, input)
  return S.header + (filters || 26) + 8 + chainRowsHeight(card)
}

function columnHeight(input: LayoutInput): number {
  const { listeners, openListener } = input.projection
  const shown = listeners.length > LIMITS.listeners ? [openListener] : listeners
  const cards = shown.reduce((sum, card) => sum + (card ? listenerHeight(card, input) + S.below : 0), 0)
  return cards + 26 + (shown === listeners ? 0 : pickerHeight(listeners.length, ROWS) + S.below)
}

/** Places the client and the listeners. */
export function placeListeners(drawing: Drawing, input: LayoutInput, x: number, chainHeight: number): void {
  const { listeners, openListener } = input.projection
  const column = drawing.column()
  const W = widthsOf(input)
  const stacked = input.room === 'snug' || input.room === 'tight'
  const above = stacked ? CLIENT_LOW + S.below + S.label : 0
  const top = above + centred(columnHeight({ ...input, openGap: undefined }) + above, chainHeight)
  drawing.label('listeners', x, top, W.listener)
  let y = top
  let shown = listeners
  if (listeners.length > LIMITS.listeners) {
    const items = listeners.map((card) => ({ id: card.id, title: card.title, detail: card.name }))
    const at = { x, y, width: W.listener, chosen: openListener?.id, most: ROWS }
    y += drawing.picker('listeners', 'Listeners', items, at) + S.below
    column.push('picker:listeners')
    shown = openListener ? [openListener] : []
  }
  for (const card of shown) {
    const height = listenerHeight(card, input)
    placeListener(drawing, input, card, { x, y, width: W.listener, height }, column)
    y += height + S.below
  }
  const data = { text: 'Add listener', add: 'listener' as const }
  drawing.add({ id: 'add:listener', type: 'add', position: { x, y }, width: W.listener, height: 26, data })
  column.push('add:listener')
  placeClient(drawing, input, top, stacked)
}

function placeListener(
  drawing: Drawing,
  input: LayoutInput,
  card: ListenerCard,
  frame: { x: number; y: number; width: number; height: number },
  column: string[],
): void {
  const { openListener, openChain } = input.projection
  const open = card === openListener
  const data = {
    card,
    open,
    openChain: open ? openChain?.id : undefined,
    gap: gapIn({ listener: card.index }, input) !== undefined,
  }
  drawing.add({
    id: card.id,
    type: 'listener',
    position: { x: frame.x, y: frame.y },
    width: frame.width,
    height: frame.height,
    data,
  })
  column.push(card.id)
  if (!open) return
  const list = { listener: card.index }
  placeFilters(drawing, input, { cards: card.filters, list, parentId: card.id, frame, top: S.header + 4, column })
  if (card.chains.length > 1) column.push(`chains:${card.id}`)
}

/** The client stands beside the listener that it reaches, or above them all where the columns are close. */
function placeClient(drawing: Drawing, input: LayoutInput, top: number, stacked: boolean): void {
  const { openListener } = input.projection
  const { client } = widthsOf(input)
  const beside = openListener && drawing.rects.get(openListener.id)
  const height = stacked ? CLIENT_LOW : 62
  const y = stacked ? top - S.label - S.below - height : (beside?.y ?? top) + 17 - height / 2
  drawing.label('client', 0, y, client)
  const data = { ...input.client, above: stacked }
  drawing.add({ id: 'client', type: 'client', position: { x: 0, y }, width: client, height, data })
  drawing.column(true).push('client')
  if (!openListener) return
  if (stacked) drawing.wireAround('client', openListener.id, 'left')
  else drawing.wire('client', openListener.id)
}
