import { messageTypes } from '../apply/types.ts'
import { copy, equal, type JsonObject, objectsAt, stringAt } from '../message/json.ts'
import { mergePatch } from './merge-patch.ts'
import { type ChainPair, managerOf } from './pairs.ts'
import type { ConfigPatch, ExportContext, PatchContext } from './types.ts'

/** A route configuration of both proxies, wherever it stands. */
interface RoutesPair {
  context: PatchContext
  place: string
  before: JsonObject
  after: JsonObject
}

/** Patches for the route configurations that both proxies have, sent apart or inside a connection manager. */
export function routePatches(chains: ChainPair[], context: ExportContext): ConfigPatch[] {
  const seen = new Set<string>()
  return [...sentApart(context), ...inline(chains)].flatMap((pair) => {
    const patches = equal(pair.before, pair.after) ? [] : configurationPatches(pair, context)
    // Inbound chains of one port hold the same routes: what is said once reaches each of them.
    return patches.filter((patch) => {
      const text = JSON.stringify(patch)
      return !seen.has(text) && seen.add(text)
    })
  })
}

function sentApart({ base, desired, proxy, notes }: ExportContext): RoutesPair[] {
  const context: PatchContext = proxy.kind === 'gateway' ? 'GATEWAY' : 'SIDECAR_OUTBOUND'
  const known = new Map(base.routes.map((routes) => [stringAt(routes, 'name'), routes]))
  const pairs: RoutesPair[] = []
  for (const after of desired.routes) {
    const name = stringAt(after, 'name')
    const before = known.get(name)
    known.delete(name)
    const place = `route configuration ${name}`
    if (before) pairs.push({ context, place, before, after })
    else notes.push({ severity: 'error', place, message: 'no Istio resource adds a route configuration; not exported' })
  }
  for (const name of known.keys()) {
    notes.push({
      severity: 'error',
      place: `route configuration ${name}`,
      message: 'no Istio resource removes a route configuration; not exported',
    })
  }
  return pairs
}

function inline(chains: ChainPair[]): RoutesPair[] {
  return chains.flatMap(({ before, after, context, place, routesApart }): RoutesPair[] => {
    if (!routesApart) return []
    const [own, wanted] = [managerOf(before)?.config.route_config, managerOf(after)?.config.route_config]
    if (!own || !wanted) return []
    return [{ context, place: `${place} / routes`, before: own as JsonObject, after: wanted as JsonObject }]
  })
}

function configurationPatches(pair: RoutesPair, context: ExportContext): ConfigPatch[] {
  const { before, after } = pair
  const name = stringAt(before, 'name')
  const match = { context: pair.context, routeConfiguration: { name } }
  const patches: ConfigPatch[] = []
  const wanted = { ...after }
  if (before.virtual_hosts === undefined) delete wanted.virtual_hosts
  else wanted.virtual_hosts = before.virtual_hosts
  if (!equal(before, wanted)) {
    const value = mergePatch(context.deps.registry, messageTypes.ROUTE_CONFIGURATION as string, before, wanted)
    if (value) patches.push({ applyTo: 'ROUTE_CONFIGURATION', match, patch: { operation: 'MERGE', value } })
    else
      context.notes.push({
        severity: 'error',
        place: pair.place,
        message: 'its own fields can only be merged, and no merge makes them what is wanted; not exported',
      })
  }
  return [...patches, ...hostPatches(pair, context)]
}

function hostPatches(pair: RoutesPair, context: ExportContext): ConfigPatch[] {
  const routes = stringAt(pair.before, 'name')
  const left = new Map(objectsAt(pair.after, 'virtual_hosts').map((host) => [stringAt(host, 'name'), host]))
  const patches: ConfigPatch[] = []
  for (const before of objectsAt(pair.before, 'virtual_hosts')) {
    const name = stringAt(before, 'name')
    const after = left.get(name)
    left.delete(name)
    const match = { context: pair.context, routeConfiguration: { name: routes, vhost: { name } } }
    if (!after) patches.push({ applyTo: 'VIRTUAL_HOST', match, patch: { operation: 'REMOVE' } })
    else if (!equal(before, after)) patches.push(...changedHost(pair, before, after, match, context))
  }
  for (const host of left.values()) {
    const match = { context: pair.context, routeConfiguration: { name: routes } }
    patches.push({ applyTo: 'VIRTUAL_HOST', match, patch: { operation: 'ADD', value: copy(host) } })
  }
  return patches
}

