import { type FilterList, type FilterPlace, filterKindOf } from '../../model/place.ts'
import type { Drawing } from './drawing.ts'
import { type LayoutInput, type Rect, SIZES as S } from './layout-types.ts'
import type { FilterCard, SlotLine } from './projection.ts'

/** The open gap, if it is in this list. */
export function gapIn(list: FilterList, { openGap }: LayoutInput): FilterPlace | undefined {
  const place = openGap?.place
  if (!place || place.listener !== list.listener || place.filterChain !== list.filterChain) return undefined
  return place.networkFilter === list.networkFilter ? place : undefined
}

function rowHeight(list: FilterList): number {
  return list.filterChain === undefined ? S.listenerFilter : S.row
}

/** The height of a list of filters with its ruled lines and open gap. */
export function rowsHeight(count: number, list: FilterList, input: LayoutInput, slots = 0): number {
  return count * rowHeight(list) + slots * S.slot + (gapIn(list, input) ? S.gap : 0)
}

interface RowsOptions {
  cards: readonly FilterCard[]
  list: FilterList
  /** The frame that they stand in, where it is, and how far below its top they begin. */
  parentId: string
  frame: Rect
  top: number
  slots?: readonly SlotLine[]
  column: string[]
}

/** Places filters under one another in their frame, with Istio's ruled lines and the open gap between them. */
export function placeFilters(drawing: Drawing, input: LayoutInput, options: RowsOptions): void {
  const { cards, list, parentId, frame, column, slots = [] } = options
  const open = gapIn(list, input)
  const height = rowHeight(list)
  const gutters = list.filterChain !== undefined
  const inset = gutters ? 52 : 6
  const width = frame.width - 2 * inset
  let y = options.top
  // Where things stand without the open gap: the pointer is compared with these, so that an opening gap never runs away.
  let resting = options.top

  const landing = (index: number): void => {
    const place = { ...list, index }
    drawing.gaps.push({ place, kind: filterKindOf(list), x: frame.x + inset, y: frame.y + resting, width })
  }
  const gapAt = (index: number): void => {
    landing(index)
    if (open?.index !== index) return
    const data = { text: input.openGap?.text ?? '' }
    drawing.add({ id: 'gap', type: 'gap', parentId, position: { x: inset, y: y + 1 }, width, height: S.gap - 4, data })
    y += S.gap
  }
  const slotLine = ({ label }: SlotLine): void => {
    drawing.add({
      id: `slot:${label}`,
      type: 'slot',
      parentId,
      position: { x: inset, y },
      width,
      height: S.slot,
      data: { label },
    })
    y += S.slot
    resting += S.slot
  }
  // What is inserted where AUTHN begins stands in it; the lines of later phases move down before it.
  const spaceAt = (index: number): void => {
    const here = slots.filter((slot) => slot.index === index)
    const first = here.filter((slot) => slot.label === 'AUTHN')
    if (first.length > 0) landing(index)
    for (const slot of first) slotLine(slot)
    gapAt(index)
    for (const slot of here) if (!first.includes(slot)) slotLine(slot)
    if (here.length > first.length) landing(index)
  }

  for (const [position, card] of cards.entries()) {
    spaceAt(card.place.index)
    drawing.add({
      id: card.id,
      type: 'filter',
      parentId,
      position: { x: gutters ? 4 : inset, y },
      width: gutters ? frame.width - 8 : width,
      height: height - 4,
      data: { card, position: position + 1, count: cards.length, gutters },
    })
    column.push(card.id)
    y += height
    resting += height
  }
  const last = cards.at(-1)
  if (!last?.terminal) gapAt((last?.place.index ?? -1) + 1)
}
