import type { JsonObject } from '@bufbuild/protobuf'

/** What was read from a document, as proto3 JSON with .proto field names. */
export interface ImportedProxy {
  kind: 'bootstrap' | 'config_dump' | 'istioctl' | 'proxy' | 'case'
  /** envoy.config.listener.v3.Listener */
  listeners: JsonObject[]
  /** envoy.config.route.v3.RouteConfiguration, those that a connection manager finds by RDS. */
  routes: JsonObject[]
  /** envoy.config.cluster.v3.Cluster */
  clusters: JsonObject[]
  /** envoy.config.endpoint.v3.ClusterLoadAssignment, by EDS. */
  endpoints: JsonObject[]
  /** envoy.extensions.transport_sockets.tls.v3.Secret; config dumps leave private keys out. */
  secrets: JsonObject[]
  /** envoy.config.core.v3.TypedExtensionConfig, filters that are discovered (ECDS). */
  extensions: JsonObject[]
  /**
   * Names of listeners and clusters that the proxy had from its own bootstrap, where the document tells them from those
   * a control plane sent.
   */
  statics: { listeners: string[]; clusters: string[] }
  /** The bootstrap without the lists above: admin, node, runtime, stats, where to discover the rest. */
  bootstrap?: JsonObject
  /** What a case or design has beside its configuration: requests, upstreams and so on, as they were written. */
  traffic?: JsonObject
  /** What is worth telling the user: parts that were left out, and why. */
  notes: string[]
}

export type Section = 'listeners' | 'routes' | 'clusters' | 'endpoints' | 'secrets' | 'extensions'

/** The message that each entry of a section is. */
export const SECTION_TYPES: Record<Section, string> = {
  listeners: 'envoy.config.listener.v3.Listener',
  routes: 'envoy.config.route.v3.RouteConfiguration',
  clusters: 'envoy.config.cluster.v3.Cluster',
  endpoints: 'envoy.config.endpoint.v3.ClusterLoadAssignment',
  secrets: 'envoy.extensions.transport_sockets.tls.v3.Secret',
  extensions: 'envoy.config.core.v3.TypedExtensionConfig',
}

export function emptyProxy(kind: ImportedProxy['kind']): ImportedProxy {
  return {
    kind,
    listeners: [],
    routes: [],
    clusters: [],
    endpoints: [],
    secrets: [],
    extensions: [],
    statics: { listeners: [], clusters: [] },
    notes: [],
  }
}
