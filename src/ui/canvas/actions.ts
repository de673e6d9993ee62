import type { CatalogueEntry } from '../../model/catalogue.ts'
import type { Design } from '../../model/design.ts'
import type { Edit } from '../../model/edits/edit.ts'
import * as filters from '../../model/edits/filters.ts'
import * as resources from '../../model/edits/resources.ts'
import { asObject, getAt, type JsonObject, type Path, setAt } from '../../model/json.ts'
import { idOfPath, kindOfId, pathOfId } from '../../model/locate.ts'
import { originsOf } from '../../model/origin.ts'
import {
  chainsOf,
  connectionManagerOf,
  type FilterList,
  type FilterPlace,
  filterKindOf,
  filterPath,
  filtersOf,
  placeOfPath,
  routeConfigPath,
} from '../../model/place.ts'
import type { Services } from '../context.ts'
import { fits } from './gaps.ts'
import type { AddData } from './layout-types.ts'
import { isLocked } from './projection.ts'

/** What the user can do to the open design, by mouse, key or menu: each goes through one edit of the model. */
export class Actions {
  private readonly services: Services

  constructor(services: Services) {
    this.services = services
  }

  /** The state as it is now. */
  get state() {
    return this.services.store.getState()
  }

  private say(text: string): void {
    this.state.notify({ kind: 'info', text })
  }

  private apply(edit: (design: Design) => Edit): void {
    const { design } = this.state
    if (!design) return
    try {
      this.state.apply(edit(design))
    } catch (error) {
      this.state.notify({ kind: 'error', text: (error as Error).message })
    }
  }

  /** The path of the selected object (or of `id`). */
  private pathOf(id = this.state.selection): Path | undefined {
    const { design } = this.state
    return design && id !== undefined ? pathOfId(design, id) : undefined
  }

  /** Whether an object is Istio's own and still locked; says so if it is. */
  private refuses(id: string | undefined): boolean {
    if (id === undefined || !this.locked(id)) return false
    this.say('This is Istio’s own, locked against accidental edits. Unlock it first: U, or its lock.')
    return true
  }

  /** Whether an object is Istio's own and not unlocked. */
  locked(id: string): boolean {
    const { design, base } = this.state
    return design !== undefined && isLocked(design, id, originsOf(design.config, base))
  }

  /** Locks or unlocks an object of Istio's. */
  toggleLock(id = this.state.selection): void {
    const { design } = this.state
    if (!design || id === undefined || !pathOfId(design, id)) return
    const unlocked = design.view?.unlocked ?? []
    const on = unlocked.includes(id)
    this.state.setView({ unlocked: on ? unlocked.filter((one) => one !== id) : [...unlocked, id] })
  }

  /** Inserts a filter of the catalogue into a gap, by default the one that the palette points to. */
  insert(entry: CatalogueEntry, place = this.gapFor(entry)): void {
    const { design } = this.state
    if (!design) return
    if (!place) {
      this.say(`There is no chain here that takes a ${entry.kind} filter.`)
      return
    }
    const list = filtersOf(design, place)
    const last = list.at(-1)
    const end = last && this.services.catalogue.find(last, filterKindOf(place))
    if (entry.terminal && end?.terminal) {
      this.say(`This chain already ends in ${end.title}; delete that first.`)
      return
    }
    const at = entry.terminal ? { ...place, index: list.length } : place
    const made: JsonObject = entry.typeUrl.endsWith('.HttpConnectionManager')
      ? resources.httpConnectionManager('ingress_http')
      : { name: entry.name, typed_config: entry.defaultConfig }
    this.apply((now) => filters.insertFilter(now, at, made))
    this.state.togglePanel('inspector', true)
  }

  /** Where the palette inserts a filter: the gap that was pointed at, else after the selection, else before the end. */
  gapFor(entry: CatalogueEntry): FilterPlace | undefined {
    const { design, gap, selection } = this.state
    if (!design) return undefined
    const kind = fits(entry.kind)
    if (gap && filterKindOf(gap) === kind) return gap
    const path = selection === undefined ? undefined : pathOfId(design, selection)
    const selected = path && placeOfPath(path)
    if (selected && filterKindOf(selected) === kind) return this.after(design, selected)
    const list = this.listFor(design, kind, path)
    return list && this.after(design, { ...list, index: filtersOf(design, list).length - 1 })
  }

