import { Document, visit } from 'yaml'
import { canonicalConfig } from '../apply/index.ts'
import type { ApplyDeps, ProxyConfig } from '../apply/types.ts'
import { type Json, type JsonObject, objectAt, objectsAt, stringAt } from '../message/json.ts'
import { plainFilters } from './plain-filters.ts'
import { plainSecrets } from './plain-secrets.ts'
import type { ExportNote } from './types.ts'

export interface BootstrapResult {
  /** The bootstrap as a message in proto3 JSON, and as YAML. */
  bootstrap: JsonObject
  yaml: string
  notes: ExportNote[]
}

export interface BootstrapOptions {
  /** The node's id, `chainwright` if absent. */
  node?: string
  /** The admin port on 127.0.0.1, 9901 if absent. */
  adminPort?: number
}

/**
 * A bootstrap that plain Envoy loads without a control plane: routes stand in their connection manager, endpoints in
 * their cluster. What only Istio's proxy has (its own filters, certificates from its agent, configuration by ECDS) is
 * left out, and each such place is noted.
 */
export function toBootstrap(config: ProxyConfig, deps: ApplyDeps, options: BootstrapOptions = {}): BootstrapResult {
  const notes: ExportNote[] = []
  const { listeners, routes, clusters, endpoints } = canonicalConfig(config, deps)
  const bootstrap: JsonObject = {
    node: { id: options.node ?? 'chainwright', cluster: 'chainwright' },
    admin: { address: socketAddress('127.0.0.1', options.adminPort ?? 9901) },
    static_resources: {
      listeners: listeners.map((listener) => plainListener(listener, routes, notes)),
      clusters: clusters.map((cluster) => plainCluster(cluster, endpoints ?? [], notes)),
    },
  }
  if (JSON.stringify(bootstrap).match(/"internal_listener"|envoy_internal_address/)) {
    bootstrap.bootstrap_extensions = [
      {
        name: 'envoy.bootstrap.internal_listener',
        typed_config: {
          '@type': 'type.googleapis.com/envoy.extensions.bootstrap.internal_listener.v3.InternalListener',
        },
      },
    ]
  }
  return { bootstrap, yaml: toYaml(bootstrap), notes }
}

function socketAddress(address: string, port: number): JsonObject {
  return { socket_address: { address, port_value: port } }
}

function plainListener(listener: JsonObject, routes: JsonObject[], notes: ExportNote[]): JsonObject {
  const place = `listener ${stringAt(listener, 'name')}`
  const chains = objectsAt(listener, 'filter_chains')
  const fallback = objectAt(listener, 'default_filter_chain')
  for (const chain of fallback ? [...chains, fallback] : chains) {
    plainSecrets(chain, place, notes)
    plainFilters(chain, 'filters', place, notes)
    for (const filter of objectsAt(chain, 'filters')) {
      const manager = objectAt(filter, 'typed_config')
      if (!manager || !stringAt(manager, '@type').endsWith('.HttpConnectionManager')) continue
      plainFilters(manager, 'http_filters', place, notes)
      inlineRoutes(manager, routes, place, notes)
    }
  }
  plainFilters(listener, 'listener_filters', place, notes)
  return listener
}

/** Puts the routes that would come by RDS into the connection manager. */
function inlineRoutes(manager: JsonObject, routes: JsonObject[], place: string, notes: ExportNote[]): void {
  const name = stringAt(manager, 'rds', 'route_config_name')
  if (name === '') return
  delete manager.rds
  const found = routes.find((configuration) => stringAt(configuration, 'name') === name)
  if (!found)
    notes.push({ severity: 'warning', place, message: `there is no route configuration ${name}: it gets an empty one` })
  manager.route_config = found ?? { name }
}

function plainCluster(cluster: JsonObject, endpoints: JsonObject[], notes: ExportNote[]): JsonObject {
  const name = stringAt(cluster, 'name')
  const place = `cluster ${name}`
  plainFilters(cluster, 'filters', place, notes)
  const matches = objectsAt(cluster, 'transport_socket_matches')
  for (const match of matches) plainSecrets(match, place, notes)
  plainSecrets(cluster, place, notes)
  if (cluster.transport_socket_matches !== undefined) {
    const left = matches.filter((match) => match.transport_socket !== undefined)
    if (left.length > 0) cluster.transport_socket_matches = left
    else delete cluster.transport_socket_matches
  }
  if (stringAt(cluster, 'type') !== 'EDS') return cluster
  const service = stringAt(cluster, 'eds_cluster_config', 'service_name') || name
  const found = endpoints.find((assignment) => stringAt(assignment, 'cluster_name') === service)
  if (!found) notes.push({ severity: 'warning', place, message: 'its endpoints are not known: it has none' })
  const { eds_cluster_config: _, ...rest } = cluster
  return { ...rest, type: 'STATIC', load_assignment: found ?? { cluster_name: service } }
}

function toYaml(bootstrap: JsonObject): string {
  const document = new Document(bootstrap as Json, { version: '1.1', aliasDuplicateObjects: false })
  visit(document, {
    Scalar(_, node) {
      if (typeof node.value === 'string' && node.value.includes('\n')) node.type = 'BLOCK_LITERAL'
    },
  })
  return document.toString({ lineWidth: 0, directives: false })
}
