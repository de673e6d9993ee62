import type { Edge, Node } from '@xyflow/react'
import type { FilterPlace } from '../../model/place.ts'
import type { ClusterCard, FilterCard, ListenerCard, Projection, RouteCard } from './projection.ts'

/** Where a dragged filter may be dropped: a gap in a list, in flow coordinates. */
export interface Gap {
  place: FilterPlace
  kind: 'listener' | 'network' | 'http'
  x: number
  y: number
  width: number
}

export type LabelData = { text: string; right?: string }
export type ClientData = { method: string; source: string; above?: boolean }
export type ListenerData = { card: ListenerCard; open: boolean; openChain: string | undefined; gap: boolean }
export type PickerData = {
  rows: number
  what: 'listeners' | 'hosts' | 'clusters'
  title: string
  items: PickItem[]
  chosen: string | undefined
}
export type FrameData = {
  title: string
  detail: string
  tone: 'network' | 'http' | 'route'
  origin: string
  locked: boolean
  /** It has a wire from above or to below. */
  down?: boolean
}
export type FilterData = { card: FilterCard; position: number; count: number; gutters: boolean }
export type SlotData = { label: string }
export type GapData = { text: string }
export type RouteData = { card: RouteCard; position: number; count: number }
export type ClusterData = { card: ClusterCard }
export type AddData = { text: string; add: 'listener' | 'host' | 'route' | 'cluster' | 'routes'; of?: string }
export interface PickItem {
  id: string
  title: string
  detail: string
}

export type CanvasNode =
  | Node<LabelData, 'label'>
  | Node<ClientData, 'client'>
  | Node<ListenerData, 'listener'>
  | Node<PickerData, 'picker'>
  | Node<FrameData, 'frame'>
  | Node<FilterData, 'filter'>
  | Node<SlotData, 'slot'>
  | Node<GapData, 'gap'>
  | Node<RouteData, 'route'>
  | Node<ClusterData, 'cluster'>
  | Node<AddData, 'add'>

export interface Rect {
  x: number
  y: number
  width: number
  height: number
}

export interface Layout {
  nodes: CanvasNode[]
  edges: Edge[]
  gaps: Gap[]
  /** Focusable objects, column by column, top to bottom: what the arrow keys walk through. */
  columns: string[][]
  /** Where each node stands, in flow coordinates. */
  rects: ReadonlyMap<string, Rect>
  width: number
  height: number
}

export interface LayoutInput {
  projection: Projection
  client: ClientData
  /** The gap that is open, and what would go there. */
  openGap?: { place: FilterPlace; text: string }
  /** How much room there is for the columns; plenty unless given. */
  room?: Room
  /** The virtual host whose routes are shown when there are too many to show all. */
  openHost?: string
}

/**
 * How the columns share the width: `wide` gives each its own, `snug` puts the client above the listeners, `tight` the
 * clusters below the routes as well.
 */
export type Room = 'wide' | 'snug' | 'tight'

/** Widths of the columns and of what is between them. */
export interface Widths {
  client: number
  listener: number
  chain: number
  route: number
  cluster: number
  between: number
}

const NARROW: Widths = { client: 168, listener: 168, chain: 344, route: 178, cluster: 176, between: 28 }

const WIDTHS: Record<Room, Widths> = {
  wide: { client: 88, listener: 190, chain: 376, route: 198, cluster: 196, between: 36 },
  snug: NARROW,
  tight: { ...NARROW, cluster: NARROW.route },
}

export function widthsOf({ room = 'wide' }: LayoutInput): Widths {
  return WIDTHS[room]
}

export const SIZES = {
  header: 34,
  row: 37,
  slot: 17,
  gap: 24,
  listenerFilter: 33,
  chainRow: 38,
  chainRows: 6,
  label: 24,
  route1: 78,
  cluster1: 54,
  pickRow: 40,
  below: 12,
} as const

/** Beyond these numbers a column becomes a list to pick from. */
export const LIMITS = { listeners: 8, hosts: 4, routes: 12, clusters: 40, others: 3 } as const
