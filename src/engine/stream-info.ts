import type { HeaderMap } from './http/header-map.ts'
import type { Route } from './route/types.ts'

/** A JSON object as protobuf's Struct holds it. */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue }
export type JsonObject = { [key: string]: JsonValue }

/** An IP endpoint, or an internal one. */
export interface Address {
  ip: string
  port: number
  /** Set for envoy_internal_address and pipes: what Envoy prints for the address. */
  text?: string
}

/** `10.0.0.1:80`, `[::1]:80`, or the text of an address that is not IP. */
export function formatAddress(address: Address): string {
  if (address.text !== undefined) return address.text
  return address.ip.includes(':') ? `[${address.ip}]:${address.port}` : `${address.ip}:${address.port}`
}

/** What TLS termination knows: data only, no cryptography. */
export interface TlsInfo {
  sni?: string
  alpn?: string
  version?: string
  cipher?: string
  ja3?: string
  ja4?: string
  /** PEM of the peer's leaf certificate, and what was read from it. */
  peer?: CertificateInfo
  peerValidated: boolean
  /** The certificates the peer sent, its own first. */
  peerChain?: readonly CertificateInfo[]
  /** The certificate that signed the peer's, where it is known. */
  peerIssuer?: CertificateInfo
  local?: CertificateInfo
}

/** What Envoy reads from an X.509 certificate for formatters, Lua's ssl object and XFCC. */
export interface CertificateInfo {
  pem: string
  sha256: string
  sha1: string
  serial: string
  subject: string
  issuer: string
  uriSans: string[]
  dnsSans: string[]
  ipSans: string[]
  emailSans: string[]
  /** Milliseconds since 1970. */
  validFrom: number
  validUntil: number
}

/** The downstream connection, shared by its requests. */
export interface ConnectionInfo {
  id: number
  remote: Address
  directRemote: Address
  local: Address
  directLocal: Address
  requestedServerName: string
  /** `tls` or `raw_buffer`, as tls_inspector or the transport socket found. */
  transportProtocol: string
  applicationProtocols: string[]
  tls?: TlsInfo
  /** Metadata and filter state set by listener and network filters. */
  dynamicMetadata: DynamicMetadata
  typedMetadata: Map<string, { typeUrl: string; value: unknown }>
  filterState: FilterState
  listenerName: string
  filterChainName: string
  /** filter_metadata of the listener and of the filter chain, where they have some. */
  listenerMetadata?: Record<string, JsonObject>
  filterChainMetadata?: Record<string, JsonObject>
  /** CONNECTION_TERMINATION_DETAILS, when Envoy closed it. */
  terminationDetails?: string
  transportFailureReason?: string
}

/** Dynamic metadata by namespace. */
export class DynamicMetadata {
  readonly namespaces = new Map<string, JsonObject>()
  version = 0

  get(namespace: string): JsonObject | undefined {
    return this.namespaces.get(namespace)
  }

  /** Each field replaces the one of its name, others stay (StreamInfo::setDynamicMetadata: MergeFrom on a map). */
  set(namespace: string, value: JsonObject): void {
    this.version++
    this.namespaces.set(namespace, { ...this.namespaces.get(namespace), ...value })
  }

  /** Merges structs all the way down, and joins lists (StructUtil::update). */
  update(namespace: string, value: JsonObject): void {
    this.version++
    this.namespaces.set(namespace, mergeStruct(this.namespaces.get(namespace) ?? {}, value))
  }

  replace(namespace: string, value: JsonObject): void {
    this.version++
    this.namespaces.set(namespace, value)
  }

  toJson(): Record<string, JsonObject> {
    return Object.fromEntries(this.namespaces)
  }
}

/** Objects merge, lists are joined, scalars are replaced. */
export function mergeStruct(into: JsonObject, from: JsonObject): JsonObject {
  const out: JsonObject = { ...into }
  for (const [key, value] of Object.entries(from)) {
    const old = Object.hasOwn(out, key) ? out[key] : undefined
    if (isObject(old) && isObject(value)) out[key] = mergeStruct(old, value)
    else if (Array.isArray(old) && Array.isArray(value)) out[key] = [...old, ...value]
    else out[key] = value
  }
  return out
}

/** A JSON object, as opposed to a list, a scalar or null. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export type FilterStateLifeSpan = 'FilterChain' | 'Request' | 'Connection' | 'TopSpan'

/** An object in filter state: its string form, and fields for objects that have some. */
export interface FilterStateObject {
  /** serializeAsString(), undefined when the object has no such form. */
  text?: string
  /** serializeAsProto() as JSON, where there is one. */
  json?: JsonValue
  fields?: Record<string, string | number | undefined>
  sharedWithUpstream?: 'None' | 'Once' | 'Transitive'
  lifeSpan: FilterStateLifeSpan
}

/** Filter state of a stream: lookups fall through to the connection's (StreamInfo::FilterStateImpl with parents). */
export class FilterState {
  readonly objects = new Map<string, FilterStateObject>()
  private readonly parent: FilterState | undefined

  constructor(parent?: FilterState) {
    this.parent = parent
  }

  get(name: string): FilterStateObject | undefined {
    return this.objects.get(name) ?? this.parent?.get(name)
  }