  private after(design: Design, place: FilterPlace): FilterPlace {
    const filter = filtersOf(design, place)[place.index]
    const terminal = filter && this.services.catalogue.find(filter, filterKindOf(place))?.terminal
    return terminal ? place : { ...place, index: place.index + 1 }
  }

  private listFor(design: Design, kind: string, path: Path | undefined): FilterList | undefined {
    const open = this.openChain(design, path)
    if (!open) return undefined
    if (kind === 'listener') return { listener: open.listener }
    if (kind === 'network') return open
    const manager = connectionManagerOf(design, open)
    return manager && { ...open, networkFilter: manager.index }
  }

  /** The chain that is drawn: the one looked at, or the first with a connection manager, as the projection has it. */
  private openChain(design: Design, path: Path | undefined) {
    const inPath = path && placeOfPath(path)
    if (inPath?.filterChain !== undefined) return { listener: inPath.listener, filterChain: inPath.filterChain }
    const { view, config } = design
    const all = config.listeners.flatMap((_, index) => chainsOf(design, index))
    const named = all.find(({ place }) => this.idOfChain(design, place) === view?.chain)
    const inListener = all.filter(
      ({ place }) => idOfPath(design, ['config', 'listeners', place.listener])?.id === view?.listener,
    )
    const some = inListener.length > 0 ? inListener : all
    const chosen = named ?? some.find(({ place }) => connectionManagerOf(design, place)) ?? some[0]
    return chosen?.place
  }

  private idOfChain(design: Design, place: { listener: number; filterChain: number | 'default' }): string | undefined {
    const tail = place.filterChain === 'default' ? ['default_filter_chain'] : ['filter_chains', place.filterChain]
    return idOfPath(design, ['config', 'listeners', place.listener, ...tail])?.id
  }

  /** Drops a dragged filter of a chain into a gap. */
  drop(from: FilterPlace, id: string, to: FilterPlace): void {
    if (this.refuses(id)) return
    this.apply((design) => filters.moveFilter(design, from, to))
  }

  /** Moves the selected filter, route, virtual host or chain one place up (-1) or down (+1) in its list. */
  move(by: -1 | 1, id = this.state.selection): void {
    const { design } = this.state
    const path = this.pathOf(id)
    const index = path?.at(-1)
    if (!design || !path || typeof index !== 'number' || this.refuses(id)) return
    const list = getAt(design, path.slice(0, -1)) as JsonObject[]
    const to = by < 0 ? index - 1 : index + 2
    if (to < 0 || to > list.length) return
    const place = placeOfPath(path)
    if (!place) {
      this.apply((now) => resources.moveObject(now, path, to))
      return
    }
    const kind = filterKindOf(place)
    const passed = list[index + by] as JsonObject
    const own = list[index] as JsonObject
    const ends = [passed, own].find((one) => this.services.catalogue.find(one, kind)?.terminal)
    if (ends) this.say('The filter that ends the chain stays last: nothing after it is ever reached.')
    else this.apply((now) => filters.moveFilter(now, place, { ...place, index: to }))
  }

  /** Copies the selected filter or chain. */
  duplicate(id = this.state.selection): void {
    const path = this.pathOf(id)
    if (!path || id === undefined) return
    const place = placeOfPath(path)
    if (place && ['hf', 'nf', 'lf'].includes(kindOfId(id))) {
      this.apply((design) => filters.duplicateFilter(design, place))
    } else if (['chain', 'default'].includes(kindOfId(id))) {
      const chain = path.at(-1)
      const filterChain = typeof chain === 'number' ? chain : 'default'
      this.apply((design) => resources.duplicateChain(design, { listener: path[2] as number, filterChain }))
    } else this.apply((design) => this.duplicateMessage(design, path))
  }

