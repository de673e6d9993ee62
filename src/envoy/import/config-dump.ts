import type { JsonObject, JsonValue, Registry } from '@bufbuild/protobuf'
import { isObject, typeNameOf } from '../opaque.ts'
import { normalise } from './normalise.ts'
import { emptyProxy, type ImportedProxy, SECTION_TYPES, type Section } from './sections.ts'

/** A list inside one kind of dump: where its entries go, and where in an entry the message stands. */
interface DumpList {
  list: string
  section: Section
  message: string[]
  /** From the proxy's own bootstrap rather than from a control plane. */
  isStatic?: boolean
  /** Not in use yet: taken only when nothing of the name is. */
  isWarming?: boolean
}

/** Envoy: api/envoy/admin/v3/config_dump_shared.proto and config_dump.proto. */
const DUMPS: Record<string, DumpList[]> = {
  ListenersConfigDump: [
    { list: 'static_listeners', section: 'listeners', message: ['listener'], isStatic: true },
    { list: 'dynamic_listeners', section: 'listeners', message: ['active_state', 'listener'] },
    { list: 'dynamic_listeners', section: 'listeners', message: ['warming_state', 'listener'], isWarming: true },
  ],
  ClustersConfigDump: [
    { list: 'static_clusters', section: 'clusters', message: ['cluster'], isStatic: true },
    { list: 'dynamic_active_clusters', section: 'clusters', message: ['cluster'] },
    { list: 'dynamic_warming_clusters', section: 'clusters', message: ['cluster'], isWarming: true },
  ],
  RoutesConfigDump: [{ list: 'dynamic_route_configs', section: 'routes', message: ['route_config'] }],
  EndpointsConfigDump: [
    { list: 'static_endpoint_configs', section: 'endpoints', message: ['endpoint_config'], isStatic: true },
    { list: 'dynamic_endpoint_configs', section: 'endpoints', message: ['endpoint_config'] },
  ],
  SecretsConfigDump: [
    { list: 'static_secrets', section: 'secrets', message: ['secret'], isStatic: true },
    { list: 'dynamic_active_secrets', section: 'secrets', message: ['secret'] },
    { list: 'dynamic_warming_secrets', section: 'secrets', message: ['secret'], isWarming: true },
  ],
  EcdsConfigDump: [{ list: 'ecds_filters', section: 'extensions', message: ['ecds_filter'] }],
}

/** What Envoy's /config_dump and `istioctl proxy-config all -o json` print. */
export function readConfigDump(json: JsonObject, types: Registry): ImportedProxy {
  const proxy = emptyProxy('config_dump')
  for (const config of json.configs as JsonValue[]) {
    if (!isObject(config)) continue
    const name = typeNameOf(String(config['@type'] ?? '')).replace(/^envoy\.admin\.v3\./, '')
    if (name === 'BootstrapConfigDump') readBootstrapDump(config, proxy, types)
    else if (Object.hasOwn(DUMPS, name)) for (const list of DUMPS[name]!) readList(config, list, proxy, types)
    else if (name === 'ScopedRoutesConfigDump' && Object.keys(config).length > 1) {
      proxy.notes.push('scoped routes are left out: routes found by scope are not supported')
    } else if (Object.hasOwn(SINGLE_LISTS, name)) readResource(config, SINGLE_LISTS[name]!, proxy, types)
  }
  if (Array.isArray(json.configs) && json.configs.length > 0 && countOf(proxy) === 0) {
    proxy.notes.push('the dump has no listeners, routes or clusters')
  }
  return proxy
}

/** `/config_dump?resource=dynamic_listeners` prints the entries of one list, each with its type. */
const SINGLE_LISTS: Record<string, DumpList> = {
  'ListenersConfigDump.DynamicListener': DUMPS.ListenersConfigDump![1]!,
  'ListenersConfigDump.StaticListener': DUMPS.ListenersConfigDump![0]!,
  'ClustersConfigDump.StaticCluster': DUMPS.ClustersConfigDump![0]!,
  'ClustersConfigDump.DynamicCluster': DUMPS.ClustersConfigDump![1]!,
  'RoutesConfigDump.DynamicRouteConfig': DUMPS.RoutesConfigDump![0]!,
  'EndpointsConfigDump.DynamicEndpointConfig': DUMPS.EndpointsConfigDump![1]!,
}

function readList(config: JsonObject, from: DumpList, proxy: ImportedProxy, types: Registry): void {
  const entries = memberOf(config, from.list)
  if (!Array.isArray(entries)) return
  for (const entry of entries) if (isObject(entry)) readResource(entry, from, proxy, types)
}

function readResource(entry: JsonObject, from: DumpList, proxy: ImportedProxy, types: Registry): void {
  let at: JsonValue | undefined = entry
  for (const step of from.message) at = isObject(at) ? memberOf(at, step) : undefined
  const name = String(entry.name ?? (isObject(at) ? (at.name ?? '') : ''))
  const failure = memberOf(entry, 'error_state')
  if (isObject(failure) && !from.isWarming) {
    proxy.notes.push(
      `${from.section.slice(0, -1)} ${name}: Envoy refused an update: ${String(failure.details ?? 'no reason given')}`,
    )
  }
  if (!isObject(at)) return
  const { '@type': _, ...message } = at
  const read = normalise(SECTION_TYPES[from.section], message, types) as JsonObject
  if (from.isWarming) {
    if (proxy[from.section].some((each) => each.name === read.name)) return
    proxy.notes.push(`${from.section.slice(0, -1)} ${name} is warming: the proxy does not use it yet`)
  }
  proxy[from.section].push(read)
  if (from.isStatic && (from.section === 'listeners' || from.section === 'clusters')) {
    proxy.statics[from.section].push(String(read.name ?? ''))
  }
}

function readBootstrapDump(config: JsonObject, proxy: ImportedProxy, types: Registry): void {
  const bootstrap = memberOf(config, 'bootstrap')
  if (!isObject(bootstrap)) return
  const { static_resources: _, ...rest } = normalise(
    'envoy.config.bootstrap.v3.Bootstrap',
    bootstrap,
    types,
  ) as JsonObject
  proxy.bootstrap = rest
}

/** A member by its .proto name, spelt either way. */
function memberOf(object: JsonObject, name: string): JsonValue | undefined {
  return object[name] ?? object[name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())]
}

function countOf(proxy: ImportedProxy): number {
  return proxy.listeners.length + proxy.routes.length + proxy.clusters.length
}
