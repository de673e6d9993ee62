import type { Address, ConnectionInfo, StreamInfo } from '../stream-info.ts'
import type { ConnectionManagerConfig } from './conn-manager-config.ts'
import { isLoopback, lastForwardedAddress } from './forwarded-for.ts'
import type { HeaderMap } from './header-map.ts'
import { hasToken, isUpgrade, removeHopByHop } from './header-utility.ts'
import { parseUrl } from './url.ts'
import { mutateXfcc } from './xfcc.ts'

/** What the connection manager made of the client's address. */
export interface RequestMutation {
  remote: Address
  /** An original-IP extension refuses the request. */
  reject: { status: number; body: string } | undefined
  /** In words, for the trace. */
  reason: string
}

// What only an edge takes off.
const EDGE_ONLY = [
  'x-envoy-decorator-operation',
  'x-envoy-downstream-service-cluster',
  'x-envoy-downstream-service-node',
  'x-envoy-original-path',
  'x-envoy-original-host',
]
const INTERNAL_ONLY = [
  'x-envoy-retriable-status-codes',
  'x-envoy-retriable-header-names',
  'x-envoy-retry-on',
  'x-envoy-retry-grpc-on',
  'x-envoy-max-retries',
  'x-envoy-upstream-alt-stat-name',
  'x-envoy-upstream-rq-timeout-ms',
  'x-envoy-upstream-rq-per-try-timeout-ms',
  'x-envoy-upstream-rq-timeout-alt-response',
  'x-envoy-upstream-stream-duration-ms',
  'x-envoy-expected-rq-timeout-ms',
  'x-envoy-force-trace',
  'x-envoy-ip-tags',
  'x-envoy-original-url',
  'x-envoy-hedge-on-per-try-timeout',
]

/**
 * What a connection manager does to a request before anybody else sees it: hop-by-hop headers, the client's address,
 * x-forwarded-*, x-envoy-* from outside, via, request id, client certificate (ConnectionManagerUtility::mutateRequestHeaders).
 */
export function mutateRequest(
  headers: HeaderMap,
  connection: ConnectionInfo,
  config: ConnectionManagerConfig,
  info: StreamInfo,
): RequestMutation {
  if (!isUpgrade(headers)) {
    headers.remove('connection')
    headers.remove('upgrade')
  }
  const te = headers.get('te')
  if (te !== undefined) {
    if (hasToken(te, 'trailers')) headers.set('te', 'trailers')
    else headers.remove('te')
  }
  headers.remove('x-envoy-internal')
  removeHopByHop(headers)
  const referer = headers.get('referer')
  if (referer !== undefined && !isAllowedReferer(referer)) headers.remove('referer')

  const found = findClient(headers, connection, config)
  if (found.reject) return { remote: connection.remote, reject: found.reject, reason: 'original IP detection refused' }
  const scheme = connection.tls ? 'https' : 'http'
  if (!headers.has('x-forwarded-proto')) headers.set('x-forwarded-proto', forwardedProto(connection, config))
  if (config.appendXForwardedPort && !headers.has('x-forwarded-port'))
    headers.set('x-forwarded-port', String(connection.local.port))
  if (config.schemeToSet !== undefined) {
    headers.set(':scheme', config.schemeToSet)
    headers.set('x-forwarded-proto', config.schemeToSet)
  }
  if (config.schemeMatchesUpstream) info.schemeMatchesUpstream = true
  if (!headers.has(':scheme')) {
    const forwarded = headers.get('x-forwarded-proto')?.toLowerCase()
    headers.set(':scheme', forwarded === 'http' || forwarded === 'https' ? forwarded : scheme)
  }

  const internal = found.trusted && found.address !== undefined && config.isInternal(found.address)
  const remote = found.address ?? connection.remote
  const edge = !internal && config.useRemoteAddress
  if (internal) headers.set('x-envoy-internal', 'true')
  else cleanInternalHeaders(headers, edge, config.internalOnlyHeaders)
  if (config.userAgent !== undefined) {
    headers.set('x-envoy-downstream-service-cluster', config.userAgent)
    if (!headers.get('user-agent')) headers.set('user-agent', config.userAgent)
    if (config.nodeName !== '') headers.set('x-envoy-downstream-service-node', config.nodeName)
  }
  if (config.via !== '') appendVia(headers, config.via)
  if (edge && remote.text === undefined) headers.set('x-envoy-external-address', remote.ip)
  if (config.generateRequestId) {
    const force = edge && !config.preserveExternalRequestId
    if (force || !headers.get('x-request-id')) headers.set('x-request-id', config.host.uuid())
  }
  info.requestId = headers.get('x-request-id')
  mutateXfcc(headers, connection, config.clientCert(headers, info))
  return {
    remote,
    reject: undefined,
    reason: `client ${remote.text ?? remote.ip}, ${internal ? 'internal' : 'external'}`,
  }
}

