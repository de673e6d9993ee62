import type { JsonObject, ProxyIdentity } from './types.ts'

const gatewayNameLabel = 'gateway.networking.k8s.io/gateway-name'
/** Labels that another rollout, or another replica, of the same workload does not have. */
const fleeting = [
  'pod-template-hash',
  'controller-revision-hash',
  'pod-template-generation',
  'statefulset.kubernetes.io/pod-name',
  'apps.kubernetes.io/pod-index',
]

/** How resources are attached to the proxy: by the Gateway it serves, by its labels, or, without any, by namespace. */
export function attachment(proxy: ProxyIdentity): { targetRefs: JsonObject[] } | { labels: JsonObject } | undefined {
  const gateway = proxy.labels[gatewayNameLabel]
  if (gateway !== undefined) {
    return { targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: gateway }] }
  }
  const labels = Object.fromEntries(Object.entries(proxy.labels).filter(([key]) => !fleeting.includes(key)))
  return Object.keys(labels).length > 0 ? { labels } : undefined
}

/** The part of an EnvoyFilter's spec that says which proxy it is for. */
export function envoyFilterTarget(proxy: ProxyIdentity): JsonObject {
  const target = attachment(proxy)
  if (!target) return {}
  return 'labels' in target ? { workloadSelector: { labels: target.labels } } : { targetRefs: target.targetRefs }
}

/** The same for a TrafficExtension or WasmPlugin. */
export function extensionTarget(proxy: ProxyIdentity): JsonObject {
  const target = attachment(proxy)
  if (!target) return {}
  return 'labels' in target ? { selector: { matchLabels: target.labels } } : { targetRefs: target.targetRefs }
}
