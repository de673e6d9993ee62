import type { ProxyConfig, ProxyIdentity } from '../apply/types.ts'

/** A bundled proxy: what istiod 1.31 sends it, recorded from the scenario of the same name in conformance/istio/bases. */
export interface Base {
  id: string
  title: string
  summary: string
  proxy: ProxyIdentity
}

const version = '1.31.0'
const loaders = {
  gateway: () => import('./gateway.json', { with: { type: 'json' } }),
  sidecar: () => import('./sidecar.json', { with: { type: 'json' } }),
  waypoint: () => import('./waypoint.json', { with: { type: 'json' } }),
}
const bases: (Base & { id: keyof typeof loaders })[] = [
  {
    id: 'gateway',
    title: 'Istio ingress gateway',
    summary: 'HTTP on port 80 for shop.example.com, TLS passed through on 15443 for raw.example.com',
    proxy: { kind: 'gateway', namespace: 'istio-system', labels: { istio: 'ingressgateway' }, version },
  },
  {
    id: 'sidecar',
    title: 'Istio sidecar',
    summary: 'The sidecar of httpbin: HTTP inbound on 8080, TCP inbound on 9000, outbound to every service',
    proxy: { kind: 'sidecar', namespace: 'default', labels: { app: 'httpbin' }, version },
  },
  {
    id: 'waypoint',
    title: 'Istio waypoint',
    summary: 'The ambient waypoint in front of the orders service, HTTP on port 80',
    proxy: {
      kind: 'waypoint',
      namespace: 'default',
      labels: { 'gateway.networking.k8s.io/gateway-name': 'waypoint' },
      version,
    },
  },
]

/** The bundled proxies, without their configuration. */
export function listBases(): Base[] {
  return bases
}

/**
 * The configuration of one bundled proxy, loaded when first asked for. The caller must not change it.
 * @throws Error for an id that is not bundled.
 */
export async function loadBase(id: string): Promise<ProxyConfig> {
  const base = bases.find((entry) => entry.id === id)
  if (!base) throw new Error(`no bundled base is called ${id}; there are ${bases.map((entry) => entry.id).join(', ')}`)
  return (await loaders[base.id]()).default as unknown as ProxyConfig
}
