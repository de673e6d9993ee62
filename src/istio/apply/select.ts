import type { Attachment } from './resources.ts'
import type { ProxyIdentity } from './types.ts'

const gatewayNameLabel = 'gateway.networking.k8s.io/gateway-name'

/** A service that a waypoint stands in front of. */
export interface WaypointService {
  name: string
  namespace: string
}

/**
 * Why a resource does not attach to the proxy, or undefined when it does (istio: pilot/pkg/model/policyattachment.go).
 * Workloads are selected by their labels, proxies of the Gateway API by targetRefs; a waypoint never by labels.
 */
export function whyNotAttached(
  resource: Attachment,
  proxy: ProxyIdentity,
  rootNamespace: string,
  services: WaypointService[] = [],
): string | undefined {
  const gatewayName = proxy.labels[gatewayNameLabel]
  if (gatewayName === undefined) {
    if (resource.targetRefs.length > 0) return 'targetRefs attach only to gateways and waypoints of the Gateway API'
    return whyNotSelected(resource, proxy)
  }
  if (resource.targetRefs.length === 0) {
    if (proxy.kind === 'waypoint') return 'a waypoint takes only resources with targetRefs'
    return whyNotSelected(resource, proxy)
  }
  const attached = resource.targetRefs.some((ref) => {
    const group = ref.group === '' || ref.group === 'core' ? 'core' : ref.group
    if (proxy.kind === 'waypoint' && group === 'core' && ref.kind === 'Service') {
      return services.some((service) => service.name === ref.name && service.namespace === resource.namespace)
    }
    if (proxy.kind === 'waypoint' && group === 'gateway.networking.k8s.io' && ref.kind === 'GatewayClass') {
      return resource.namespace === rootNamespace && ref.name === 'istio-waypoint'
    }
    if (resource.namespace !== proxy.namespace) return false
    if (ref.namespace !== '' && ref.namespace !== proxy.namespace) return false
    return group === 'gateway.networking.k8s.io' && ref.kind === 'Gateway' && ref.name === gatewayName
  })
  if (attached) return undefined
  const refs = resource.targetRefs.map((ref) => `${ref.kind} ${ref.name}`).join(', ')
  return `its targetRefs (${refs}) do not name the Gateway ${proxy.namespace}/${gatewayName}`
}

function whyNotSelected(resource: Attachment, proxy: ProxyIdentity): string | undefined {
  for (const [key, value] of Object.entries(resource.selector ?? {})) {
    const own = Object.hasOwn(proxy.labels, key) ? proxy.labels[key] : undefined
    if (own !== value) {
      return `its selector wants ${key}=${value}, the proxy ${own === undefined ? 'has no such label' : `has ${key}=${own}`}`
    }
  }
  return undefined
}

/** Why a namespace's resources do not reach the proxy, or undefined: only the root namespace's and its own do. */
export function whyNotVisible(
  resource: Attachment,
  proxy: ProxyIdentity,
  rootNamespace: string,
  services: WaypointService[] = [],
): string | undefined {
  const visible = new Set([rootNamespace, proxy.namespace, ...services.map((service) => service.namespace)])
  if (visible.has(resource.namespace)) return undefined
  return `it is in namespace ${resource.namespace}; the proxy sees ${[...visible].join(' and ')}`
}
