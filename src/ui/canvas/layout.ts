import type { Edge, Node } from '@xyflow/react'
import type { FilterKind } from '../../model/catalogue.ts'
import { type FilterList, type FilterPlace, filterKindOf } from '../../model/place.ts'
import type {
  ChainCard,
  ClusterCard,
  FilterCard,
  HostCard,
  ListenerCard,
  ManagerCard,
  Projection,
  RouteCard,
  SlotLine,
} from './projection.ts'

/** Where a dragged filter may be dropped: a gap in a list, in flow coordinates. */
export interface Gap {
  place: FilterPlace
  kind: 'listener' | 'network' | 'http'
  x: number
  y: number
  width: number
}

export type LabelData = { text: string; right?: string }
export type ClientData = { method: string; source: string }
export type ListenerData = { card: ListenerCard; open: boolean; openChain: string | undefined }
export type PickerData = {
  what: 'listeners' | 'hosts' | 'clusters'
  title: string
  items: PickItem[]
  chosen: string | undefined
}
export type GroupData = {
  title: string
  detail: string
  tone: 'network' | 'http' | 'route'
  id?: string
  origin?: string
  locked?: boolean
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
  | Node<GroupData, 'frame'>
  | Node<FilterData, 'filter'>
  | Node<SlotData, 'slot'>
  | Node<GapData, 'gap'>
  | Node<RouteData, 'route'>
  | Node<ClusterData, 'cluster'>
  | Node<AddData, 'add'>

export interface Layout {
  nodes: CanvasNode[]
  edges: Edge[]
  gaps: Gap[]
  /** Focusable objects, column by column, top to bottom: what the arrow keys walk through. */
  columns: string[][]
  width: number
  height: number
}

export interface LayoutInput {
  projection: Projection
  client: ClientData
  /** The gap that is open, and what would go there. */
  openGap?: { place: FilterPlace; text: string }
  /** The virtual host whose routes are shown when there are too many to show all. */
  openHost?: string
  /** Whether clusters that no shown route leads to are shown too. */
  allClusters?: boolean
}

export const SIZES = {
  client: 88,
  listener: 190,
  chain: 376,
  route: 198,
  cluster: 196,
  between: 36,
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
} as const

/** Beyond these numbers a column becomes a list to pick from. */
export const LIMITS = { listeners: 8, hosts: 4, routes: 12, clusters: 9 } as const

const S = SIZES

/** Places every card of a projection: columns from left to right, filters running down. Pure: no measuring. */
export function layOut(input: LayoutInput): Layout {
  const builder = new Builder(input)
  return builder.build()
}

class Builder {
  private readonly input: LayoutInput
  private readonly nodes: CanvasNode[] = []
  private readonly edges: Edge[] = []
  private readonly gaps: Gap[] = []
  private readonly columns: string[][] = []
  private bottom = 0

  constructor(input: LayoutInput) {
    this.input = input
  }

  build(): Layout {
    const { projection } = this.input
    const left = S.client + S.between
    const chainX = left + S.listener + S.between
    const chainHeight = this.heightOfChain()
    const listenerHeight = this.heightOfListeners()
    const listenersY = centred(listenerHeight, chainHeight)
    const openY = this.listeners(left, listenersY)
    this.client(openY)
    this.chain(chainX)
    const routesX = chainX + S.chain + S.between + 8
    const shown = this.routes(routesX, chainHeight)
    const clustersX = routesX + S.route + S.between
    this.clusters(projection.manager ? clustersX : routesX, chainHeight, shown)
    const lastX = projection.manager ? clustersX : routesX
    return {
      nodes: this.nodes,
      edges: this.edges,
      gaps: this.gaps,
      columns: this.columns.filter((column) => column.length > 0),
      width: lastX + S.cluster,
      height: this.bottom,
    }
  }

  private add(node: CanvasNode, absoluteY = node.position.y): void {
    this.nodes.push({ ...node, draggable: false, selectable: false, focusable: false } as CanvasNode)
    if (node.parentId === undefined) this.bottom = Math.max(this.bottom, absoluteY + (node.height ?? 0))
  }

  private label(text: string, x: number, y: number, width: number, right?: string): void {
    this.add({
      id: `label:${text}`,
      type: 'label',
      position: { x, y: y - S.label },
      width,
      height: 18,
      data: { text, right },
    })
  }

  private edge(source: string, target: string): void {
    this.edges.push({ id: `${source}>${target}`, source, target, focusable: false, selectable: false })
  }

  private client(openY: number): void {
    const height = 62
    const y = openY + 17 - height / 2
    this.label('client', 0, y, S.client)
    this.add({ id: 'client', type: 'client', position: { x: 0, y }, width: S.client, height, data: this.input.client })
    this.columns.unshift(['client'])
    const { openListener } = this.input.projection
    if (openListener) this.edge('client', openListener.id)
  }

  private heightOfListener(card: ListenerCard): number {
    const open = card === this.input.projection.openListener
    if (!open) return S.header + 26
    const filters = Math.max(card.filters.length, 0) * S.listenerFilter
    const gap = this.gapIn({ listener: card.index }) ? S.gap : 0
    return S.header + (filters + gap || 26) + 8 + this.heightOfChainRows(card)
  }

  private heightOfChainRows(card: ListenerCard): number {
    if (card.chains.length < 2) return 0
    const search = card.chains.length > S.chainRows ? 30 : 0
    return 22 + search + Math.min(card.chains.length, S.chainRows) * S.chainRow + 4
  }

  private heightOfListeners(): number {
    const { listeners, openListener } = this.input.projection
    if (listeners.length > LIMITS.listeners) return 300 + (openListener ? this.heightOfListener(openListener) + 12 : 0)
    return listeners.reduce((sum, card) => sum + this.heightOfListener(card) + 12, 0) + 26
  }

  /** Places the listeners; returns where the open one starts. */
  private listeners(x: number, top: number): number {
    const { listeners, openListener } = this.input.projection
    const column: string[] = []
    this.columns.push(column)
    this.label('listeners', x, top, S.listener)
    let y = top
    let openY = top
    const place = (card: ListenerCard): void => {
      if (card === openListener) openY = y
      const height = this.heightOfListener(card)
      this.listener(card, x, y, height, column)
      y += height + 12
    }
    if (listeners.length > LIMITS.listeners) {
      const items = listeners.map((card) => ({ id: card.id, title: card.title, detail: card.name }))
      this.picker('listeners', 'Listeners', items, openListener?.id, { x, y, width: S.listener, height: 288 })
      column.push('picker:listeners')
      y += 300
      if (openListener) place(openListener)
    } else for (const card of listeners) place(card)
    this.add({
      id: 'add:listener',
      type: 'add',
      position: { x, y },
      width: S.listener,
      height: 26,
      data: { text: 'Add listener', add: 'listener' },
    })
    column.push('add:listener')
    return openY
  }

  private listener(card: ListenerCard, x: number, y: number, height: number, column: string[]): void {
    const { openListener, openChain } = this.input.projection
    const open = card === openListener
    this.add({
      id: card.id,
      type: 'listener',
      position: { x, y },
      width: S.listener,
      height,
      data: { card, open, openChain: open ? openChain?.id : undefined },
    })
    column.push(card.id)
    if (!open) return
    const list: FilterList = { listener: card.index }
    this.filterRows(card.filters, list, card.id, { x, y, width: S.listener, top: S.header + 4, inset: 6 }, column)
    if (card.chains.length > 1) column.push(`chains:${card.id}`)
  }

  private gapIn(list: FilterList): FilterPlace | undefined {
    const place = this.input.openGap?.place
    if (!place || place.listener !== list.listener || place.filterChain !== list.filterChain) return undefined
    return place.networkFilter === list.networkFilter ? place : undefined
  }

  private rowHeight(list: FilterList): number {
    return list.filterChain === undefined ? S.listenerFilter : S.row
  }

  /** Filters under one another within a group, with the open gap and Istio's ruled lines between; returns the height. */
  private filterRows(
    cards: readonly FilterCard[],
    list: FilterList,
    parentId: string,
    at: { x: number; y: number; width: number; top: number; inset: number },
    column: string[],
    slots: ManagerCard['slots'] = [],
    indexes = cards.map((card) => card.place.index),
  ): number {
    const open = this.gapIn(list)
    const rowHeight = this.rowHeight(list)
    const gutters = list.filterChain !== undefined
    const gutter = gutters ? 52 : at.inset
    let y = at.top
    let resting = at.top
    const kind = filterKindOf(list)
    const landing = (index: number): void => {
      const place = { ...list, index }
      this.gaps.push({ place, kind, x: at.x + gutter, y: at.y + resting, width: at.width - 2 * gutter })
    }
    const gapAt = (index: number): void => {
      landing(index)
      if (open?.index !== index) return
      const height = S.gap - 4
      const data = { text: this.input.openGap?.text ?? '' }
      const position = { x: gutter, y: y + 1 }
      this.add({ id: 'gap', type: 'gap', parentId, position, width: at.width - 2 * gutter, height, data })
      y += S.gap
    }
    const slotLine = ({ label }: SlotLine): void => {
      const position = { x: gutter, y }
      const width = at.width - 2 * gutter
      this.add({ id: `slot:${label}`, type: 'slot', parentId, position, width, height: S.slot, data: { label } })
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
      const index = indexes[position] as number
      spaceAt(index)
      this.add({
        id: card.id,
        type: 'filter',
        parentId,
        position: { x: gutters ? 4 : at.inset, y },
        width: gutters ? at.width - 8 : at.width - 2 * at.inset,
        height: rowHeight - 4,
        data: { card, position: position + 1, count: cards.length, gutters },
      })
      column.push(card.id)
      y += rowHeight
      resting += rowHeight
    }
    if (!cards.at(-1)?.terminal) gapAt((indexes.at(-1) ?? -1) + 1)
    return y - at.top
  }

  private heightOfRows(cards: readonly FilterCard[], list: FilterList, slots = 0): number {
    return cards.length * this.rowHeight(list) + slots * S.slot + (this.gapIn(list) ? S.gap : 0)
  }

  /** Whether the network filters get a card of their own: they have company, or one is about to be dropped there. */
  private showsNetworkCard(): boolean {
    const { networkFilters, openChain, manager } = this.input.projection
    if (!openChain) return false
    return networkFilters.length > 0 || !manager || this.gapIn(openChain.place) !== undefined
  }

  private heightOfChain(): number {
    const { openChain, networkFilters, manager } = this.input.projection
    if (!openChain) return 200
    const network = this.showsNetworkCard() ? S.header + this.heightOfRows(networkFilters, openChain.place) + 16 : 0
    const http = manager ? S.header + this.heightOfRows(manager.filters, manager.list, manager.slots.length) + 16 : 0
    return network + (network && http ? 18 : 0) + http
  }

  private chain(x: number): void {
    const { openChain, networkFilters, manager, openListener } = this.input.projection
    const column: string[] = []
    this.columns.push(column)
    if (!openChain || !openListener) return
    let y = 0
    let last = openListener.id
    if (this.showsNetworkCard()) {
      const id = openChain.id
      const height = S.header + this.heightOfRows(networkFilters, openChain.place) + 16
      this.label('network filters', x, y, S.chain, manager ? undefined : '↓ to the server')
      const detail = chainDetail(openChain)
      this.group(id, 'Filter chain', detail, 'network', { x, y, width: S.chain, height }, openChain)
      column.push(id)
      const at = { x, y, width: S.chain, top: S.header + 8, inset: 6 }
      this.filterRows(networkFilters, openChain.place, id, at, column)
      this.edge(last, id)
      last = id
      y += height + (manager ? 18 + S.label : 0)
    } else if (manager) {
      const place = { ...openChain.place, index: manager.place.index }
      this.gaps.push({ place, kind: 'network', x, y: -6, width: S.chain })
    }
    if (!manager) return
    const height = S.header + this.heightOfRows(manager.filters, manager.list, manager.slots.length) + 16
    this.label('HTTP filters', x, y, S.chain, '↓ request   response ↑')
    const detail = [openChain.title, manager.routeName].filter(Boolean).join(' · ')
    this.group(manager.id, 'HTTP connection manager', detail, 'http', { x, y, width: S.chain, height }, manager)
    column.push(manager.id)
    const at = { x, y, width: S.chain, top: S.header + 8, inset: 6 }
    this.filterRows(manager.filters, manager.list, manager.id, at, column, manager.slots)
    this.edge(last, manager.id)
  }

  private group(
    id: string,
    title: string,
    detail: string,
    tone: GroupData['tone'],
    at: { x: number; y: number; width: number; height: number },
    card?: { origin: string; locked: boolean; id: string },
  ): void {
    const data = { title, detail, tone, id: card?.id ?? id, origin: card?.origin, locked: card?.locked }
    this.add({ id, type: 'frame', position: { x: at.x, y: at.y }, width: at.width, height: at.height, data })
  }

  private picker(
    what: PickerData['what'],
    title: string,
    items: PickItem[],
    chosen: string | undefined,
    at: { x: number; y: number; width: number; height: number },
  ): void {
    this.add({
      id: `picker:${what}`,
      type: 'picker',
      position: { x: at.x, y: at.y },
      width: at.width,
      height: at.height,
      data: { what, title, items, chosen },
    })
  }

  /** Places virtual hosts and routes; returns the clusters they may send to, in order. */
  private routes(x: number, chainHeight: number): string[] {
    const { manager, hosts, routeConfig } = this.input.projection
    if (!manager) return this.tcpClusters()
    const column: string[] = []
    this.columns.push(column)
    const many = hosts.length > LIMITS.hosts
    const open = hosts.find((host) => host.id === this.input.openHost) ?? hosts[0]
    const shown = many ? (open ? [open] : []) : hosts
    const height = shown.reduce((sum, host) => sum + hostHeight(host) + 12, 26) + (many ? 252 : 0)
    let y = centred(height, chainHeight)
    this.label('routes', x, y, S.route)
    if (many) {
      const items = hosts.map((host) => ({ id: host.id, title: host.title, detail: host.domains.join(', ') }))
      this.picker('hosts', 'Virtual hosts', items, open?.id, { x, y, width: S.route, height: 240 })
      column.push('picker:hosts')
      y += 252
    }
    const clusters: string[] = []
    for (const host of shown) {
      this.host(host, x, y, column, manager.id)
      for (const route of host.routes.slice(0, LIMITS.routes)) clusters.push(...route.clusters)
      y += hostHeight(host) + 12
    }
    const add: AddData = routeConfig ? { text: 'Add virtual host', add: 'host' } : { text: 'Add routes', add: 'routes' }
    this.add({ id: 'add:host', type: 'add', position: { x, y }, width: S.route, height: 26, data: add })
    column.push('add:host')
    return [...new Set(clusters)]
  }

  private host(host: HostCard, x: number, y: number, column: string[], manager: string): void {
    const height = hostHeight(host)
    this.group(host.id, host.title, domainsOf(host), 'route', { x, y, width: S.route, height }, host)
    column.push(host.id)
    const routes = host.routes.slice(0, LIMITS.routes)
    for (const [index, card] of routes.entries()) {
      const position = { x: 6, y: S.header + 4 + index * (S.route1 + 6) }
      this.add({
        id: card.id,
        type: 'route',
        parentId: host.id,
        position,
        width: S.route - 12,
        height: S.route1,
        data: { card, position: index + 1, count: host.routes.length },
      })
      column.push(card.id)
      this.edge(manager, card.id)
    }
    const more = host.routes.length - routes.length
    const text = more > 0 ? `Add route (${more} more not drawn)` : 'Add route'
    const id = `add:route:${host.id}`
    const position = { x: 6, y: height - 32 }
    const data: AddData = { text, add: 'route', of: host.id }
    this.add({ id, type: 'add', parentId: host.id, position, width: S.route - 12, height: 24, data })
    column.push(id)
    if (routes.length === 0) this.edge(manager, host.id)
  }

  private tcpClusters(): string[] {
    const { networkFilters } = this.input.projection
    return networkFilters.flatMap((card) => card.clusters)
  }

  private clusters(x: number, chainHeight: number, wanted: string[]): void {
    const { clusters, hosts, networkFilters, openChain } = this.input.projection
    const column: string[] = []
    this.columns.push(column)
    const reached = clusters.filter((card) => wanted.includes(card.name))
    const rest = clusters.filter((card) => !wanted.includes(card.name))
    const pick = rest.length > 3 && !(clusters.length <= LIMITS.clusters && this.input.allClusters)
    const cards = (pick ? reached : [...reached, ...rest]).slice(0, 40)
    const pickHeight = pick ? Math.min(58 + rest.length * 40, 220) : 0
    const height = cards.length * (S.cluster1 + 8) + pickHeight + 38
    let y = centred(height, chainHeight)
    this.label('clusters', x, y, S.cluster)
    for (const card of cards) {
      this.add({
        id: card.id,
        type: 'cluster',
        position: { x, y },
        width: S.cluster,
        height: S.cluster1,
        data: { card },
      })
      column.push(card.id)
      y += S.cluster1 + 8
    }
    if (pick) {
      const items = rest.map((card) => ({ id: card.id, title: card.title, detail: card.detail }))
      const title = reached.length > 0 ? 'Other clusters' : 'Clusters'
      this.picker('clusters', title, items, undefined, { x, y, width: S.cluster, height: pickHeight })
      column.push('picker:clusters')
      y += pickHeight + 8
    }
    const data: AddData = { text: 'Add cluster', add: 'cluster' }
    this.add({ id: 'add:cluster', type: 'add', position: { x, y }, width: S.cluster, height: 26, data })
    column.push('add:cluster')
    const byName = new Map(cards.map((card) => [card.name, card.id]))
    const link = (from: string, names: readonly string[]): void => {
      for (const name of names) {
        const id = byName.get(name)
        if (id !== undefined) this.edge(from, id)
      }
    }
    const drawn = new Set(this.nodes.map((node) => node.id))
    for (const route of hosts.flatMap((host) => host.routes)) if (drawn.has(route.id)) link(route.id, route.clusters)
    if (!this.input.projection.manager && openChain)
      link(
        openChain.id,
        networkFilters.flatMap((card) => card.clusters),
      )
  }
}

/** The domains, unless they only repeat the name: Istio calls a host by its domain and port. */
function domainsOf(host: HostCard): string {
  const [only] = host.domains
  const same = host.domains.length === 1 && (only === host.title || only === host.title.replace(/:\d+$/, ''))
  return same ? '' : host.domains.join(', ')
}

function hostHeight(host: HostCard): number {
  return S.header + 4 + Math.min(host.routes.length, LIMITS.routes) * (S.route1 + 6) + 34
}

function chainDetail(chain: ChainCard): string {
  return chain.match && chain.match !== chain.title ? `${chain.title} · ${chain.match}` : chain.title
}

/** Where a column starts so that it stands in the middle of the chain, but not too far down to be seen. */
function centred(height: number, chainHeight: number): number {
  return Math.max(0, Math.min((chainHeight - height) / 2, 140))
}

/** The kinds of list that a filter of the palette fits into. */
export function fits(kind: FilterKind): Gap['kind'] {
  return kind === 'udp' ? 'listener' : kind
}

/** The gap nearest to a point in flow coordinates, among those that take this kind; undefined if none is near. */
export function nearestGap(gaps: readonly Gap[], kind: Gap['kind'], x: number, y: number): Gap | undefined {
  let best: Gap | undefined
  let distance = 90
  for (const gap of gaps) {
    if (gap.kind !== kind || x < gap.x - 70 || x > gap.x + gap.width + 70) continue
    const away = Math.abs(gap.y - y)
    if (away < distance) {
      distance = away
      best = gap
    }
  }
  return best
}
