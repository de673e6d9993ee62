import { applyResources, canonicalConfig } from '../apply/index.ts'
import type { ApplyDeps, ProxyConfig, ProxyIdentity } from '../apply/types.ts'
import { named, stepsBetween } from '../message/difference.ts'
import { copy, equal, type JsonObject, objectsAt, stringAt } from '../message/json.ts'
import { clusterPatches } from './clusters.ts'
import { httpFilterPatches, networkFilterPatches } from './filters.ts'
import { filterChainPatches, listenerFilterPatches, listenerPatches } from './listeners.ts'
import { Names, slugOfAll } from './names.ts'
import { findNatives, minorOf, type Native, nativeResource } from './native.ts'
import { managerOf, pairChains, pairListeners } from './pairs.ts'
import { routePatches } from './routes.ts'
import { attachment, envoyFilterTarget } from './targets.ts'
import type { ConfigPatch, ExportContext, ExportedResource, ExportNote, ExportOptions, ExportResult } from './types.ts'
import { resourcesToYaml } from './yaml.ts'

export type { ExportNote, ExportOptions, ExportResult } from './types.ts'

/**
 * The Istio resources that turn what istiod sends a proxy (`base`) into `desired`, as Kubernetes objects and as YAML.
 * They are replayed over the base before they are handed out: whatever they do not bring about is a note of severity
 * `error` that names the place. The same input gives the same text.
 */
export function exportResources(
  base: ProxyConfig,
  desired: ProxyConfig,
  proxy: ProxyIdentity,
  options: ExportOptions,
  deps: ApplyDeps,
): ExportResult {
  const context: ExportContext = {
    base: canonicalConfig(base, deps),
    desired: canonicalConfig(desired, deps),
    proxy,
    deps,
    options: { istio: options.istio ?? '1.31', prefer: options.prefer ?? 'native' },
    notes: [],
  }
  const names = new Names()
  const natives = exportNatives(context, names)
  const exported = [...natives, ...exportEnvoyFilters(context, names, natives)]
  const resources = exported.map(({ resource }) => resource)
  noteRest(resources, context)
  noteVersion(resources, context)
  noteReach(resources, context)
  return { resources, yaml: resourcesToYaml(exported), notes: dedupe(context.notes) }
}

/** The native resources; the desired proxy then names their filters as istiod will. */
function exportNatives(context: ExportContext, names: Names): ExportedResource[] {
  if (context.options.prefer === 'envoyfilter') return []
  const chains = pairChains(pairListeners(context.base, context.desired, context.proxy))
  for (let natives = findNatives(chains, context, names); natives.length > 0; natives = natives.slice(0, -1)) {
    const resources = natives.map((native) => nativeResource(native, context))
    const { listeners } = applyResources(
      context.base,
      context.proxy,
      resources.map(({ resource }) => resource),
      context.deps,
    )
    const renamed = copy(context.desired.listeners)
    for (const native of natives) rename(renamed, native, filterOf(listeners, native))
    if (!keepsOrder(listeners, renamed, natives)) continue
    context.desired = { ...context.desired, listeners: renamed }
    for (const native of natives) noteRenamed(native, context)
    return resources
  }
  return []
}

function filterOf(listeners: JsonObject[], native: Native): JsonObject | undefined {
  for (const filters of allHttpFilters(listeners)) {
    const found = filters.find((filter) => stringAt(filter, 'name') === native.filterName)
    if (found) return found
  }
  return undefined
}

function allHttpFilters(listeners: JsonObject[]): JsonObject[][] {
  return listeners.flatMap((listener) =>
    [...objectsAt(listener, 'filter_chains'), listener.default_filter_chain as JsonObject]
      .map((chain) => managerOf(chain))
      .filter((manager) => manager !== undefined)
      .map((manager) => objectsAt(manager.config, 'http_filters')),
  )
}

function rename(listeners: JsonObject[], native: Native, filter: JsonObject | undefined): void {
  for (const filters of allHttpFilters(listeners)) {
    const own = filters.find((candidate) => equal(candidate, native.filter))
    if (!own || !filter) continue
    for (const key of Object.keys(own)) delete own[key]
    Object.assign(own, copy(filter))
  }
}

/** True when the extensions come in the wanted order, and in the wanted chains, among themselves. */
function keepsOrder(built: JsonObject[], wanted: JsonObject[], natives: Native[]): boolean {
  const names = new Set(natives.map((native) => native.filterName))
  const only = (listeners: JsonObject[]) =>
    listeners.map((listener) => [
      stringAt(listener, 'name'),
      ...allHttpFilters([listener]).map((filters) =>
        filters.map((filter) => stringAt(filter, 'name')).filter((name) => names.has(name)),
      ),
    ])
  const sorted = (listeners: JsonObject[]) =>
    listeners.toSorted((a, b) => (stringAt(a, 'name') < stringAt(b, 'name') ? -1 : 1))
  const known = new Set(built.map((listener) => stringAt(listener, 'name')))
  const shared = wanted.filter((listener) => known.has(stringAt(listener, 'name')))
  return equal(only(sorted(built)), only(sorted(shared)))
}

function noteRenamed(native: Native, { notes }: ExportContext): void {
  notes.push({
    severity: 'info',
    place: `http filter ${stringAt(native.filter, 'name')}`,
    message: `a ${native.kind}: istiod calls its filter ${native.filterName}`,
  })
}

