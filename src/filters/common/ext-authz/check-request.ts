import { fromLatin1, fromUtf8 } from '../../../engine/bytes.ts'
import { urlEncodePem } from '../../../engine/format/commands-tls.ts'
import type { HeaderMap } from '../../../engine/http/header-map.ts'
import type { Address, CertificateInfo, ConnectionInfo, JsonObject, StreamInfo } from '../../../engine/stream-info.ts'

/** A part of the request that was buffered for the service. */
export interface CheckBody {
  bytes: Uint8Array
  /** There is more of it than the service gets. */
  partial: boolean
}

/** What an authorization service is told of an HTTP request or a connection. All header text is in byte strings. */
export interface CheckRequest {
  source: Peer
  destination: Peer
  /** Undefined for a connection. */
  http: HttpAttributes | undefined
  contextExtensions: Record<string, string>
  metadata: Record<string, JsonObject>
  routeMetadata: Record<string, JsonObject>
  /** Server name; undefined when the filter does not tell of the TLS session. */
  tlsSession: { sni: string } | undefined
}

interface Peer {
  address: Address
  service: string
  principal: string
  certificate: string
  labels: Record<string, string>
}

interface HttpAttributes {
  id: string
  method: string
  path: string
  host: string
  scheme: string
  size: number
  protocol: string
  /** Milliseconds since 1970. */
  time: number
  /** Those that the service may see, in order; x-envoy-auth-partial-body last when there is a body. */
  headers: [name: string, value: string][]
  body: CheckBody | undefined
}

const PARTIAL_BODY = 'x-envoy-auth-partial-body'

export interface PeerOptions {
  includeCertificate: boolean
  includeTlsSession: boolean
  /** Labels of this proxy, from the bootstrap's node metadata. */
  labels: Record<string, string>
}

/** The two ends of a connection (CheckRequestUtils in source/extensions/filters/common/ext_authz). */
export function peersOf(
  connection: ConnectionInfo,
  options: PeerOptions,
  names: { source: string; destination: string },
) {
  const { tls } = connection
  const source: Peer = {
    address: connection.remote,
    service: names.source,
    principal: principalOf(tls?.peer),
    certificate: options.includeCertificate && tls?.peer ? urlEncodePem(tls.peer.pem) : '',
    labels: {},
  }
  const destination: Peer = {
    address: connection.local,
    service: names.destination,
    principal: principalOf(tls?.local),
    certificate: '',
    labels: options.labels,
  }
  const sni = tls?.sni || connection.requestedServerName
  return { source, destination, tlsSession: options.includeTlsSession ? { sni } : undefined }
}

// A URI name, else a DNS name, else the subject.
function principalOf(certificate: CertificateInfo | undefined): string {
  return certificate ? (certificate.uriSans[0] ?? certificate.dnsSans[0] ?? certificate.subject) : ''
}

/** The labels under a key of the node's metadata (bootstrap_metadata_labels_key), as text. */
export function labelsOf(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {}
  return Object.fromEntries(Object.entries(value).map(([key, label]) => [key, typeof label === 'string' ? label : '']))
}

/** What the service is told of an HTTP request; `sees` picks the headers. */
export function httpAttributes(
  headers: HeaderMap,
  info: StreamInfo,
  startTime: number,
  sees: (name: string) => boolean,
  body: CheckBody | undefined,
): HttpAttributes {
  const seen: [string, string][] = []
  headers.forEach((name, value) => {
    // A client's own word on this would be believed.
    if (name !== PARTIAL_BODY && sees(name)) seen.push([name, value])
  })
  if (body) seen.push([PARTIAL_BODY, String(body.partial)])
  return {
    id: String(streamId(info)),
    method: headers.get(':method') ?? '',
    path: headers.get(':path') ?? '',
    host: headers.get(':authority') ?? '',
    scheme: headers.get(':scheme') ?? '',
    size: info.bytesReceived,
    protocol: info.protocol ?? '',
    time: startTime + info.startedAt,
    headers: seen,
    body,
  }
}

// Envoy's stream ids are random numbers; ours follow from the request id, so that the same run gives the same one.
function streamId({ requestId }: StreamInfo): bigint {
  let id = 0xcbf29ce484222325n
  for (const char of requestId ?? '') id = BigInt.asUintN(64, (id ^ BigInt(char.charCodeAt(0))) * 0x100000001b3n)
  return id
}

/** Headers as a map: values of the same name joined with commas. */
export function joinedHeaders(headers: readonly [string, string][]): Record<string, string> {
  const map: Record<string, string> = Object.create(null)
  for (const [name, value] of headers) map[name] = name in map ? `${map[name]},${value}` : value
  return map
}

/** A byte string as protobuf text: bytes that are not UTF-8 cannot travel in it (MessageUtil::sanitizeUtf8String). */
export function wireText(bytes: string): string {
  return fromUtf8(fromLatin1(bytes)).replaceAll('\ufffd', '!')
}
