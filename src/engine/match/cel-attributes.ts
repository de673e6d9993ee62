import { timestampFromMs } from '@bufbuild/protobuf/wkt'
import { fromLatin1, textOf } from '../bytes.ts'
import type { HeaderMap } from '../http/header-map.ts'
import {
  type Address,
  formatAddress,
  type JsonValue,
  RESPONSE_FLAGS,
  type ResponseFlag,
  type TlsInfo,
} from '../stream-info.ts'
import { grpcStatusOf, httpToGrpcStatus } from './grpc.ts'
import { queryOf, removeQueryAndFragment } from './query.ts'
import type { MatchContext } from './types.ts'

/**
 * Envoy's attributes as CEL reads them (docs: Attributes). Names that have no value are left out, so that touching them is
 * CEL's own "no such key". Top-level names are computed when they are read.
 */
export function celAttributes(context: MatchContext, startTime: number): Record<string, unknown> {
  const { connection, info } = context
  return {
    get request() {
      return context.requestHeaders && request(context, context.requestHeaders, startTime)
    },
    get response() {
      return info && response(context)
    },
    get source() {
      return address(info?.remote ?? connection.remote)
    },
    get destination() {
      return address(connection.local)
    },
    get connection() {
      return attributes({
        id: BigInt(connection.id),
        mtls: connection.tls?.peer !== undefined,
        requested_server_name: connection.requestedServerName,
        termination_details: connection.terminationDetails,
        transport_failure_reason: connection.transportFailureReason,
        ...certificates(connection.tls),
      })
    },
    get upstream() {
      const upstream = info?.upstream
      return (
        upstream &&
        attributes({
          ...(upstream.host ? { address: formatAddress(upstream.host), port: BigInt(upstream.host.port) } : {}),
          local_address: upstream.localAddress && formatAddress(upstream.localAddress),
          transport_failure_reason: upstream.transportFailureReason ?? (upstream.host && ''),
          request_attempt_count: BigInt(info.attemptCount ?? 0),
          ...certificates(upstream.tls),
        })
      )
    },
    get metadata() {
      return info && attributes({ filter_metadata: jsonToCel(info.dynamicMetadata.toJson()) })
    },
    get filter_state() {
      return (
        info &&
        attributes(
          Object.fromEntries(info.filterState.names().map((name) => [name, text(info.filterState.get(name)?.text)])),
        )
      )
    },
    get xds() {
      const route = info?.route
      return attributes({
        cluster_name: info?.upstreamCluster,
        cluster_metadata: info?.upstream.clusterMetadata && metadata(info.upstream.clusterMetadata),
        route_name: route?.name,
        route_metadata: route && metadata(route.metadata),
        virtual_host_name: route?.virtualHostName,
        virtual_host_metadata: route && metadata(route.virtualHostMetadata),
        upstream_host_metadata: info?.upstream.hostMetadata && hostMetadata(info.upstream.hostMetadata),
        filter_chain_name: connection.filterChainName,
        listener_metadata: metadata(connection.listenerMetadata ?? {}),
      })
    },
  }
}

function request(context: MatchContext, headers: HeaderMap, startTime: number) {
  const path = text(headers.get(':path'))
  const info = context.info
  const length = headers.get('content-length')
  return attributes({
    headers: headerMap(headers),
    path,
    url_path: path && removeQueryAndFragment(path),
    query: path && queryOf(path),
    host: text(headers.get(':authority')),
    scheme: text(headers.get(':scheme')),
    method: text(headers.get(':method')),
    referer: text(headers.get('referer')),
    useragent: text(headers.get('user-agent')),
    id: text(headers.get('x-request-id')),
    protocol: info?.protocol,
    time: info && timestampFromMs(startTime + info.startedAt),
    size: length && /^\d+$/.test(length) ? BigInt(length) : BigInt(info?.bytesReceived ?? 0),
    total_size: BigInt((info?.bytesReceived ?? 0) + headers.byteSize),
  })
}

function response(context: MatchContext) {
  const { info, responseHeaders, responseTrailers } = context
  const code = info?.responseCode
  const grpc =
    grpcStatusOf(responseHeaders, responseTrailers) ?? (code === undefined ? undefined : httpToGrpcStatus(code))
  return attributes({
    code: code === undefined ? undefined : BigInt(code),
    code_details: info?.responseCodeDetails,
    flags: BigInt(flagBits(info?.flags)),
    // Maps are there even when the message is not: they are empty then.
    headers: headerMap(responseHeaders),
    trailers: headerMap(responseTrailers),
    grpc_status: grpc === undefined ? undefined : BigInt(grpc),
    size: BigInt(info?.bytesSent ?? 0),
    total_size: BigInt((info?.bytesSent ?? 0) + (responseHeaders?.byteSize ?? 0) + (responseTrailers?.byteSize ?? 0)),
  })
}

/** Response flags as the bits of their order. */
function flagBits(flags: ReadonlySet<ResponseFlag> | undefined): number {
  let bits = 0
  Object.keys(RESPONSE_FLAGS).forEach((flag, i) => {
    if (flags?.has(flag as ResponseFlag)) bits += 2 ** i
  })
  return bits
}

function certificates(tls: TlsInfo | undefined): Record<string, unknown> {
  return {
    tls_version: tls?.version,
    subject_local_certificate: tls?.local?.subject,
    subject_peer_certificate: tls?.peer?.subject,
    dns_san_local_certificate: tls?.local?.dnsSans[0],
    dns_san_peer_certificate: tls?.peer?.dnsSans[0],
    uri_san_local_certificate: tls?.local?.uriSans[0],
    uri_san_peer_certificate: tls?.peer?.uriSans[0],
    sha256_peer_certificate_digest: tls?.peer?.sha256,
  }
}

function address(of: Address) {
  return attributes({ address: formatAddress(of), port: of.text === undefined ? BigInt(of.port) : undefined })
}

function metadata(namespaces: Record<string, JsonValue>) {
  return attributes({ filter_metadata: jsonToCel(namespaces) })
}

/** A host without metadata has null, not a message without fields. */
function hostMetadata(namespaces: Record<string, JsonValue>) {
  return Object.keys(namespaces).length > 0 ? metadata(namespaces) : null
}

function headerMap(headers: HeaderMap | undefined): Map<string, string> {
  const map = new Map<string, string>()
  headers?.forEach((name) => {
    if (!map.has(name)) map.set(name, text(headers.joined(name)) ?? '')
  })
  return map
}

function attributes(values: Record<string, unknown>): Map<string, unknown> {
  return new Map(Object.entries(values).filter(([, value]) => value !== undefined))
}

/** Struct values: numbers stay doubles, objects become maps. */
function jsonToCel(value: JsonValue): unknown {
  if (Array.isArray(value)) return value.map(jsonToCel)
  if (typeof value !== 'object' || value === null) return value
  return new Map(Object.entries(value).map(([key, entry]) => [key, jsonToCel(entry)]))
}

function text(bytes: string | undefined): string | undefined {
  return bytes === undefined ? undefined : textOf(fromLatin1(bytes))
}
