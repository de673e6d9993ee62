import { isOutbound } from '../apply/listeners.ts'
import { httpConnectionManager } from '../apply/types.ts'
import { equal, isObject, type JsonObject, objectAt, objectsAt, stableText, stringAt } from '../message/json.ts'
import type { PatchContext, ProxyConfig, ProxyIdentity } from './types.ts'

/** A listener that both proxies have, or only one of them. */
export interface ListenerPair {
  name: string
  context: PatchContext
  before?: JsonObject
  after?: JsonObject
}

/** A filter chain of a listener that both have. */
export interface ChainPair {
  context: PatchContext
  /** The listener and the chain as EnvoyFilter matches see them: those of the base. */
  listener: JsonObject
  before?: JsonObject
  after?: JsonObject
  place: string
  /** True when route patches can make the routes inside its connection manager what is wanted. */
  routesApart?: boolean
}

/** The context in which istiod patches this listener. */
export function contextOf(listener: JsonObject, proxy: ProxyIdentity): PatchContext {
  if (proxy.kind === 'gateway') return 'GATEWAY'
  if (proxy.kind === 'waypoint') return 'SIDECAR_INBOUND'
  return isOutbound(listener) ? 'SIDECAR_OUTBOUND' : 'SIDECAR_INBOUND'
}

/** The listeners of both proxies by name, those of the base first. */
export function pairListeners(base: ProxyConfig, desired: ProxyConfig, proxy: ProxyIdentity): ListenerPair[] {
  const after = new Map(desired.listeners.map((listener) => [stringAt(listener, 'name'), listener]))
  const pairs = base.listeners.map((before): ListenerPair => {
    const name = stringAt(before, 'name')
    const pair = { name, context: contextOf(before, proxy), before, after: after.get(name) }
    after.delete(name)
    return pair
  })
  const added = [...after].map(([name, listener]) => ({ name, context: contextOf(listener, proxy), after: listener }))
  return [...pairs, ...added]
}

/** Every chain of the listeners that both proxies have; the default chain comes last. */
export function pairChains(listeners: ListenerPair[]): ChainPair[] {
  const chains = listeners.flatMap((pair) => {
    const { before, after } = pair
    return before && after ? chainsOfPair(pair.context, before, after) : []
  })
  for (const chain of chains) chain.routesApart = canPatchRoutes(chain, chains)
  return chains
}

/**
 * Route patches name a route configuration, so they reach every chain that has it: all of these must want the same.
 * HBONE's own routes are out of their reach.
 */
function canPatchRoutes(chain: ChainPair, all: ChainPair[]): boolean {
  const routes = (side: JsonObject | undefined) => objectAt(managerOf(side)?.config, 'route_config')
  const [before, after] = [routes(chain.before), routes(chain.after)]
  if (!before || !after || stringAt(chain.listener, 'name').startsWith('connect_')) return false
  return all.every((other) => {
    const own = routes(other.before)
    const same = own && other.context === chain.context && stringAt(own, 'name') === stringAt(before, 'name')
    return !same || (equal(own, before) && equal(routes(other.after), after))
  })
}

function chainsOfPair(context: PatchContext, listener: JsonObject, after: JsonObject): ChainPair[] {
  const name = stringAt(listener, 'name')
  const own = objectsAt(listener, 'filter_chains')
  const wanted = objectsAt(after, 'filter_chains')
  const pairs: ChainPair[] = []
  const partners = own.length === wanted.length ? own.map((_, i) => wanted[i]) : byIdentity(own, wanted)
  for (const [index, before] of own.entries()) {
    pairs.push({ context, listener, before, after: partners[index], place: placeOf(name, before, index, own) })
  }
  for (const chain of wanted.filter((candidate) => !partners.includes(candidate))) {
    pairs.push({ context, listener, after: chain, place: placeOf(name, chain, wanted.indexOf(chain), wanted) })
  }
  const [fallback, wantedFallback] = [
    objectAt(listener, 'default_filter_chain'),
    objectAt(after, 'default_filter_chain'),
  ]
  if (fallback || wantedFallback) {
    pairs.push({
      context,
      listener,
      before: fallback,
      after: wantedFallback,
      place: `listener ${name} / default chain`,
    })
  }
  return pairs
}

/** Chains are the same when their name and match are. */
function byIdentity(own: JsonObject[], wanted: JsonObject[]): (JsonObject | undefined)[] {
  const key = (chain: JsonObject) => stableText({ name: chain.name ?? '', match: chain.filter_chain_match ?? {} })
  const left = [...wanted]
  return own.map((chain) => {
    const index = left.findIndex((candidate) => key(candidate) === key(chain))
    return index < 0 ? undefined : left.splice(index, 1)[0]
  })
}

function placeOf(listener: string, chain: JsonObject, index: number, all: JsonObject[]): string {
  if (all.length === 1) return `listener ${listener}`
  const name = stringAt(chain, 'name')
  const transport = stringAt(chain, 'filter_chain_match', 'transport_protocol')
  const same = all.filter((other) => stringAt(other, 'name') === name).length > 1
  return `listener ${listener} / chain ${name || index}${same && transport !== '' ? ` (${transport})` : ''}`
}

/** The connection manager's filter in a chain, and its configuration. */
export function managerOf(chain: JsonObject | undefined): { filter: JsonObject; config: JsonObject } | undefined {
  const filter = objectsAt(chain, 'filters').find((entry) => stringAt(entry, 'name') === httpConnectionManager)
  const config = filter?.typed_config
  return filter && isObject(config) ? { filter, config } : undefined
}
