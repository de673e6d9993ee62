import type { Catalogue, CatalogueEntry, FilterKind } from '../../model/catalogue.ts'
import { typeUrlOf } from '../../model/catalogue.ts'
import type { Design } from '../../model/design.ts'
import { shortName } from '../../model/edits/edit.ts'
import { isDisabled } from '../../model/edits/filters.ts'
import { asObject, asObjects, asText, getAt, type JsonObject, type Path } from '../../model/json.ts'
import { idOfPath, pathOfId } from '../../model/locate.ts'
import type { Origin, OriginLookup } from '../../model/origin.ts'
import {
  type ChainPlace,
  chainPath,
  chainsOf,
  connectionManagerOf,
  type FilterList,
  type FilterPlace,
  filterKindOf,
  filterListPath,
  filtersOf,
  isConnectionManager,
  listenerPath,
  routeConfigPath,
} from '../../model/place.ts'
import { chainMatch, chainTitle, clusterTitle, configHint, listenerTitle, routeAction, routeMatch } from './describe.ts'

/** What every object on the canvas has. */
interface Card {
  id: string
  path: Path
  origin: Origin
  /** Istio's own and not unlocked: shown, not edited. */
  locked: boolean
}

export interface FilterCard extends Card {
  place: FilterPlace
  kind: FilterKind
  entry: CatalogueEntry | undefined
  /** Its name in the configuration. */
  name: string
  /** What it is called on the canvas. */
  title: string
  /** What kind of filter it is, where the title does not say, or what it is set to. */
  hint: string
  /** One or two words at the right: `terminal`, `disabled`, `not simulated`. */
  note: string
  terminal: boolean
  disabled: boolean
  /** Clusters that a TCP proxy sends to. */
  clusters: string[]
}

export interface ChainCard extends Card {
  place: ChainPlace
  title: string
  match: string
  /** What it does with a connection: `HTTP`, or where the bytes go. */
  ends: string
}

export interface ListenerCard extends Card {
  index: number
  title: string
  name: string
  filters: FilterCard[]
  chains: ChainCard[]
}

export interface RouteCard extends Card {
  title: string
  match: string
  detail: string
  target: string
  clusters: string[]
}

export interface HostCard extends Card {
  title: string
  domains: string[]
  routes: RouteCard[]
}

export interface ClusterCard extends Card {
  name: string
  title: string
  detail: string
}

/** A ruled line among the HTTP filters: where Istio's phases begin. */
export interface SlotLine {
  /** Before the filter at this index. */
  index: number
  label: 'AUTHN' | 'AUTHZ' | 'STATS'
}

export interface ManagerCard extends Card {
  place: FilterPlace
  list: FilterList
  routeName: string
  filters: FilterCard[]
  slots: SlotLine[]
}

/** What the canvas shows of a design: all listeners and clusters, and one chosen chain with its routes. */
export interface Projection {
  listeners: ListenerCard[]
  openListener: ListenerCard | undefined
  openChain: ChainCard | undefined
  /** The chain's network filters without the connection manager. */
  networkFilters: FilterCard[]
  manager: ManagerCard | undefined
  /** Where the routes come from; undefined when they are not in the document. */
  routeConfig: Path | undefined
  hosts: HostCard[]
  clusters: ClusterCard[]
}

/** Builds cards for a design. `unlocked` ids and plain Envoy designs have no locks. */
export function project(design: Design, catalogue: Catalogue, origin: OriginLookup): Projection {
  const make = new CardMaker(design, catalogue, origin)
  const listeners = design.config.listeners.map((_, index) => make.listener(index))
  const openListener = listeners.find((one) => one.id === design.view?.listener) ?? preferredListener(design, listeners)
  const openChain = openListener && chosenChain(design, openListener)
  const found = openChain && connectionManagerOf(design, openChain.place)
  const manager = openChain && found ? make.manager({ ...openChain.place, index: found.index }) : undefined
  const routeConfig = manager && routeConfigPath(design, manager.place)
  return {
    listeners,
    openListener,
    openChain,
    networkFilters: openChain ? make.filters(openChain.place).filter((one) => one.id !== manager?.id) : [],
    manager,
    routeConfig,
    hosts: routeConfig ? make.hosts(routeConfig) : [],
    clusters: design.config.clusters.map((_, index) => make.cluster(index)),
  }
}

/** What the last filter of a chain makes of its connections. */
function endOf(chain: JsonObject): string {
  const last = asObjects(chain.filters).at(-1)
  if (!last) return 'nothing'
  if (isConnectionManager(last)) return 'HTTP'
  const type = typeUrlOf(last) ?? ''
  return configHint(type, asObject(last.typed_config)) || shortName(asText(last.name) ?? 'filter')
}

