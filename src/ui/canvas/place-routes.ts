import { centred, type Drawing, pickerHeight } from './drawing.ts'
import { type AddData, type LayoutInput, LIMITS, SIZES as S, widthsOf } from './layout-types.ts'
import type { HostCard } from './projection.ts'

/** How many virtual hosts or clusters show at once in a list of many. */
const ROWS = 5

function hostHeight(host: HostCard): number {
  return S.header + 4 + Math.min(host.routes.length, LIMITS.routes) * (S.route1 + 6) + 34
}

/** The domains, unless they only repeat the name: Istio calls a host by its domain and port. */
function domainsOf(host: HostCard): string {
  const [only] = host.domains
  const same = host.domains.length === 1 && (only === host.title || only === host.title.replace(/:\d+$/, ''))
  return same ? '' : host.domains.join(', ')
}

interface ColumnAt {
  x: number
  /** Where the chain begins, and how high it is. */
  top: number
  chainHeight: number
  /** The end of what stands above it in the same column. */
  after?: number | undefined
}

/** Places virtual hosts and their routes; of many hosts, one to choose. Gives where they end. */
export function placeRoutes(drawing: Drawing, input: LayoutInput, { x, top, chainHeight }: ColumnAt): number {
  const { manager, hosts, routeConfig } = input.projection
  if (!manager) return top
  const W = widthsOf(input)
  const column = drawing.column()
  const many = hosts.length > LIMITS.hosts
  const open = hosts.find((host) => host.id === input.openHost) ?? hosts[0]
  const shown = many ? (open ? [open] : []) : hosts
  const listHeight = many ? pickerHeight(hosts.length, ROWS) + S.below : 0
  const height = shown.reduce((sum, host) => sum + hostHeight(host) + S.below, 26) + listHeight
  let y = top + (input.room === 'tight' ? 0 : centred(height, chainHeight))
  drawing.label('routes', x, y, W.route)
  if (many) {
    const items = hosts.map((host) => ({ id: host.id, title: host.title, detail: host.domains.join(', ') }))
    drawing.picker('hosts', 'Virtual hosts', items, { x, y, width: W.route, chosen: open?.id, most: ROWS })
    column.push('picker:hosts')
    y += listHeight
  }
  for (const host of shown) {
    placeHost(drawing, host, { x, y, width: W.route }, column, manager.id)
    y += hostHeight(host) + S.below
  }
  const data: AddData = routeConfig ? { text: 'Add virtual host', add: 'host' } : { text: 'Add routes', add: 'routes' }
  drawing.add({ id: 'add:host', type: 'add', position: { x, y }, width: W.route, height: 26, data })
  column.push('add:host')
  return y + 26
}

interface HostAt {
  x: number
  y: number
  width: number
}

function placeHost(drawing: Drawing, host: HostCard, at: HostAt, column: string[], manager: string): void {
  const { x, y, width } = at
  const height = hostHeight(host)
  const { title, origin, locked } = host
  drawing.frame(host.id, { x, y, width, height }, { title, detail: domainsOf(host), tone: 'route', origin, locked })
  column.push(host.id)
  const routes = host.routes.slice(0, LIMITS.routes)
  for (const [index, card] of routes.entries()) {
    const position = { x: 6, y: S.header + 4 + index * (S.route1 + 6) }
    const data = { card, position: index + 1, count: host.routes.length }
    drawing.add({
      id: card.id,
      type: 'route',
      parentId: host.id,
      position,
      width: width - 12,
      height: S.route1,
      data,
    })
    column.push(card.id)
    drawing.wire(manager, card.id)
  }
  if (routes.length === 0) drawing.wire(manager, host.id)
  const more = host.routes.length - routes.length
  const data: AddData = { text: more > 0 ? `Add route (${more} more)` : 'Add route', add: 'route', of: host.id }
  const id = `add:route:${host.id}`
  const position = { x: 6, y: height - 32 }
  drawing.add({ id, type: 'add', parentId: host.id, position, width: width - 12, height: 24, data })
  column.push(id)
}

/** Places the clusters that the shown routes (or TCP proxies) lead to, and the others: as cards, or as a list if many. */
export function placeClusters(drawing: Drawing, input: LayoutInput, at: ColumnAt): void {
  const { x, top, chainHeight, after } = at
  const W = widthsOf(input)
  const { clusters, hosts, networkFilters, openChain, manager } = input.projection
  const shown = hosts.filter((host) => drawing.rects.has(host.id))
  const routes = shown.flatMap((host) => host.routes).filter((route) => drawing.rects.has(route.id))
  const wanted = manager ? routes.flatMap((route) => route.clusters) : networkFilters.flatMap((card) => card.clusters)
  const reached = clusters.filter((card) => wanted.includes(card.name)).slice(0, LIMITS.clusters)
  const others = clusters.filter((card) => !reached.includes(card))
  const listed = others.length > LIMITS.others
  const cards = listed ? reached : [...reached, ...others]
  const listHeight = listed ? pickerHeight(others.length, ROWS) + 8 : 0
  const column = drawing.column()
  const middle = top + centred(cards.length * (S.cluster1 + 8) + listHeight + 26, chainHeight)
  let y = after === undefined ? middle : after + S.below + S.label
  drawing.label('clusters', x, y, W.cluster)
  for (const card of cards) {
    drawing.add({
      id: card.id,
      type: 'cluster',
      position: { x, y },
      width: W.cluster,
      height: S.cluster1,
      data: { card },
    })
    column.push(card.id)
    y += S.cluster1 + 8
  }
  if (listed) {
    const items = others.map((card) => ({ id: card.id, title: card.title, detail: card.detail }))
    drawing.picker('clusters', reached.length > 0 ? 'Other clusters' : 'Clusters', items, {
      x,
      y,
      width: W.cluster,
      most: ROWS,
    })
    column.push('picker:clusters')
    y += listHeight
  }
  const data = { text: 'Add cluster', add: 'cluster' as const }
  drawing.add({ id: 'add:cluster', type: 'add', position: { x, y }, width: W.cluster, height: 26, data })
  column.push('add:cluster')

  const ids = new Map(cards.map((card) => [card.name, card.id]))
  const wires = manager
    ? routes.flatMap((route) => route.clusters.map((name) => [route.id, name] as const))
    : wanted.map((name) => [openChain?.id ?? '', name] as const)
  for (const [from, name] of new Map(wires.map((wire) => [wire.join('>'), wire])).values()) {
    const to = ids.get(name)
    if (to === undefined) continue
    if (manager && after !== undefined) drawing.wireAround(from, to, 'right')
    else drawing.wire(from, to)
  }
}
