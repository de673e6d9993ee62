import type { JsonObject, JsonValue } from '@bufbuild/protobuf'
import type { Path } from './document/path.ts'
import { isObject } from './opaque.ts'

/**
 * What a document is, by its shape alone: a Kubernetes resource; a case or design (Envoy configuration under
 * `config`); a bootstrap, alone or as `istioctl proxy-config bootstrap` wraps it; what Envoy's admin port or istioctl dump; the lists that istiod sends one proxy; one message.
 */
export type DocumentKind =
  | { kind: 'resource'; apiVersion: string; resource: string }
  | { kind: 'case' }
  | { kind: 'bootstrap'; at: Path }
  | { kind: 'config_dump' }
  | { kind: 'proxy' }
  | { kind: 'messages'; typeName: string }
  | { kind: 'unknown' }

const BOOTSTRAP_KEYS = ['static_resources', 'dynamic_resources', 'admin', 'layered_runtime', 'bootstrap_extensions']
const CASE_KEYS = ['requests', 'connections', 'upstreams', 'expect', 'format', 'istio', 'view']
const PROXY_KEYS = ['listeners', 'routes', 'clusters', 'endpoints', 'secrets']

/** A field that only one message has, in the order they are tried. */
const MARKS: [field: string, typeName: string][] = [
  ['filter_chains', 'envoy.config.listener.v3.Listener'],
  ['default_filter_chain', 'envoy.config.listener.v3.Listener'],
  ['filter_chain_match', 'envoy.config.listener.v3.FilterChain'],
  ['http_filters', 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'],
  ['virtual_hosts', 'envoy.config.route.v3.RouteConfiguration'],
  ['domains', 'envoy.config.route.v3.VirtualHost'],
  ['load_assignment', 'envoy.config.cluster.v3.Cluster'],
  ['connect_timeout', 'envoy.config.cluster.v3.Cluster'],
  ['lb_policy', 'envoy.config.cluster.v3.Cluster'],
  ['eds_cluster_config', 'envoy.config.cluster.v3.Cluster'],
  ['cluster_name', 'envoy.config.endpoint.v3.ClusterLoadAssignment'],
]

/** Looks at the keys of the document, in snake_case or camelCase. */
export function kindOf(json: JsonValue): DocumentKind {
  if (Array.isArray(json)) {
    const typeName = isObject(json[0]) ? markedType(json[0]) : undefined
    return typeName ? { kind: 'messages', typeName } : { kind: 'unknown' }
  }
  if (!isObject(json)) return { kind: 'unknown' }
  const keys = new Set(Object.keys(json).map(snakeCase))
  if (keys.has('api_version') && keys.has('kind')) {
    return { kind: 'resource', apiVersion: String(json.apiVersion), resource: String(json.kind) }
  }
  if (keys.has('config') && (isObject(json.config) || CASE_KEYS.some((key) => keys.has(key)))) return { kind: 'case' }
  if (keys.has('configs') && Array.isArray(json.configs)) return { kind: 'config_dump' }
  if (BOOTSTRAP_KEYS.some((key) => keys.has(key))) return { kind: 'bootstrap', at: [] }
  if (isObject(json.bootstrap)) return { kind: 'bootstrap', at: ['bootstrap'] }
  const typeName = markedType(json)
  if (typeName) return { kind: 'messages', typeName }
  if (PROXY_KEYS.some((key) => keys.has(key) && (json[key] === null || Array.isArray(json[key]))))
    return { kind: 'proxy' }
  return { kind: 'unknown' }
}

function markedType(json: JsonObject): string | undefined {
  const keys = new Set(Object.keys(json).map(snakeCase))
  return MARKS.find(([field]) => keys.has(field))?.[1]
}

export function snakeCase(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

/** What `kindOf` looks for, for messages about documents that are none of it. */
export const EXPECTED_KINDS =
  'an Envoy bootstrap (static_resources), a config dump (configs), istioctl proxy-config output, a proxy (listeners, ' +
  'routes, clusters), an Istio resource (apiVersion, kind) or a case (config)'