/** The listener that is shown first: the one with the longest HTTP chain, as that is what people come to change. */
function preferredListener(design: Design, listeners: ListenerCard[]): ListenerCard | undefined {
  const length = (one: ListenerCard): number =>
    Math.max(0, ...one.chains.map((chain) => httpFiltersOf(design, chain.place).length))
  return listeners.toSorted((a, b) => length(b) - length(a))[0]
}

function httpFiltersOf(design: Design, chain: ChainPlace): JsonObject[] {
  const found = connectionManagerOf(design, chain)
  return found ? asObjects(asObject(found.filter.typed_config).http_filters) : []
}

function chosenChain(design: Design, listener: ListenerCard): ChainCard | undefined {
  const chosen = listener.chains.find((chain) => chain.id === design.view?.chain)
  return chosen ?? listener.chains.find((chain) => connectionManagerOf(design, chain.place)) ?? listener.chains[0]
}

class CardMaker {
  private readonly design: Design
  private readonly catalogue: Catalogue
  private readonly origin: OriginLookup
  private readonly unlocked: Set<string>

  constructor(design: Design, catalogue: Catalogue, origin: OriginLookup) {
    this.design = design
    this.catalogue = catalogue
    this.origin = origin
    this.unlocked = new Set(design.view?.unlocked)
  }

  private card(path: Path): Card {
    const id = idOfPath(this.design, path)?.id ?? ''
    const origin = this.origin(asObject(getAt(this.design, path)))
    return { id, path, origin, locked: origin !== 'own' && !this.unlocked.has(id) }
  }

  listener(index: number): ListenerCard {
    const message = asObject(this.design.config.listeners[index])
    const chains = chainsOf(this.design, index).map(({ place, chain }) => ({
      ...this.card(chainPath(place)),
      place,
      title: chainTitle(chain, place.filterChain),
      match: place.filterChain === 'default' ? 'when no other chain matches' : chainMatch(chain),
      ends: endOf(chain),
    }))
    return {
      ...this.card(listenerPath(index)),
      index,
      title: listenerTitle(message),
      name: asText(message.name) ?? '',
      filters: this.filters({ listener: index }),
      chains,
    }
  }

  filters(list: FilterList): FilterCard[] {
    return filtersOf(this.design, list).map((filter, index) => this.filter(filter, { ...list, index }))
  }

  private filter(filter: JsonObject, place: FilterPlace): FilterCard {
    const kind = filterKindOf(place)
    const entry =
      this.catalogue.find(filter, kind) ?? (kind === 'listener' ? this.catalogue.find(filter, 'udp') : undefined)
    const card = this.card([...filterListPath(place), place.index])
    const name = asText(filter.name) ?? 'filter'
    const canonical = entry !== undefined && entry.name === name
    const isBase = card.origin !== 'own'
    const type = typeUrlOf(filter) ?? ''
    const config = asObject(filter.typed_config)
    const disabled = isDisabled(filter)
    const terminal = entry?.terminal === true
    const setTo = configHint(type, asText(config.type_url) ? asObject(config.value) : config)
    return {
      ...card,
      place,
      kind,
      entry,
      name,
      title: canonical && !isBase ? entry.title : shortName(name),
      hint: [canonical || isBase ? '' : (entry?.title ?? 'unknown type'), setTo].filter(Boolean).join(' · '),
      note: this.note(filter, entry, disabled, terminal),
      terminal,
      disabled,
      clusters: type.endsWith('.TcpProxy') ? tcpClusters(config) : [],
    }
  }

  private note(filter: JsonObject, entry: CatalogueEntry | undefined, disabled: boolean, terminal: boolean): string {
    if (disabled) return 'disabled'
    if (filter.config_discovery) return 'discovered'
    if (terminal) return 'terminal'
    if (!entry) return 'opaque'
    return entry.modelled === 'none' ? 'not simulated' : ''
  }

  manager(place: FilterPlace): ManagerCard {
    const list: FilterList = { listener: place.listener, filterChain: place.filterChain, networkFilter: place.index }
    const path = [...filterListPath(place), place.index]
    const config = asObject(getAt(this.design, [...path, 'typed_config']))
    const filters = this.filters(list)
    return {
      ...this.card(path),
      place,
      list,
      routeName: asText(asObject(config.rds).route_config_name) ?? asText(asObject(config.route_config).name) ?? '',
      filters,
      slots: slotLines(filters),
    }
  }

