import { type JsonObject, numberAt, objectAt, objectsAt, stringAt } from '../message/json.ts'
import type { Resource } from './resources.ts'
import { type Phase, phaseOf } from './slots.ts'

/** A TrafficExtension or WasmPlugin as the filter it becomes. */
export interface Extension {
  resource: Resource
  label: string
  filterName: string
  filter: JsonObject
  level: 'http' | 'network'
  wasm: boolean
  phase: Phase
  /** Higher comes first; without one it comes last. */
  priority: number
  matches: { mode: 'BOTH' | 'CLIENT' | 'SERVER'; ports: number[] }[]
}

/** The prefix of every extension's filter. */
export const extensionPrefix = 'extensions.istio.io/trafficextension/'
const wasmPluginMarker = '~istio-translated-wasmplugin'
const luaType = 'type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua'
const wasmTypes = {
  http: ['http.wasm.v3.Wasm', 'http.rbac.v3.RBAC'],
  network: ['network.wasm.v3.Wasm', 'network.rbac.v3.RBAC'],
}

/** The name istiod gives the resource's filter. */
export function extensionFilterName(kind: Resource['kind'], namespace: string, name: string): string {
  return `${extensionPrefix}${namespace}.${name}${kind === 'WasmPlugin' ? wasmPluginMarker : ''}`
}

/** Older first; of the same age by `name.namespace`, where a WasmPlugin's name carries istiod's marker. */
export function inOrderOfCreation(resources: Resource[]): Resource[] {
  const key = (resource: Resource) =>
    `${resource.name}${resource.kind === 'WasmPlugin' ? wasmPluginMarker : ''}.${resource.namespace}`
  return resources.toSorted((a, b) => a.created - b.created || (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0))
}

/**
 * The filter of a resource: Lua is inlined, Wasm is a reference that Envoy resolves by ECDS (istio:
 * networking/core/extension).
 */
export function extensionOf(resource: Resource): Extension {
  const { kind, spec } = resource
  const wasm = kind === 'WasmPlugin' ? spec : objectAt(spec, 'wasm')
  const level = wasm && stringAt(wasm, 'type') === 'NETWORK' ? 'network' : 'http'
  const filterName = extensionFilterName(kind, resource.namespace, resource.name)
  const priority = spec.priority === undefined ? -(2 ** 31) : numberAt(spec, 'priority')
  return {
    resource,
    label: resource.label,
    filterName,
    filter: wasm ? wasmFilter(filterName, level) : luaFilter(filterName, stringAt(spec, 'lua', 'inline_code')),
    level,
    wasm: wasm !== undefined,
    phase: phaseOf(stringAt(spec, 'phase')),
    priority,
    matches: objectsAt(spec, 'match').map((match) => ({
      mode: modeOf(stringAt(match, 'mode')),
      ports: objectsAt(match, 'ports').map((port) => numberAt(port, 'number')),
    })),
  }
}

function modeOf(name: string): 'BOTH' | 'CLIENT' | 'SERVER' {
  return name === 'CLIENT' || name === 'SERVER' ? name : 'BOTH'
}

/** The HTTP filter of a Lua extension. */
export function luaFilter(name: string, code: string): JsonObject {
  return { name, typed_config: { '@type': luaType, default_source_code: { inline_string: code } } }
}

/** The filter of a Wasm extension. */
export function wasmFilter(name: string, level: 'http' | 'network'): JsonObject {
  return {
    name,
    config_discovery: {
      config_source: { ads: {}, initial_fetch_timeout: '0s', resource_api_version: 'V3' },
      type_urls: wasmTypes[level].map((type) => `type.googleapis.com/envoy.extensions.filters.${type}`),
    },
  }
}
