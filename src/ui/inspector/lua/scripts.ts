import type { LuaContext } from '../../../lua/editor-data/index.ts'
import type { Catalogue } from '../../../model/catalogue.ts'
import type { Design } from '../../../model/design.ts'
import { asObject, asText, formatPath, type Json, type JsonObject, type Path } from '../../../model/json.ts'
import { filtersOf } from '../../../model/place.ts'
import type { Subject } from '../subject.ts'
import type { Script } from './find-scripts.ts'

/**
 * The data source that holds a script after its text was edited: inline_string takes the place of whatever it was. For
 * `inline_code` the text itself. With the path, from the object on, where it goes.
 */
export function withText(script: Script, source: Json | undefined, text: string): { path: Path; value: Json } {
  if (script.field === 'inline_code') return { path: script.path, value: text }
  const { inline_bytes: _, filename: __, environment_variable: ___, ...rest } = asObject(source)
  return { path: script.path.slice(0, -1), value: { ...rest, inline_string: text } }
}

/** Under which name the simulator knows a script: the document path of its source, without the leading `config`. */
export function scriptName(subject: Subject, script: Script): string {
  const path = script.field === 'inline_code' ? script.path : script.path.slice(0, -1)
  return formatPath([...subject.path.slice(1), ...path])
}

/** The key of a script's breakpoints in the design's view. */
export function breakpointKey(subject: Subject, script: Script): string {
  return `${subject.id}#${script.label}`
}

/** What the editor should know of where a script stands: clusters to call, who writes metadata before and behind it. */
export function luaContext(design: Design, subject: Subject, field: Script['field'], catalogue: Catalogue): LuaContext {
  const clusters = design.config.clusters.flatMap((cluster) => asText(cluster.name) ?? [])
  const { place } = subject
  const resource = exportedAs(design, subject, field)
  const base: LuaContext = { field, clusters, ...(resource ? { resource } : {}) }
  if (!place) return base
  const chain = filtersOf(design, place).map((filter) => ({
    name: asText(filter.name) ?? 'filter',
    writes: metadataOf(filter, catalogue),
  }))
  const writers = Object.values(WRITES)
  return { ...base, before: chain.slice(0, place.index), after: chain.slice(place.index + 1), writers }
}

// A filter that is nothing but its script is exported as a TrafficExtension, where Istio has them.
function exportedAs(design: Design, subject: Subject, field: Script['field']): LuaContext['resource'] {
  const minor = Number(design.istio?.version.split('.')[1] ?? 0)
  const config = asObject(subject.value.typed_config)
  const isPlain = subject.kind === 'hf' && field === 'default_source_code' && Object.keys(config).length <= 2
  return design.istio && minor >= 30 && isPlain ? 'TrafficExtension' : undefined
}

/** Namespaces of dynamic metadata that filters write, by the filter's extension name. */
const WRITES: Record<string, string> = {
  'envoy.filters.http.jwt_authn': 'envoy.filters.http.jwt_authn',
  'envoy.filters.http.ext_authz': 'envoy.filters.http.ext_authz',
  'envoy.filters.http.ext_proc': 'envoy.filters.http.ext_proc',
  'envoy.filters.http.rbac': 'envoy.filters.http.rbac',
  'envoy.filters.http.oauth2': 'envoy.filters.http.oauth2',
  'envoy.filters.http.geoip': 'envoy.filters.http.geoip',
  'envoy.filters.http.basic_auth': 'envoy.filters.http.basic_auth',
}

function metadataOf(filter: JsonObject, catalogue: Catalogue): string[] {
  const name = catalogue.find(filter, 'http')?.name ?? asText(filter.name) ?? ''
  const config = asObject(filter.typed_config)
  const own = WRITES[name]
  if (name.endsWith('.lua')) {
    // set("namespace", ...) on dynamic metadata, as far as its text shows.
    const text = JSON.stringify(config)
    return [...text.matchAll(/dynamicMetadata\(\)\s*:\s*set\(\s*\\?["']([^"'\\]+)/g)].map((match) => match[1]!)
  }
  if (name.endsWith('.header_to_metadata') || name.endsWith('.json_to_metadata') || name.endsWith('.set_metadata')) {
    return [...JSON.stringify(config).matchAll(/"metadata_namespace":"([^"]+)"/g)].map((match) => match[1]!)
  }
  if (name.endsWith('.wasm') || name.endsWith('.ext_proc') || name.endsWith('.ext_authz'))
    return [...(own ? [own] : []), '*']
  return own ? [own] : []
}
