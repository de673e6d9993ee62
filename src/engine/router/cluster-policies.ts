import type { RouteEntry } from '../route/types.ts'
import type { Cluster } from '../upstream/cluster.ts'

/** A route entry as it holds for a cluster: retries and mirrors that the cluster has of its own stand in for the route's. */
export function withClusterPolicies(entry: RouteEntry, cluster: Cluster): RouteEntry {
  const { retry, shadows } = cluster.policies
  if (!retry && shadows.length === 0) return entry
  return Object.create(entry, {
    retryPolicy: { value: retry ?? entry.retryPolicy },
    shadows: { value: shadows.length > 0 ? shadows : entry.shadows },
  })
}
