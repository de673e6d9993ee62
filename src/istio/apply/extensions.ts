import { isObject, type JsonObject, numberAt, objectAt, objectsAt, stringAt } from '../message/json.ts'
import { type Extension, extensionOf, inOrderOfCreation } from './extension.ts'
import type { ApplyNote } from './notes.ts'
import { wholeNote } from './order.ts'
import type { Resource } from './resources.ts'
import { type WaypointService, whyNotAttached, whyNotVisible } from './select.ts'
import { httpSlots, networkSlots, phases, type Slots } from './slots.ts'
import { httpConnectionManager, type ProxyIdentity } from './types.ts'

/** A filter chain as istiod sees it when it asks which extensions belong into it. */
export interface ChainInfo {
  /** How it carries traffic: a gateway and a sidecar's outbound side are clients, the inbound side is the server. */
  mode: 'CLIENT' | 'SERVER'
  /** The port that `match.ports` is compared with; 0 when istiod knows none. */
  port: number
  services: WaypointService[]
  place: string
}

/**
 * Puts the filters of TrafficExtensions and WasmPlugins into the proxy's chains, in place, where istiod builds them:
 * by phase, then priority (higher first), then age. Returns a note for each resource.
 */
export function insertExtensions(
  listeners: JsonObject[],
  resources: Resource[],
  proxy: ProxyIdentity,
  rootNamespace: string,
): ApplyNote[] {
  const extensions = byNamespace(inOrderOfCreation(resources), proxy, rootNamespace).map(extensionOf)
  const places = new Map<Extension, string[]>(extensions.map((extension) => [extension, []]))
  const misses = new Map<Extension, string>()
  for (const listener of listeners) {
    // istiod looks network extensions up once for all connection managers of a port, and the first takes them.
    let taken = false
    for (const chain of chainsOf(listener)) {
      const info = describeChain(listener, chain, proxy)
      if (!info) continue
      const fitting = extensions.filter((extension) => {
        const why = whyNotInChain(extension, info, proxy, rootNamespace)
        if (why) misses.set(extension, why)
        return !why
      })
      const shared = info.mode === 'CLIENT' && hasManager(chain)
      if (shared && taken) removeNetwork(fitting, misses, info)
      taken ||= shared
      insertInto(chain, fitting, proxy, (extension) => places.get(extension)?.push(info.place))
    }
  }
  return extensions.map((extension) => noteOf(extension, places.get(extension) ?? [], misses.get(extension)))
}

function hasManager(chain: JsonObject): boolean {
  return objectsAt(chain, 'filters').some((filter) => stringAt(filter, 'name') === httpConnectionManager)
}

function removeNetwork(fitting: Extension[], misses: Map<Extension, string>, info: ChainInfo): void {
  for (const extension of fitting.filter(({ level }) => level === 'network')) {
    fitting.splice(fitting.indexOf(extension), 1)
    misses.set(extension, `${info.place} is not the first chain of its listener`)
  }
}

/** istiod looks through the proxy's own namespace first, then the root namespace, then those of a waypoint's services. */
function byNamespace(resources: Resource[], proxy: ProxyIdentity, rootNamespace: string): Resource[] {
  const rank = ({ namespace }: Resource) => (namespace === proxy.namespace ? 0 : namespace === rootNamespace ? 1 : 2)
  return resources.toSorted((a, b) => rank(a) - rank(b))
}

function noteOf(extension: Extension, places: string[], why: string | undefined): ApplyNote {
  if (places.length === 0) {
    return wholeNote(extension.label, `changed nothing: ${why ?? 'the proxy has no chain for it'}`)
  }
  const content = extension.wasm ? '; its configuration travels by ECDS, outside the listeners' : ''
  return {
    resource: extension.label,
    severity: 'info',
    matched: places.length,
    changed: places,
    message: `inserted ${extension.filterName} (phase ${extension.phase})${content}`,
  }
}

function chainsOf(listener: JsonObject): JsonObject[] {
  const fallback = objectAt(listener, 'default_filter_chain')
  return [...objectsAt(listener, 'filter_chains'), ...(fallback ? [fallback] : [])]
}