function changedHost(
  pair: RoutesPair,
  before: JsonObject,
  after: JsonObject,
  match: JsonObject,
  context: ExportContext,
): ConfigPatch[] {
  const own = { ...after, routes: before.routes ?? [] }
  if (before.routes === undefined) delete (own as JsonObject).routes
  const value = equal(before, own)
    ? {}
    : mergePatch(context.deps.registry, messageTypes.VIRTUAL_HOST as string, before, own)
  const routes = value && changedRoutes(objectsAt(before, 'routes'), objectsAt(after, 'routes'), match, context)
  if (!value || !routes) {
    context.notes.push({
      severity: 'warning',
      place: `${pair.place} / virtual host ${stringAt(before, 'name')}`,
      message: "no merge makes it what is wanted: it is replaced as a whole, and no longer follows Istio's own routes",
    })
    return [{ applyTo: 'VIRTUAL_HOST', match, patch: { operation: 'REPLACE', value: copy(after) } }]
  }
  const merge: ConfigPatch[] =
    Object.keys(value).length > 0 ? [{ applyTo: 'VIRTUAL_HOST', match, patch: { operation: 'MERGE', value } }] : []
  return [...merge, ...routes]
}

/** Patches for the routes of one virtual host, or undefined when patches cannot express the change. */
function changedRoutes(
  before: JsonObject[],
  after: JsonObject[],
  match: JsonObject,
  context: ExportContext,
): ConfigPatch[] | undefined {
  const patches: ConfigPatch[] = []
  const name = (route: JsonObject | undefined) => stringAt(route, 'name')
  const counts = new Map<string, number>()
  for (const route of [...before, ...after]) counts.set(name(route), (counts.get(name(route)) ?? 0) + 1)
  let next = 0
  const inserted: JsonObject[] = []
  const flush = (anchor: JsonObject | undefined): boolean => {
    if (inserted.length === 0) return true
    const unique = anchor && name(anchor) !== '' && before.filter((route) => name(route) === name(anchor)).length === 1
    if (anchor && !unique && anchor !== before[0]) return false
    // Without a route to stand before, INSERT_BEFORE puts first, so the last comes first.
    const run = anchor && !unique ? inserted.toReversed() : inserted
    for (const value of run) {
      const operation = anchor ? 'INSERT_BEFORE' : 'ADD'
      const where = unique ? withRoute(match, name(anchor)) : match
      patches.push({ applyTo: 'HTTP_ROUTE', match: where, patch: { operation, value: copy(value) } })
    }
    inserted.length = 0
    return true
  }
  for (const route of after) {
    const own = before[next]
    const same = own !== undefined && name(own) === name(route) && (name(own) !== '' || before.length === after.length)
    if (!same) {
      if (before.some((other) => name(other) !== '' && name(other) === name(route))) return undefined
      inserted.push(route)
      continue
    }
    next++
    if (!flush(own)) return undefined
    if (equal(own, route)) continue
    const value = mergePatch(context.deps.registry, messageTypes.HTTP_ROUTE as string, own, route)
    const alone = before.length === 1
    if (!value || (!alone && (name(own) === '' || (counts.get(name(own)) ?? 0) > 2))) return undefined
    const where = name(own) === '' ? match : withRoute(match, name(own))
    patches.push({ applyTo: 'HTTP_ROUTE', match: where, patch: { operation: 'MERGE', value } })
  }
  return next === before.length && flush(undefined) ? patches : undefined
}

function withRoute(match: JsonObject, name: string): JsonObject {
  const configuration = match.routeConfiguration as JsonObject
  const host = configuration.vhost as JsonObject
  return { ...match, routeConfiguration: { ...configuration, vhost: { ...host, route: { name } } } }
}
