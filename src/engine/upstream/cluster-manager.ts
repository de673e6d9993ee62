import type { HeaderMap } from '../http/header-map.ts'
import { type ConnectionInfo, formatAddress, type JsonObject } from '../stream-info.ts'
import type { Cluster } from './cluster.ts'
import type { AsyncClient } from './types.ts'

/** All clusters of a proxy, by name, and the choice of where a request to one of them goes. */
export class ClusterManager {
  /** Set once, when the proxy has been built: it needs the clusters itself. */
  asyncClient!: AsyncClient
  private readonly clusters = new Map<string, Cluster>()

  add(cluster: Cluster): void {
    this.clusters.set(cluster.name, cluster)
  }

  /** The cluster as configured. */
  get(name: string | undefined): Cluster | undefined {
    return name === undefined ? undefined : this.clusters.get(name)
  }

  names(): string[] {
    return [...this.clusters.keys()]
  }

  /** Name of the first cluster that has an endpoint at `address` (`host:port`) in the configuration. */
  at(address: string): string | undefined {
    for (const cluster of this.clusters.values()) if (cluster.hasEndpoint(address)) return cluster.name
    return undefined
  }

  /**
   * The cluster whose host a load balancer would pick: an aggregate's first member that has one; undefined when there
   * is no host to be had (no endpoint fits the subset, it was ejected, the override host is strict and not there).
   */
  choose(cluster: Cluster, choice: HostChoice): Cluster | undefined {
    for (const name of cluster.members) {
      const member = this.clusters.get(name)
      const found = member && this.choose(member, choice)
      if (found) return found
    }
    if (cluster.members.length > 0) return undefined
    if (cluster.isOriginalDestination && !originalDestination(cluster, choice)) return undefined
    const { override } = choice
    if (override?.strict && override.host !== formatAddress(cluster.host.address)) return undefined
    return cluster.hasHostFor(choice.criteria ?? {}) ? cluster : undefined
  }
}

/** What a host is chosen by. */
export interface HostChoice {
  /** metadata_match of the route, or of tcp_proxy. */
  criteria?: Record<string, JsonObject>
  override?: { host: string; strict: boolean } | undefined
  connection?: ConnectionInfo
  headers?: HeaderMap
}

// Where the connection was going: from a header where the cluster says so, else as restored by a listener filter.
function originalDestination(cluster: Cluster, choice: HostChoice): boolean {
  const config = cluster.config.lbConfig.case === 'originalDstLbConfig' ? cluster.config.lbConfig.value : undefined
  if (config?.useHttpHeader) {
    const name = (config.httpHeaderName || 'x-envoy-original-dst-host').toLowerCase()
    const value = choice.headers?.get(name)
    if (value !== undefined) return /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-fA-F:.]+\]):\d{1,5}$/.test(value)
  }
  const { connection } = choice
  if (!connection) return false
  return connection.local.ip !== connection.directLocal.ip || connection.local.port !== connection.directLocal.port
}
