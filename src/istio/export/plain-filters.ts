import { isObject, type JsonObject, objectsAt, stringAt } from '../message/json.ts'
import { typeNameOf } from '../message/well-known.ts'
import type { ExportNote } from './types.ts'

/** Configurations of filters that are built into Istio's proxy and unknown to plain Envoy. */
const istioOnly = new Set([
  'io.istio.http.peer_metadata.Config',
  'envoy.tcp.metadataexchange.config.MetadataExchange',
  'istio.envoy.config.filter.http.alpn.v2alpha1.FilterConfig',
  'istio.envoy.config.filter.http.alpn.v2.FilterConfig',
  'stats.PluginConfig',
  'istio.telemetry.stats.Config',
])

/** Takes the filters out of a list that plain Envoy cannot load, and says so. */
export function plainFilters(owner: JsonObject, field: string, place: string, notes: ExportNote[]): void {
  const filters = objectsAt(owner, field)
  const left = filters.filter((filter) => {
    const why = whyNotPlain(filter)
    if (why)
      notes.push({ severity: 'info', place: `${place} / ${stringAt(filter, 'name')}`, message: `left out: ${why}` })
    return !why
  })
  for (const filter of left) plainFactories(filter, place, notes)
  if (left.length === filters.length) return
  if (left.length > 0) owner[field] = left
  else delete owner[field]
}

function whyNotPlain(filter: JsonObject): string | undefined {
  if (filter.config_discovery !== undefined) return 'its configuration comes by ECDS, from a control plane'
  const type = configType(filter.typed_config)
  if (istioOnly.has(type)) return `only Istio's proxy has ${type}`
  return undefined
}

/** Istio's factory of a string that is part of connection hashing; plain Envoy has its own. */
const factories: Record<string, string> = { 'istio.hashable_string': 'envoy.hashable_string' }

/** Filter state is made by a registered factory: Istio's are replaced by the ones of plain Envoy that do the same. */
function plainFactories(filter: JsonObject, place: string, notes: ExportNote[]): void {
  if (!isObject(filter.typed_config) || !configType(filter.typed_config).endsWith('.set_filter_state.v3.Config')) return
  for (const values of Object.values(filter.typed_config)) {
    for (const value of Array.isArray(values) ? values.filter(isObject) : []) {
      const factory = factories[stringAt(value, 'factory_key')]
      if (!factory) continue
      const message = `${stringAt(value, 'factory_key')} is ${factory} in plain Envoy`
      notes.push({ severity: 'info', place: `${place} / ${stringAt(filter, 'name')}`, message })
      value.factory_key = factory
    }
  }
}

/** The type of a typed_config, through a TypedStruct. */
function configType(config: unknown): string {
  if (!isObject(config)) return ''
  const type = typeNameOf(stringAt(config, '@type'))
  return type.endsWith('.TypedStruct') ? typeNameOf(stringAt(config, 'type_url')) : type
}
