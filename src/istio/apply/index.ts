import { canonicalMessage } from '../message/canonical.ts'
import { copy, isObject, type JsonObject, objectAt, objectsAt, stringAt } from '../message/json.ts'
import { patchClusters } from './clusters.ts'
import { insertExtensions } from './extensions.ts'
import { isOutbound, patchListeners } from './listeners.ts'
import type { ApplyNote } from './notes.ts'
import { collectPatches, wholeNote } from './order.ts'
import { type Resource, readResource } from './resources.ts'
import { patchRouteConfiguration } from './routes.ts'
import {
  type ApplyDeps,
  type ApplyResult,
  httpConnectionManager,
  messageTypes,
  type PatchContext,
  type PatchSet,
  type ProxyConfig,
  type ProxyIdentity,
  type Replay,
} from './types.ts'

export type { ApplyNote } from './notes.ts'
export type { ApplyDeps, ApplyResult, ProxyConfig, ProxyIdentity, ProxyKind } from './types.ts'

/**
 * What istiod 1.31 would send the proxy if the resources existed beside what made `base`: its listeners, routes and
 * clusters in canonical proto3 JSON, and a note for every patch and resource. Resources are Kubernetes objects as
 * parsed from YAML. Nothing given is changed. What istiod's webhook refuses takes no part and is noted as an error.
 */
export function applyResources(
  base: ProxyConfig,
  proxy: ProxyIdentity,
  resources: unknown[],
  deps: ApplyDeps,
): ApplyResult {
  const rootNamespace = deps.rootNamespace ?? 'istio-system'
  const { accepted, notes } = readAll(resources, deps)
  const config = canonicalConfig(base, deps)
  const asked = routeNames(config.listeners)
  const extensions = accepted.filter((resource) => resource.kind !== 'EnvoyFilter')
  notes.push(...insertExtensions(config.listeners, extensions, proxy, rootNamespace))
  const filters = accepted.filter((resource) => resource.kind === 'EnvoyFilter')
  const collected = collectPatches(filters, proxy, deps)
  noteOtherKinds(collected.patches)
  const patched = patchAll(config, proxy, collected.patches, deps)
  patched.routes = routesAskedFor(asked, patched, notes)
  return { ...patched, notes: [...notes, ...collected.notes, ...collected.records.map((record) => record.note())] }
}

/** The names of the route configurations that the proxy's connection managers ask for. */
function routeNames(listeners: JsonObject[]): Set<string> {
  const names = new Set<string>()
  for (const listener of listeners) {
    const fallback = objectAt(listener, 'default_filter_chain')
    for (const chain of [...objectsAt(listener, 'filter_chains'), ...(fallback ? [fallback] : [])]) {
      for (const filter of objectsAt(chain, 'filters')) {
        const name = stringAt(filter, 'typed_config', 'rds', 'route_config_name')
        if (name !== '') names.add(name)
      }
    }
  }
  return names
}

/** Envoy asks for routes by name: what no listener names any more is not sent, what is named anew istiod has to make. */
function routesAskedFor(before: Set<string>, { listeners, routes }: ProxyConfig, notes: ApplyNote[]): JsonObject[] {
  const after = routeNames(listeners)
  const known = new Set(routes.map((configuration) => stringAt(configuration, 'name')))
  for (const name of after) {
    if (before.has(name) || known.has(name)) continue
    const message = 'not modelled: a listener now asks for these routes, which istiod makes from the services it knows'
    notes.push(wholeNote(`route configuration ${name}`, message))
  }
  return routes.filter((configuration) => {
    const name = stringAt(configuration, 'name')
    return !before.has(name) || after.has(name)
  })
}

/** A proxy's messages in the form in which they can be compared; what the descriptors do not know stays as it is. */
export function canonicalConfig(config: ProxyConfig, deps: ApplyDeps): ProxyConfig {
  const all = (messages: JsonObject[] | undefined, type: string) =>
    (messages ?? []).map((message) => {
      const canonical = canonicalMessage(deps.registry, type, message, { mode: 'keep' })
      if (!isObject(canonical)) return {}
      // A dump has each message in an Any.
      const { '@type': _, ...fields } = copy(canonical)
      return fields
    })
  return {
    listeners: all(config.listeners, messageTypes.LISTENER as string),
    routes: all(config.routes, messageTypes.ROUTE_CONFIGURATION as string),
    clusters: all(config.clusters, messageTypes.CLUSTER as string),
    endpoints: config.endpoints ?? [],
  }
}

function readAll(resources: unknown[], deps: ApplyDeps): { accepted: Resource[]; notes: ApplyNote[] } {
  const accepted: Resource[] = []
  const notes: ApplyNote[] = []
  for (const document of resources) {
    const read = readResource(deps.registry, document)
    if ('refused' in read) {
      notes.push(wholeNote(read.label, `istiod's webhook refuses it: ${read.refused}`, 'error'))
    } else if ('notModelled' in read) {
      notes.push(wholeNote(read.label, `not modelled: ${read.notModelled}`))
    } else {
      accepted.push(read.resource)
      notes.push(...read.warnings.map((warning) => wholeNote(read.resource.label, warning)))
    }
  }
  return { accepted: lastOfEach(accepted, notes), notes }
}

/** Of two resources with one name the later is applied over the earlier, as kubectl does. */
function lastOfEach(resources: Resource[], notes: ApplyNote[]): Resource[] {
  return resources.filter((resource, index) => {
    const replaced = resources.slice(index + 1).some((later) => later.label === resource.label)
    if (replaced) notes.push(wholeNote(resource.label, 'changed nothing: a later resource has the same name'))
    return !replaced
  })
}