  hosts(routeConfig: Path): HostCard[] {
    return asObjects(getAt(this.design, [...routeConfig, 'virtual_hosts'])).map((host, index) => {
      const path = [...routeConfig, 'virtual_hosts', index]
      const domains = Array.isArray(host.domains) ? host.domains.map(String) : []
      const make = (): RouteCard[] =>
        asObjects(host.routes).map((route, at) => this.route(route, [...path, 'routes', at], at))
      // Of thousands of hosts the routes of one are shown: the others' are not made.
      let routes: RouteCard[] | undefined
      return {
        ...this.card(path),
        title: asText(host.name) ?? `host ${index + 1}`,
        domains,
        get routes() {
          routes ??= make()
          return routes
        },
      }
    })
  }

  private route(route: JsonObject, path: Path, index: number): RouteCard {
    const match = routeMatch(route)
    return { ...this.card(path), title: asText(route.name) ?? `route ${index + 1}`, match, ...routeAction(route) }
  }

  cluster(index: number): ClusterCard {
    const cluster = asObject(this.design.config.clusters[index])
    const name = asText(cluster.name) ?? `cluster ${index + 1}`
    return {
      ...this.card(['config', 'clusters', index]),
      name,
      title: clusterTitle(name),
      detail: this.clusterDetail(cluster),
    }
  }

  private clusterDetail(cluster: JsonObject): string {
    const stub = this.design.upstreams[asText(cluster.name) ?? '']
    const type =
      asText(cluster.type) ?? (cluster.cluster_type ? String(asObject(cluster.cluster_type).name ?? '') : 'STATIC')
    if (stub === undefined) return type
    if (stub === 'down') return `${type} · down`
    return Array.isArray(stub)
      ? `${type} · answers ${stub.map((one) => one.status ?? 200).join(', ')}`
      : `${type} · bytes`
  }
}

function tcpClusters(config: JsonObject): string[] {
  const weighted = asObjects(asObject(config.weighted_clusters).clusters).map((one) => asText(one.name))
  return [asText(config.cluster), ...weighted].filter((name) => name !== undefined)
}

const FIRST = /^istio\.metadata_exchange$|peer_metadata|^connect_authority$/
const AUTHN = /jwt_authn|istio_authn/
const AUTHZ = /\.rbac|ext_authz/
const LATER = /grpc_stats|grpc_web|istio\.alpn|\.fault$|\.cors$|istio\.stats|\.router$/

/**
 * Where Istio's phases begin among the HTTP filters that istiod generates: TrafficExtension's AUTHN goes before Istio's
 * authentication, AUTHZ before its authorization, STATS before its statistics. Drawn only for chains that istiod made.
 */
function slotLines(filters: readonly FilterCard[]): SlotLine[] {
  const istio = (pattern: RegExp) => (card: FilterCard) => card.origin !== 'own' && pattern.test(card.name)
  const stats = filters.findIndex(istio(LATER))
  if (stats < 0 || !filters.some(istio(/istio\.stats/))) return []
  const afterFirst = filters.findLastIndex((card, index) => index < stats && istio(FIRST)(card)) + 1
  const authn = filters.findLastIndex((card, index) => index < stats && istio(AUTHN)(card))
  const firstAuthz = filters.findIndex((card, index) => index < stats && istio(AUTHZ)(card))
  const authz = firstAuthz >= 0 ? firstAuthz : authn >= 0 ? authn + 1 : stats
  return [
    { index: afterFirst, label: 'AUTHN' },
    { index: Math.max(authz, afterFirst), label: 'AUTHZ' },
    { index: stats, label: 'STATS' },
  ]
}

/** Any card of the projection, by id. */
export function findCard(projection: Projection, id: string): Card | undefined {
  const { listeners, networkFilters, manager, hosts, clusters } = projection
  const all: Card[] = [
    ...listeners.flatMap((one) => [one, ...one.filters, ...one.chains]),
    ...networkFilters,
    ...(manager ? [manager, ...manager.filters] : []),
    ...hosts,
    ...hosts.filter((host) => id.startsWith(`${host.id}/`)).flatMap((host) => host.routes),
    ...clusters,
  ]
  return all.find((card) => card.id === id)
}

/** Whether an object of the design may be edited without unlocking it first. */
export function isLocked(design: Design, id: string, origin: OriginLookup): boolean {
  const path = pathOfId(design, id)
  if (!path) return false
  return origin(asObject(getAt(design, path))) !== 'own' && !design.view?.unlocked?.includes(id)
}
