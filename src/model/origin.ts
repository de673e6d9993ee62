import type { EnvoyConfig } from './design.ts'
import { asObject, asObjects, isObject, type JsonObject, sameJson } from './json.ts'

/** Whose an object is: as the base has it, the base's but edited, or not in the base at all. */
export type Origin = 'base' | 'edited' | 'own'

/** Tells the origin of a listener, chain, filter, route configuration, virtual host, route or cluster of a design. */
export type OriginLookup = (object: JsonObject) => Origin

/** What holds what: the members that are lists of further objects, from each object on. */
interface Shape {
  lists: Record<string, Shape>
  /** Members that are one object, by the path to it. */
  singles?: Record<string, Shape>
}

const leaf: Shape = { lists: {} }
const virtualHost: Shape = { lists: { routes: leaf } }
const routeConfig: Shape = { lists: { virtual_hosts: virtualHost } }
const manager: Shape = { lists: { http_filters: leaf }, singles: { route_config: routeConfig } }
const networkFilter: Shape = { lists: {}, singles: { typed_config: manager } }
const chain: Shape = { lists: { filters: networkFilter } }
const listener: Shape = {
  lists: { listener_filters: leaf, filter_chains: chain },
  singles: { default_filter_chain: chain },
}
const root: Shape = { lists: { listeners: listener, routes: routeConfig, clusters: leaf } }

/**
 * Compares a design's configuration with its base. An object is paired with the base's equal one, else with the first
 * free one of its name, wherever in the list each stands: a filter that was only moved is still the base's. Without a
 * base everything is the user's own.
 */
export function originsOf(config: EnvoyConfig, base: EnvoyConfig | undefined): OriginLookup {
  const origins = new WeakMap<JsonObject, Origin>()
  if (base) compare(config as JsonObject, base as JsonObject, root, origins)
  return (object) => origins.get(object) ?? 'own'
}

function compare(object: JsonObject, base: JsonObject, shape: Shape, origins: WeakMap<JsonObject, Origin>): void {
  origins.set(object, sameJson(ownPart(object, shape), ownPart(base, shape)) ? 'base' : 'edited')
  for (const [member, inner] of Object.entries(shape.lists)) {
    for (const [one, other] of pair(asObjects(object[member]), asObjects(base[member])))
      compare(one, other, inner, origins)
  }
  for (const [member, inner] of Object.entries(shape.singles ?? {})) {
    const one = object[member]
    const other = base[member]
    if (!isObject(one) || !isObject(other)) continue
    compare(one, other, inner, origins)
    // A filter is edited when the config in it is; what stands in the lists inside counts for itself.
    if (member === 'typed_config' && origins.get(one) === 'edited') origins.set(object, 'edited')
  }
}

function ownPart(object: JsonObject, shape: Shape): JsonObject {
  const inner = new Set([...Object.keys(shape.lists), ...Object.keys(shape.singles ?? {})])
  return Object.fromEntries(
    Object.entries(object).filter(([key, value]) => !inner.has(key) || typeof value !== 'object'),
  )
}

function pair(list: JsonObject[], base: JsonObject[]): [JsonObject, JsonObject][] {
  // By name first: comparing every pair of a thousand clusters would take seconds.
  const free = new Map<unknown, JsonObject[]>()
  for (const other of base) {
    const named = free.get(other.name)
    if (named) named.push(other)
    else free.set(other.name, [other])
  }
  const pairs: [JsonObject, JsonObject][] = []
  const take = (one: JsonObject, fits: (other: JsonObject) => boolean): boolean => {
    const named = free.get(one.name) ?? []
    const index = named.findIndex(fits)
    const [other] = index < 0 ? [] : named.splice(index, 1)
    if (other) pairs.push([one, other])
    return other !== undefined
  }
  const left = list.filter((one) => !take(one, (other) => sameJson(one, other)))
  for (const one of left) take(one, (other) => sameIdentity(one, other))
  return pairs
}

/** Names identify, but chains and routes often have none: then what they match does. */
function sameIdentity(one: JsonObject, other: JsonObject): boolean {
  if (isObject(one.filter_chain_match) || isObject(other.filter_chain_match)) {
    return sameJson(asObject(one.filter_chain_match), asObject(other.filter_chain_match))
  }
  return one.name !== undefined || one.match === undefined || sameJson(one.match, other.match)
}