/** One EnvoyFilter for each level, since only patches of one level depend on each other's order. */
function exportEnvoyFilters(context: ExportContext, names: Names, natives: ExportedResource[]): ExportedResource[] {
  const { proxy, deps } = context
  const built = applyResources(
    context.base,
    proxy,
    natives.map(({ resource }) => resource),
    deps,
  )
  const from: ExportContext = { ...context, base: { ...context.base, listeners: built.listeners } }
  const listeners = pairListeners(from.base, from.desired, proxy)
  const chains = pairChains(listeners)
  const parts: [otherwise: string, title: string, patches: ConfigPatch[]][] = [
    ['listeners', "Listeners of their own, and fields of Istio's", listenerPatches(listeners, from)],
    ['listener-filters', 'Listener filters', listenerFilterPatches(listeners)],
    ['filter-chains', 'Filter chains', filterChainPatches(chains, from)],
    [
      'network-filters',
      "Network filters, the connection manager's own fields among them",
      networkFilterPatches(chains, from),
    ],
    ['http-filters', 'HTTP filters', httpFilterPatches(chains, from)],
    ['routes', 'Virtual hosts and routes', routePatches(chains, from)],
    ['clusters', 'Clusters', clusterPatches(from)],
  ]
  return parts
    .filter(([, , patches]) => patches.length > 0)
    .map(([otherwise, title, patches]) => ({
      comment: title,
      patchComments: patches.map(inWords),
      resource: {
        apiVersion: 'networking.istio.io/v1alpha3',
        kind: 'EnvoyFilter',
        metadata: { name: names.take(nameFor(otherwise, patches)), namespace: proxy.namespace },
        spec: { ...envoyFilterTarget(proxy), configPatches: patches as unknown as JsonObject[] },
      },
    }))
}

/** The name of what is added, else of what is changed. */
function nameFor(otherwise: string, patches: ConfigPatch[]): string {
  const added = patches
    .filter(({ patch }) => patch.operation !== 'MERGE')
    .map(({ patch }) => stringAt(patch.value, 'name'))
  const plain = added.filter((name) => name !== '')
  return otherwise === 'routes' || otherwise === 'filter-chains' ? otherwise : slugOfAll(plain, otherwise)
}

/** What a patch does, in a line. */
function inWords({ applyTo, match, patch }: ConfigPatch): string {
  const value = stringAt(patch.value, 'name') || applyTo.toLowerCase().replaceAll('_', ' ')
  const anchor = anchorOf(match)
  switch (patch.operation) {
    case 'INSERT_FIRST':
      return `${value} first`
    case 'INSERT_BEFORE':
      return `${value} before ${anchor}`
    case 'INSERT_AFTER':
      return `${value} after ${anchor}`
    case 'ADD':
      return `${value}, added`
    case 'REMOVE':
      return `without ${anchor}`
    case 'REPLACE':
      return `${anchor}, replaced`
    default:
      return `${anchor}, changed`
  }
}

/** The name of what a match is about: the innermost one it gives. */
function anchorOf(match: JsonObject): string {
  const innermost = [
    ['listener', 'filterChain', 'filter', 'subFilter', 'name'],
    ['listener', 'filterChain', 'filter', 'name'],
    ['listener', 'listenerFilter'],
    ['listener', 'name'],
    ['routeConfiguration', 'vhost', 'route', 'name'],
    ['routeConfiguration', 'vhost', 'name'],
    ['routeConfiguration', 'name'],
    ['cluster', 'name'],
  ]
  const found = innermost.map((path) => stringAt(match, ...path)).find((name) => name !== '')
  return found ?? 'every one of them'
}

/** Replays the resources; what is still different is said, place by place. */
function noteRest(resources: JsonObject[], { base, desired, proxy, deps, notes }: ExportContext): void {
  const result = applyResources(base, proxy, resources, deps)
  for (const note of result.notes) {
    if (note.severity === 'error') notes.push({ severity: 'error', place: note.resource, message: note.message })
    else if (note.severity === 'warning' && note.patch !== undefined) {
      notes.push({ severity: 'warning', place: `${note.resource}, patch ${note.patch}`, message: note.message })
    }
  }
  const steps = stepsBetween(named(result), named(desired))
  for (const step of steps.slice(0, 50)) {
    const verb = { add: 'is missing', remove: 'is left over', replace: 'is different' }[step.op]
    notes.push({ severity: 'error', place: step.path, message: `not reached by the exported resources: it ${verb}` })
  }
  if (steps.length > 50) {
    notes.push({ severity: 'error', place: '/', message: `and ${steps.length - 50} more places that are not reached` })
  }
  // A proxy written down without endpoints, as `apply` prints it, says nothing of them.
  if (desired.endpoints?.length && !equal(base.endpoints ?? [], desired.endpoints)) {
    notes.push({
      severity: 'error',
      place: 'endpoints',
      message: 'endpoints come from services; no resource sets them',
    })
  }
}

function noteVersion(resources: JsonObject[], { options, proxy, notes }: ExportContext): void {
  const minor = minorOf(options.istio)
  if (proxy.kind === 'waypoint' && minor < 26 && resources.some((resource) => resource.kind === 'EnvoyFilter')) {
    notes.push({
      severity: 'warning',
      place: 'EnvoyFilter',
      message: `Istio ${options.istio} may not apply EnvoyFilters to waypoints`,
    })
  }
}

/** Without labels a resource is for every proxy that its namespace reaches. */
function noteReach(resources: JsonObject[], { proxy, deps, notes }: ExportContext): void {
  if (resources.length === 0 || attachment(proxy)) return
  const root = proxy.namespace === (deps.rootNamespace ?? 'istio-system')
  notes.push({
    severity: 'warning',
    place: `namespace ${proxy.namespace}`,
    message: `the proxy has no labels to select it by: the resources are for every proxy of ${root ? 'the mesh' : 'the namespace'}`,
  })
}

function dedupe(notes: ExportNote[]): ExportNote[] {
  const seen = new Set<string>()
  return notes.filter((note) => {
    const text = `${note.severity} ${note.place} ${note.message}`
    return !seen.has(text) && seen.add(text)
  })
}
