import type { Registry } from '@bufbuild/protobuf'
import type { JsonObject } from '../message/json.ts'
import type { ApplyNote, PatchRecord } from './notes.ts'

/** What istiod sends one proxy, each message in proto3 JSON. */
export interface ProxyConfig {
  listeners: JsonObject[]
  routes: JsonObject[]
  clusters: JsonObject[]
  endpoints?: JsonObject[]
}

export type ProxyKind = 'gateway' | 'sidecar' | 'waypoint'

/** The proxy as istiod knows it. */
export interface ProxyIdentity {
  kind: ProxyKind
  namespace: string
  labels: Record<string, string>
  /** Istio's version of the proxy; 1.31.0 if absent. */
  version?: string
  /** Node metadata that `match.proxy.metadata` is compared with. */
  metadata?: Record<string, string>
}

/** What the pure core is handed: Envoy's and Istio's descriptors. */
export interface ApplyDeps {
  registry: Registry
  /** Istio's root namespace; istio-system if absent. */
  rootNamespace?: string
}

export interface ApplyResult {
  listeners: JsonObject[]
  routes: JsonObject[]
  clusters: JsonObject[]
  notes: ApplyNote[]
}

export type PatchContext = 'ANY' | 'SIDECAR_INBOUND' | 'SIDECAR_OUTBOUND' | 'GATEWAY' | 'WAYPOINT'

/** One entry of an EnvoyFilter's `configPatches`, read and typed. */
export interface Patch {
  applyTo: string
  operation: string
  context: PatchContext
  /** The match, in canonical proto3 JSON: `listener`, `route_configuration` or `cluster`, `proxy`. */
  match: JsonObject
  /** The value as a canonical message of the type that `applyTo` says; absent for REMOVE. */
  value: JsonObject | undefined
  record: PatchRecord
}

/** The patches of every EnvoyFilter that selects the proxy, in the order they are applied, by `applyTo`. */
export type PatchSet = Map<string, Patch[]>

/** What the replay of patches carries along. */
export interface Replay {
  registry: Registry
  patches: PatchSet
  context: PatchContext
}

/** The patches for one kind of object. */
export function patchesFor(replay: Replay, applyTo: string): Patch[] {
  return replay.patches.get(applyTo) ?? []
}

export const httpConnectionManager = 'envoy.filters.network.http_connection_manager'
export const messageTypes: Record<string, string> = {
  LISTENER: 'envoy.config.listener.v3.Listener',
  FILTER_CHAIN: 'envoy.config.listener.v3.FilterChain',
  LISTENER_FILTER: 'envoy.config.listener.v3.ListenerFilter',
  NETWORK_FILTER: 'envoy.config.listener.v3.Filter',
  HTTP_FILTER: 'envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter',
  ROUTE_CONFIGURATION: 'envoy.config.route.v3.RouteConfiguration',
  VIRTUAL_HOST: 'envoy.config.route.v3.VirtualHost',
  HTTP_ROUTE: 'envoy.config.route.v3.Route',
  CLUSTER: 'envoy.config.cluster.v3.Cluster',
  EXTENSION_CONFIG: 'envoy.config.core.v3.TypedExtensionConfig',
  BOOTSTRAP: 'envoy.config.bootstrap.v3.Bootstrap',
}
export const hcmType = 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'