interface FoundClient {
  address: Address | undefined
  trusted: boolean
  reject?: { status: number; body: string }
}

function findClient(headers: HeaderMap, connection: ConnectionInfo, config: ConnectionManagerConfig): FoundClient {
  if (!config.useRemoteAddress) {
    for (const extension of config.originalIpDetection) {
      const result = extension(headers, connection)
      if (result.reject) return { address: undefined, trusted: false, reject: result.reject }
      if (result.skipXffAppend === false) appendForwardedFor(headers, connection.remote, config)
      if (result.address) return { address: result.address, trusted: result.trusted }
    }
    return { address: undefined, trusted: false }
  }
  const trusted = !headers.has('x-forwarded-for')
  const hops = config.xffNumTrustedHops
  const address = (hops > 0 ? lastForwardedAddress(headers, hops - 1).address : undefined) ?? connection.remote
  if (!config.skipXffAppend) appendForwardedFor(headers, connection.remote, config)
  if (hops === 0 || !headers.has('x-forwarded-proto'))
    headers.set('x-forwarded-proto', forwardedProto(connection, config))
  if (config.appendXForwardedPort && (hops === 0 || !headers.has('x-forwarded-port')))
    headers.set('x-forwarded-port', String(connection.local.port))
  return { address, trusted }
}

function appendForwardedFor(headers: HeaderMap, remote: Address, config: ConnectionManagerConfig): void {
  if (remote.text !== undefined) return
  headers.append('x-forwarded-for', isLoopback(remote) ? config.localAddress : remote.ip)
}

// forward_proto_config: the destination port that PROXY protocol told may say what TLS was used in front.
function forwardedProto(connection: ConnectionInfo, config: ConnectionManagerConfig): string {
  const restored =
    connection.local.port !== connection.directLocal.port || connection.local.ip !== connection.directLocal.ip
  if (restored && config.httpsPorts.includes(connection.local.port)) return 'https'
  if (restored && config.httpPorts.includes(connection.local.port)) return 'http'
  return connection.tls ? 'https' : 'http'
}

/** Adds to `via`, a comma and a space between (Utility::appendVia). */
export function appendVia(headers: HeaderMap, via: string): void {
  const old = headers.get('via')
  headers.set('via', old ? `${old}, ${via}` : via)
}

function cleanInternalHeaders(headers: HeaderMap, edge: boolean, internalOnly: readonly string[]): void {
  headers.removeIf((name) => {
    if (name.startsWith('x-envoy-')) {
      if (INTERNAL_ONLY.includes(name)) return true
      if (edge && EDGE_ONLY.includes(name)) return true
    }
    return internalOnly.includes(name)
  })
}

/** A referer is no broken URL, and has neither a fragment nor the name of a user: those are nobody else's business. */
function isAllowedReferer(referer: string): boolean {
  if (/#[^#]/.test(referer)) return false
  if (!referer.includes('://')) return true
  return parseUrl(referer) !== undefined && !/:\/\/[^/?#@]+@/.test(referer)
}
