import type { ApplyDeps, PatchContext, ProxyConfig, ProxyIdentity } from '../apply/types.ts'
import type { Json, JsonObject } from '../message/json.ts'

export interface ExportOptions {
  /** Istio's version, `1.31` if absent: it decides which kinds of resources there are. */
  istio?: string
  /** `native` (the default): TrafficExtension or WasmPlugin where one puts the filter at its place, else EnvoyFilter. */
  prefer?: 'native' | 'envoyfilter'
}

/** Something the reader of the exported resources must know. An error means that they do not do all of it. */
export interface ExportNote {
  severity: 'info' | 'warning' | 'error'
  /** Where in the proxy: `listener 0.0.0.0_8080 / chain 0 / http filter lua`. */
  place: string
  message: string
}

/** One Kubernetes resource with the comment that stands above it. */
export interface ExportedResource {
  comment: string
  resource: JsonObject
  /** What each entry of configPatches does, to stand above it. */
  patchComments?: string[]
}

export interface ExportResult {
  /** Kubernetes objects, in the order of the text. */
  resources: JsonObject[]
  /** The same as YAML with comments; empty when nothing differs. */
  yaml: string
  notes: ExportNote[]
}

/** One entry of an EnvoyFilter's configPatches, as it is written. */
export interface ConfigPatch {
  applyTo: string
  match: JsonObject
  patch: { operation: string; value?: JsonObject }
}

/** What the parts of the export share. */
export interface ExportContext {
  base: ProxyConfig
  desired: ProxyConfig
  proxy: ProxyIdentity
  deps: ApplyDeps
  options: Required<ExportOptions>
  notes: ExportNote[]
}

export type { ApplyDeps, Json, JsonObject, PatchContext, ProxyConfig, ProxyIdentity }