  private duplicateMessage(design: Design, path: Path): Edit {
    const message = asObject(getAt(design, path))
    switch (kindOfId(idOfPath(design, path)?.id ?? '')) {
      case 'cluster':
        return resources.addCluster(design, message)
      case 'listener':
        return resources.addListener(design, message)
      case 'vhost':
        return resources.addVirtualHost(design, path.slice(0, -2), message)
      default:
        return resources.addRoute(design, path.slice(0, -2), message, (path.at(-1) as number) + 1)
    }
  }

  /** Switches the selected filter off, or on again. */
  toggleDisabled(id = this.state.selection): void {
    const { design } = this.state
    const path = this.pathOf(id)
    const place = path && placeOfPath(path)
    if (!design || !path || !place || this.refuses(id)) return
    if (!filters.canDisable(place)) {
      this.say('Envoy cannot switch a network filter off; delete it (undo brings it back).')
      return
    }
    const filter = asObject(getAt(design, path))
    if (this.services.catalogue.find(filter, filterKindOf(place))?.terminal) {
      this.say('The filter that ends the chain cannot be switched off.')
      return
    }
    this.apply((now) => filters.setFilterDisabled(now, place, !filters.isDisabled(filter)))
  }

  /** Deletes the selected object. */
  remove(id = this.state.selection): void {
    const path = this.pathOf(id)
    if (!path || id === undefined || this.refuses(id)) return
    const place = placeOfPath(path)
    if (place && ['hf', 'nf', 'lf'].includes(kindOfId(id))) this.apply((design) => filters.removeFilter(design, place))
    else this.apply((design) => resources.removeObject(design, path))
  }

  /** Adds a listener, chain, virtual host, route or cluster. */
  add(what: AddData['add'] | 'chain', of?: string): void {
    this.apply((design) => {
      switch (what) {
        case 'listener':
          return resources.addListener(design)
        case 'chain':
          return resources.addChain(design, (this.pathOf(of)?.[2] as number | undefined) ?? 0)
        case 'cluster':
          return resources.addCluster(design)
        case 'route':
          return resources.addRoute(design, this.pathOf(of) ?? [])
        case 'host':
          return this.addHost(design)
        case 'routes':
          return this.addRoutes(design)
      }
    })
    const { selection } = this.state
    if (selection !== undefined && kindOfId(selection) === 'listener')
      this.state.setView({ listener: selection, chain: undefined })
    if (selection !== undefined && kindOfId(selection) === 'chain') this.state.setView({ chain: selection })
  }

  private managerPlace(design: Design): FilterPlace {
    const open = this.openChain(design, undefined)
    const manager = open && connectionManagerOf(design, open)
    if (!open || !manager) throw new Error('This chain has no HTTP connection manager')
    return { ...open, index: manager.index }
  }

  private addHost(design: Design): Edit {
    const path = routeConfigPath(design, this.managerPlace(design))
    if (!path) throw new Error('This connection manager has no routes of its own to add to')
    return resources.addVirtualHost(design, path)
  }

  /** A connection manager whose `rds` names routes that are not in the document gets them there. */
  private addRoutes(design: Design): Edit {
    const place = this.managerPlace(design)
    const manager = filtersOf(design, { listener: place.listener, filterChain: place.filterChain })[place.index]
    const name = asObject(asObject(manager?.typed_config).rds).route_config_name
    if (typeof name === 'string') return resources.addRouteConfig(design, name)
    const path = filterPath(place)
    const routes = { name: 'local_route', virtual_hosts: [{ name: 'all', domains: ['*'], routes: [] }] }
    return {
      design: setAt(design, [...path, 'typed_config', 'route_config'], routes),
      label: 'Add routes',
      select: path,
    }
  }

  /** Shows what is behind an object: a listener's chains, a chain's filters; else its inspector. */
  openObject(id = this.state.selection): void {
    if (id === undefined) return
    const kind = kindOfId(id)
    if (kind === 'listener') this.state.setView({ listener: id, chain: undefined })
    else if (kind === 'chain' || kind === 'default') this.state.setView({ chain: id })
    this.state.togglePanel('inspector', true)
  }
}
