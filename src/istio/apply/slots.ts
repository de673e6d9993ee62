import { type JsonObject, stringAt } from '../message/json.ts'

/** Istio's four places for an extension, in the order they are filled. */
export const phases = ['AUTHN', 'AUTHZ', 'STATS', 'UNSPECIFIED'] as const
export type Phase = (typeof phases)[number]

/** Before which index of a chain each phase's filters go. */
export type Slots = Record<Phase, number>

/** The phase by its name in the resource; WasmPlugin calls the last one UNSPECIFIED_PHASE. */
export function phaseOf(name: string): Phase {
  return phases.find((phase) => phase === name) ?? 'UNSPECIFIED'
}

/** The first filters that stand behind everything security has to say. */
const afterSecurity = new Set([
  'envoy.filters.http.grpc_web',
  'envoy.filters.http.grpc_stats',
  'istio.alpn',
  'envoy.filters.http.fault',
  'envoy.filters.http.cors',
  'istio.stats',
  'envoy.filters.http.router',
])
const waypointStats = new Set(['waypoint_upstream_peer_metadata', 'istio.stats', 'envoy.filters.http.router'])

/**
 * Where extensions go among Istio's HTTP filters: metadata exchange, CUSTOM authorization, AUTHN, JWT, AUTHZ, RBAC, STATS,
 * unspecified, then gRPC, faults, CORS, telemetry, router. In a waypoint STATS and unspecified come behind CORS
 * (istio: buildHTTPConnectionManager and buildWaypointHTTPFilters).
 */
export function httpSlots(filters: JsonObject[], waypoint: boolean): Slots {
  const names = filters.map((filter) => stringAt(filter, 'name'))
  const end = indexOr(names, (name) => afterSecurity.has(name), names.length)
  const { authn, authz } = securitySlots(names.slice(0, end), {
    first: names[0] === 'istio.metadata_exchange' ? 1 : 0,
    externalAuthz: 'envoy.filters.http.ext_authz',
    authn: 'envoy.filters.http.jwt_authn',
    authz: 'envoy.filters.http.rbac',
  })
  const stats = waypoint ? indexOr(names, (name) => waypointStats.has(name), names.length) : end
  return { AUTHN: authn, AUTHZ: authz, STATS: stats, UNSPECIFIED: stats }
}

/** Where extensions go among Istio's network filters; all are in front of the connection manager or telemetry. */
export function networkSlots(filters: JsonObject[]): Slots {
  const names = filters.map((filter) => stringAt(filter, 'name'))
  const ends = new Set([
    'istio.stats',
    'envoy.filters.network.http_connection_manager',
    'envoy.filters.network.tcp_proxy',
  ])
  const end = indexOr(names, (name) => ends.has(name), names.length)
  const { authn, authz } = securitySlots(names.slice(0, end), {
    first: Math.max(names.indexOf('istio.metadata_exchange'), names.indexOf('connect_authority')) + 1,
    externalAuthz: 'envoy.filters.network.ext_authz',
    authn: '',
    authz: 'envoy.filters.network.rbac',
  })
  return { AUTHN: authn, AUTHZ: authz, STATS: end, UNSPECIFIED: end }
}

function securitySlots(
  names: string[],
  kind: { first: number; externalAuthz: string; authn: string; authz: string },
): { authn: number; authz: number } {
  // CUSTOM authorization is a shadow RBAC and the external check behind it; RBAC of its own comes later.
  const custom = Math.max(kind.first, names.lastIndexOf(kind.externalAuthz) + 1)
  const rbac = indexOr(names, (name, index) => index >= custom && name === kind.authz, names.length)
  const authn = indexOr(names, (name, index) => index >= custom && name === kind.authn, rbac)
  const lastAuthn = kind.authn === '' ? -1 : names.lastIndexOf(kind.authn)
  return { authn, authz: lastAuthn >= custom ? lastAuthn + 1 : rbac }
}

function indexOr(names: string[], test: (name: string, index: number) => boolean, otherwise: number): number {
  const index = names.findIndex(test)
  return index < 0 ? otherwise : index
}
