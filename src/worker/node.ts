import type { Istio } from '../model/design.ts'
import type { JsonObject } from '../model/json.ts'

/** What Envoy's node id begins with, by kind of proxy. */
const TYPE: Record<Istio['proxy'], string> = { gateway: 'router', sidecar: 'sidecar', waypoint: 'waypoint' }

/**
 * The node that a proxy of Istio's would start with, as far as a design tells: pilot-agent makes the id of the proxy's
 * type, its address, its pod and its namespace, and puts labels and names into the metadata that istio.metadata_exchange
 * sends to peers. The pod's name and address stand for those of a cluster that is not there.
 */
export function nodeOf({ proxy, namespace, labels }: Istio): JsonObject {
  const workload =
    labels['gateway.networking.k8s.io/gateway-name'] ??
    labels['service.istio.io/canonical-name'] ??
    labels.app ??
    (labels.istio ? `istio-${labels.istio}` : proxy)
  return {
    id: `${TYPE[proxy]}~10.0.0.1~${workload}-0.${namespace}~${namespace}.svc.cluster.local`,
    cluster: `${workload}.${namespace}`,
    metadata: {
      CLUSTER_ID: 'Kubernetes',
      LABELS: labels,
      NAME: `${workload}-0`,
      NAMESPACE: namespace,
      WORKLOAD_NAME: workload,
    },
  }
}