/** Chains that istiod builds without asking for extensions: what catches the rest, and HBONE's plumbing. */
function isPlumbing(listener: JsonObject, chain: JsonObject): boolean {
  const [name, listenerName] = [stringAt(chain, 'name'), stringAt(listener, 'name')]
  if (name.endsWith('-blackhole') || name === 'PassthroughFilterChain' || listenerName === 'virtualOutbound')
    return true
  return /^(inner_|outer_)?connect_(terminate|originate)$/.test(listenerName)
}

/** The chain as istiod sees it, or undefined when it asks for no extensions there. */
export function describeChain(listener: JsonObject, chain: JsonObject, proxy: ProxyIdentity): ChainInfo | undefined {
  if (isPlumbing(listener, chain)) return undefined
  const name = stringAt(chain, 'name')
  const label = name === '' ? '' : ` / chain ${name}`
  const place = `listener ${stringAt(listener, 'name')}${label}`
  const services: WaypointService[] = []
  if (proxy.kind === 'waypoint') {
    const [service, namespace] = (name.split('|')[3] ?? '').split('.')
    if (service && namespace) services.push({ name: service, namespace })
    return { mode: 'SERVER', port: 0, services, place }
  }
  const inbound = proxy.kind === 'sidecar' && stringAt(listener, 'traffic_direction') === 'INBOUND'
  const port = inbound
    ? numberAt(chain, 'filter_chain_match', 'destination_port')
    : numberAt(listener, 'address', 'socket_address', 'port_value')
  return { mode: inbound ? 'SERVER' : 'CLIENT', port, services, place }
}

function whyNotInChain(
  extension: Extension,
  info: ChainInfo,
  proxy: ProxyIdentity,
  rootNamespace: string,
): string | undefined {
  const { resource } = extension
  const why =
    whyNotVisible(resource, proxy, rootNamespace, info.services) ??
    whyNotAttached(resource, proxy, rootNamespace, info.services)
  if (why || extension.matches.length === 0) return why
  const fits = extension.matches.some(
    (match) =>
      (match.mode === 'BOTH' || match.mode === info.mode) &&
      (match.ports.length === 0 || (info.port !== 0 && match.ports.includes(info.port))),
  )
  return fits ? undefined : `its match does not fit ${info.place} (${info.mode}, port ${info.port || 'unknown'})`
}

function insertInto(
  chain: JsonObject,
  extensions: Extension[],
  proxy: ProxyIdentity,
  inserted: (extension: Extension) => void,
): void {
  const filters = objectsAt(chain, 'filters')
  const manager = filters.find((filter) => stringAt(filter, 'name') === httpConnectionManager)
  const config = manager && objectAt(manager, 'typed_config')
  const http = extensions.filter((extension) => extension.level === 'http')
  if (config && http.length > 0) {
    const before = objectsAt(config, 'http_filters')
    config.http_filters = fill(before, httpSlots(before, proxy.kind === 'waypoint'), http, inserted)
  }
  const network = extensions.filter((extension) => extension.level === 'network')
  if (network.length > 0 && !(proxy.kind === 'waypoint' && config)) {
    chain.filters = fill(filters, networkSlots(filters), network, inserted)
  }
}

/** The chain with every extension in its phase's slot. */
function fill(
  filters: JsonObject[],
  slots: Slots,
  extensions: Extension[],
  inserted: (extension: Extension) => void,
): JsonObject[] {
  const out: JsonObject[] = []
  for (let index = 0; index <= filters.length; index++) {
    for (const phase of phases) {
      if (slots[phase] !== index) continue
      const own = extensions.filter((extension) => extension.phase === phase)
      // A stable sort: among equals the older resource stays first.
      for (const extension of own.toSorted((a, b) => b.priority - a.priority)) {
        out.push(structuredClone(extension.filter))
        inserted(extension)
      }
    }
    const filter = filters[index]
    if (isObject(filter)) out.push(filter)
  }
  return out
}
