import { formatAddress, type JsonObject } from '../stream-info.ts'
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

  /**
   * The cluster whose host a load balancer would pick: an aggregate's first member that has one; undefined when there
   * is no host to be had (no endpoint fits the subset, or the override host is strict and not there).
   */
  choose(
    cluster: Cluster,
    criteria: Record<string, JsonObject>,
    override: { host: string; strict: boolean } | undefined,
  ): Cluster | undefined {
    if (cluster.members.length > 0) {
      for (const name of cluster.members) {
        const member = this.clusters.get(name)
        const found = member && this.choose(member, criteria, override)
        if (found) return found
      }
      return undefined
    }
    if (override?.strict && override.host !== formatAddress(cluster.host.address)) return undefined
    return cluster.hasHostFor(criteria) ? cluster : undefined
  }
}