/** Patches whose effect is outside of listeners, routes and clusters say so. */
function noteOtherKinds(patches: PatchSet): void {
  for (const patch of patches.get('EXTENSION_CONFIG') ?? []) {
    patch.record.skip('not shown: an extension config is sent by ECDS when a filter asks for it by name', 'info')
  }
  for (const patch of patches.get('BOOTSTRAP') ?? []) {
    patch.record.skip(
      'not shown: a bootstrap patch takes effect when the proxy starts, and not in what it is sent',
      'info',
    )
  }
}

function patchAll(config: ProxyConfig, proxy: ProxyIdentity, patches: PatchSet, deps: ApplyDeps): ProxyConfig {
  const replay = (context: PatchContext): Replay => ({ registry: deps.registry, patches, context })
  const listeners = config.listeners
  if (proxy.kind === 'gateway') {
    return {
      listeners: patchListeners(replay('GATEWAY'), listeners, false),
      routes: patchRoutes(config.routes, replay('GATEWAY')),
      clusters: patchOutboundClusters(replay('GATEWAY'), config.clusters, []),
    }
  }
  const inbound = replay('SIDECAR_INBOUND')
  const outbound = replay('SIDECAR_OUTBOUND')
  if (proxy.kind === 'waypoint') {
    patchInlineRoutes(listeners, inbound)
    return {
      listeners: [...patchListeners(outbound, [], false), ...patchListeners(inbound, listeners, false)],
      routes: patchRoutes(config.routes, outbound),
      clusters: unique(patchWaypointClusters(config.clusters, inbound, outbound)),
    }
  }
  return { ...patchSidecarListeners(listeners, inbound, outbound), ...patchSidecarRest(config, inbound, outbound) }
}

/** Of a waypoint's clusters only those to other services are patched, and only inbound ones are added. */
function patchWaypointClusters(clusters: JsonObject[], inbound: Replay, outbound: Replay): JsonObject[] {
  const isOutbound = (cluster: JsonObject) => stringAt(cluster, 'name').startsWith('outbound|')
  const own = clusters.filter((cluster) => !isOutbound(cluster))
  return [...patchClusters(outbound, clusters.filter(isOutbound), false), ...own, ...patchClusters(inbound, [], true)]
}

/** istiod patches a sidecar's listeners in four groups; only the two larger ones can be added to. */
function patchSidecarListeners(
  listeners: JsonObject[],
  inbound: Replay,
  outbound: Replay,
): Pick<ProxyConfig, 'listeners'> {
  const isVirtual = (listener: JsonObject) => stringAt(listener, 'name') === 'virtualOutbound'
  const own = listeners.filter((listener) => isOutbound(listener) && !isVirtual(listener))
  const incoming = listeners.filter((listener) => !isOutbound(listener))
  patchInlineRoutes(incoming, inbound)
  const virtualOutbound = patchListeners(outbound, listeners.filter(isVirtual), true)
  const patchedInbound = patchListeners(inbound, incoming, false)
  return { listeners: [...patchListeners(outbound, own, false), ...virtualOutbound, ...patchedInbound] }
}

function patchSidecarRest(
  config: ProxyConfig,
  inbound: Replay,
  outbound: Replay,
): Pick<ProxyConfig, 'routes' | 'clusters'> {
  const isInbound = (cluster: JsonObject) => /^inbound\||^InboundPassthroughCluster/.test(stringAt(cluster, 'name'))
  const own = config.clusters.filter((cluster) => !isInbound(cluster))
  return {
    routes: patchRoutes(config.routes, outbound),
    clusters: patchOutboundClusters(outbound, own, patchClusters(inbound, config.clusters.filter(isInbound))),
  }
}

function patchRoutes(routes: JsonObject[], replay: Replay): JsonObject[] {
  for (const configuration of routes) patchRouteConfiguration(replay, configuration)
  return routes
}

/** Inbound routes stand in the connection manager itself; istiod patches them before it builds the listener. */
function patchInlineRoutes(listeners: JsonObject[], replay: Replay): void {
  for (const listener of listeners) {
    // HBONE's own routes are made without a look at EnvoyFilters.
    if (stringAt(listener, 'name').startsWith('connect_')) continue
    for (const chain of objectsAt(listener, 'filter_chains')) {
      for (const filter of objectsAt(chain, 'filters')) {
        const routes = objectAt(filter, 'typed_config', 'route_config')
        if (!routes || stringAt(filter, 'name') !== httpConnectionManager || hasVirtualService(routes)) continue
        patchRouteConfiguration(replay, routes)
      }
    }
  }
}

/** Routes that a waypoint got from a VirtualService or HTTPRoute are not patched; Istio names their origin. */
function hasVirtualService(routes: JsonObject): boolean {
  return objectsAt(routes, 'virtual_hosts').some((host) =>
    objectsAt(host, 'routes').some((route) => stringAt(route, 'metadata', 'filter_metadata', 'istio', 'config') !== ''),
  )
}

/** Clusters of services are built and sent apart: istiod does not look whether another one has their name. */
function patchOutboundClusters(replay: Replay, clusters: JsonObject[], inbound: JsonObject[]): JsonObject[] {
  const isService = (cluster: JsonObject) => stringAt(cluster, 'name').startsWith('outbound|')
  // Told apart before anything is patched: a patch may rename a cluster.
  const own = clusters.filter((cluster) => !isService(cluster))
  const services = patchClusters(replay, clusters.filter(isService), false)
  const rest = patchClusters(replay, own)
  return [...services, ...unique([...rest, ...inbound])]
}

/** Envoy refuses two clusters of one name; of those that are no service's istiod keeps the first. */
function unique(clusters: JsonObject[]): JsonObject[] {
  const seen = new Set<string>()
  return clusters.filter((cluster) => {
    const name = stringAt(cluster, 'name')
    return !seen.has(name) && seen.add(name)
  })
}
