import { Drawing } from './drawing.ts'
import { gapIn, placeFilters, rowsHeight } from './filter-rows.ts'
import { type Layout, type LayoutInput, SIZES as S, widthsOf } from './layout-types.ts'
import { placeListeners } from './place-listeners.ts'
import { placeClusters, placeRoutes } from './place-routes.ts'
import type { ChainCard } from './projection.ts'

/** Between a chain's network filters and its connection manager: room for a label and a wire. */
const STEP = 42
/** For the wires that run round the outside of a column. */
const AROUND = 14

/** Places every card of a projection: columns from left to right, filters running down. Pure: nothing is measured. */
export function layOut(input: LayoutInput): Layout {
  const drawing = new Drawing()
  const { room = 'wide' } = input
  const W = widthsOf(input)
  const listenersX = room === 'wide' ? W.client + W.between : 0
  const chainX = listenersX + W.listener + W.between
  const routesX = chainX + W.chain + W.between + 8
  const below = room === 'tight' || !input.projection.manager
  const clustersX = below ? routesX : routesX + W.route + W.between
  // A gap that opens in one column must not make the others jump.
  const chainHeight = heightOfChain({ ...input, openGap: undefined })
  placeListeners(drawing, input, listenersX, chainHeight)
  const top = topOfChain(drawing, input, chainHeight)
  placeChain(drawing, input, chainX, top)
  const routesEnd = placeRoutes(drawing, input, { x: routesX, top, chainHeight })
  placeClusters(drawing, input, { x: clustersX, top, chainHeight, after: below ? routesEnd : undefined })
  const { nodes, edges, gaps, rects } = drawing
  const columns = drawing.columns.filter((column) => column.length > 0)
  const height = Math.max(...[...rects.values()].map((rect) => rect.y + rect.height))
  return { nodes, edges, gaps, columns, rects, width: clustersX + W.cluster + (room === 'tight' ? AROUND : 0), height }
}

/** The chain stands beside its listener, also where that is far down a long column. */
function topOfChain(drawing: Drawing, { projection }: LayoutInput, chainHeight: number): number {
  const beside = projection.openListener && drawing.rects.get(projection.openListener.id)
  return Math.max(0, (beside?.y ?? 0) - Math.min(chainHeight * 0.4, 160))
}

/** Whether the network filters get a frame of their own: they have company, or one is about to be dropped there. */
function showsNetworkFrame(input: LayoutInput): boolean {
  const { networkFilters, openChain, manager } = input.projection
  if (!openChain) return false
  return networkFilters.length > 0 || !manager || gapIn(openChain.place, input) !== undefined
}

function networkHeight(input: LayoutInput): number {
  const { networkFilters, openChain } = input.projection
  return openChain ? S.header + rowsHeight(networkFilters.length, openChain.place, input) + 16 : 0
}

function managerHeight(input: LayoutInput): number {
  const { manager } = input.projection
  return manager ? S.header + rowsHeight(manager.filters.length, manager.list, input, manager.slots.length) + 16 : 0
}

function heightOfChain(input: LayoutInput): number {
  if (!input.projection.openChain) return 200
  const http = managerHeight(input)
  const network = showsNetworkFrame(input) ? networkHeight(input) : 0
  return network + (network && http ? STEP : 0) + http
}

/** The open chain: its network filters, then the connection manager with its HTTP filters. */
function placeChain(drawing: Drawing, input: LayoutInput, x: number, top: number): void {
  const { openChain, networkFilters, manager, openListener } = input.projection
  const column = drawing.column()
  if (!openChain || !openListener) return
  let y = top
  const framed = showsNetworkFrame(input)
  if (framed) {
    const { id, origin, locked, place } = openChain
    const frame = { x, y, width: widthsOf(input).chain, height: networkHeight(input) }
    drawing.label('network filters', x, y, widthsOf(input).chain)
    drawing.frame(id, frame, {
      title: 'Filter chain',
      detail: detailOf(openChain),
      tone: 'network',
      origin,
      locked,
      down: true,
    })
    column.push(id)
    placeFilters(drawing, input, { cards: networkFilters, list: place, parentId: id, frame, top: S.header + 8, column })
    drawing.wire(openListener.id, id)
    y += frame.height + STEP
  } else if (manager) {
    // With the connection manager alone there is still a gap before it.
    drawing.gaps.push({
      place: { ...openChain.place, index: manager.place.index },
      kind: 'network',
      x,
      y: -6,
      width: widthsOf(input).chain,
    })
  }
  if (!manager) return
  const { id, origin, locked, list, filters, slots, routeName } = manager
  const frame = { x, y, width: widthsOf(input).chain, height: managerHeight(input) }
  const detail = [openChain.title, routeName].filter(Boolean).join(' · ')
  drawing.label('HTTP filters', x, y, widthsOf(input).chain, '↓ request   response ↑')
  drawing.frame(id, frame, { title: 'HTTP connection manager', detail, tone: 'http', origin, locked, down: framed })
  column.push(id)
  placeFilters(drawing, input, { cards: filters, list, parentId: id, frame, top: S.header + 8, slots, column })
  if (framed) drawing.wireDown(openChain.id, id)
  else drawing.wire(openListener.id, id)
}

function detailOf({ title, match }: ChainCard): string {
  return match && match !== title ? `${title} · ${match}` : title
}