  /** Objects that live as long as the connection are kept with it. */
  set(name: string, object: FilterStateObject): void {
    if (object.lifeSpan === 'Connection' && this.parent) this.parent.set(name, object)
    else this.objects.set(name, object)
  }

  names(): string[] {
    return [...new Set([...(this.parent?.names() ?? []), ...this.objects.keys()])]
  }
}

/** Response flags by their short names, in the order Envoy prints them. */
export const RESPONSE_FLAGS = {
  LH: 'FailedLocalHealthCheck',
  UH: 'NoHealthyUpstream',
  UT: 'UpstreamRequestTimeout',
  LR: 'LocalReset',
  UR: 'UpstreamRemoteReset',
  UF: 'UpstreamConnectionFailure',
  UC: 'UpstreamConnectionTermination',
  UO: 'UpstreamOverflow',
  NR: 'NoRouteFound',
  DI: 'DelayInjected',
  FI: 'FaultInjected',
  RL: 'RateLimited',
  UAEX: 'UnauthorizedExternalService',
  RLSE: 'RateLimitServiceError',
  DC: 'DownstreamConnectionTermination',
  URX: 'UpstreamRetryLimitExceeded',
  SI: 'StreamIdleTimeout',
  IH: 'InvalidEnvoyRequestHeaders',
  DPE: 'DownstreamProtocolError',
  UMSDR: 'UpstreamMaxStreamDurationReached',
  RFCF: 'ResponseFromCacheFilter',
  NFCF: 'NoFilterConfigFound',
  DT: 'DurationTimeout',
  UPE: 'UpstreamProtocolError',
  NC: 'NoClusterFound',
  OM: 'OverloadManagerTerminated',
  DF: 'DnsResolutionFailed',
  DO: 'DropOverload',
  DR: 'DownstreamRemoteReset',
  UDO: 'UnconditionalDropOverload',
} as const
export type ResponseFlag = keyof typeof RESPONSE_FLAGS

/** The upstream half of a stream: filled in by the router as attempts are made. */
export interface UpstreamInfo {
  cluster?: string
  host?: Address
  /** The endpoint's hostname, where it has one. */
  hostName?: string
  /** Every host that was tried, in order, the last one included. */
  hostsAttempted?: { address: Address; hostName?: string }[]
  connectionId?: number
  localAddress?: Address
  protocol?: string
  tls?: TlsInfo
  transportFailureReason?: string
  remoteResponseFlags?: string
  /** Virtual ms. */
  connectedAt?: number
  firstByteSentAt?: number
  lastByteSentAt?: number
  firstByteReceivedAt?: number
  lastByteReceivedAt?: number
  requestAttemptCount?: number
  filterState?: FilterState
  clusterMetadata?: Record<string, JsonObject>
  hostMetadata?: Record<string, JsonObject>
}

/** What is known of one stream while it runs (envoy/stream_info/stream_info.h). */
export class StreamInfo {
  readonly connection: ConnectionInfo
  /** Virtual ms at which the stream began. */
  readonly startedAt: number
  protocol: 'HTTP/1.0' | 'HTTP/1.1' | 'HTTP/2' | undefined
  requestId: string | undefined
  responseCode: number | undefined
  responseCodeDetails: string | undefined
  readonly flags = new Set<ResponseFlag>()
  /** The request's headers as they are now, once the connection manager has them (StreamInfo::getRequestHeaders). */
  requestHeaders: HeaderMap | undefined
  /** The stream's one random number, 0 <= n < 1: drawn at the first route choice, so that choosing again draws the same. */
  random: number | undefined
  route: Route | undefined
  virtualClusterName: string | undefined
  /** A route was found without looking at path parameters: RBAC does not look at them either. */
  ignorePathParameters = false
  /** filter_metadata of the virtual host that was chosen, also when none of its routes matched. */
  virtualHostMetadata: Record<string, JsonObject> | undefined
  upstream: UpstreamInfo = {}
  upstreamCluster: string | undefined
  attemptCount: number | undefined
  readonly dynamicMetadata = new DynamicMetadata()
  readonly typedMetadata = new Map<string, { typeUrl: string; value: unknown }>()
  readonly filterState: FilterState
  /** The client's address as the connection manager decided (x-forwarded-for, original IP detection). */
  remote: Address
  bytesReceived = 0
  bytesSent = 0
  requestHeaderBytes = 0
  responseHeaderBytes = 0
  /** Virtual ms marks for the duration commands. */
  lastRequestByteAt: number | undefined
  firstResponseByteSentAt: number | undefined
  lastResponseByteSentAt: number | undefined
  traceSampled = false
  traceId: string | undefined
  /** scheme_header_transformation.match_upstream: the router writes :scheme by the upstream's transport socket. */
  schemeMatchesUpstream = false
  /** What filters add for %CUSTOM_FLAGS%. */
  readonly customFlags: string[] = []

  constructor(connection: ConnectionInfo, startedAt: number, filterState?: FilterState) {
    this.connection = connection
    this.startedAt = startedAt
    this.remote = connection.remote
    this.filterState = filterState ?? new FilterState(connection.filterState)
  }

  /** Flags in the order they were set, as Envoy prints them, `URX,UF`; undefined when there are none. */
  flagsText(): string | undefined {
    if (this.flags.size === 0) return undefined
    return [...this.flags].join(',')
  }
}
