import type { Cluster as ClusterConfig } from '../../envoy/types/envoy/config/cluster/v3/cluster_pb.d.ts'
import type { HttpProtocolOptions } from '../../envoy/types/envoy/extensions/upstreams/http/v3/http_protocol_options_pb.d.ts'
import type { Buffer } from '../buffer.ts'
import { millis } from '../duration.ts'
import type { EventLoop } from '../event-loop.ts'
import type { Http1ClientSettings, ResponseDecoder } from '../http/codec/http1-client.ts'
import { headerKeyFormat, statefulKeyFormat } from '../http/codec/http1-settings.ts'
import type { ResetReason } from '../http/codec/types.ts'
import type { ConfiguredFilter } from '../http/filter-slot.ts'
import type { HeaderMap } from '../http/header-map.ts'
import type { RouteRetryPolicy, ShadowPolicy } from '../route/types.ts'
import type { MessageRegistry } from '../services.ts'
import type { Address, JsonObject } from '../stream-info.ts'
import { OutlierDetector } from './outlier-detector.ts'
import type { StubServer } from './stub.ts'
import { speaksTls } from './transport.ts'

const DYNAMIC_FORWARD_PROXY = 'envoy.extensions.clusters.dynamic_forward_proxy.v3.ClusterConfig'
const AGGREGATE = 'envoy.extensions.clusters.aggregate.v3.ClusterConfig'
const PROTOCOL_OPTIONS = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions'

/** Where a request or connection goes. */
export interface UpstreamHost {
  address: Address
  hostname: string
  tls: boolean
  metadata: Record<string, JsonObject>
}

/** Takes what comes of one attempt at a cluster (Router::UpstreamToDownstream and GenericConnectionPoolCallbacks). */
export interface UpstreamCallbacks extends ResponseDecoder {
  onPoolReady(stream: UpstreamStream, host: UpstreamHost): void
  onPoolFailure(reason: ResetReason, transportFailure: string, host: UpstreamHost | undefined): void
  onResetStream(reason: ResetReason, transportFailure: string): void
}

/** Writes one request to a server. */
export interface UpstreamStream {
  readonly protocol: 'HTTP/1.1' | 'HTTP/2' | 'TCP'
  /** What is wrong with the headers, when they cannot be sent. */
  encodeHeaders(headers: HeaderMap, endStream: boolean): string | undefined
  encodeData(data: Buffer, endStream: boolean): void
  encodeTrailers(trailers: HeaderMap): void
  resetStream(): void
}

/** Circuit breaker limits of one priority. */
export interface Limits {
  connections: number
  pending: number
  requests: number
  retries: number
}

/** One cluster, made ready: how it is spoken to, what it allows, and the stub behind it. */
export class Cluster {
  readonly name: string
  readonly path: string
  readonly config: ClusterConfig
  readonly stub: StubServer
  readonly host: UpstreamHost
  /** The cluster speaks TLS and its server does not: no connection ever stands. */
  readonly tlsUnanswered: boolean
  readonly options: HttpProtocolOptions | undefined
  readonly http1: Http1ClientSettings
  /** Filters that run for each attempt (HttpProtocolOptions.http_filters), when there are some. */
  readonly filters: readonly ConfiguredFilter[]
  readonly maxStreamDurationMs: number | undefined
  readonly limits: Record<'default' | 'high', Limits>
  readonly metadata: Record<string, JsonObject>
  readonly connectTimeoutMs: number
  /** How long a connection may wait for a request (0: for ever), and how many it may carry (0: any number). */
  readonly keepAlive: { idleTimeoutMs: number; maxRequests: number }
  /** Names of an aggregate cluster's members. */
  readonly members: readonly string[]
  readonly usage = { requests: 0, retries: 0 }
  readonly outliers: OutlierDetector | undefined
  /** retry_policy and request_mirror_policies of HttpProtocolOptions: where they are set, the route's do not count. */
  readonly policies: { retry: RouteRetryPolicy | undefined; shadows: readonly ShadowPolicy[] }
  private readonly http2: boolean
  private readonly followsDownstream: boolean

  constructor(input: {
    config: ClusterConfig
    path: string
    stub: StubServer
    registry: MessageRegistry
    port: number
    /** Servers behind clusters that speak TLS speak it too; without it they are as plain as the recorded ones. */
    serversSpeakTls: boolean
    filters: (options: HttpProtocolOptions, path: string) => readonly ConfiguredFilter[]
    policies: (options: HttpProtocolOptions, path: string) => Cluster['policies']
  }) {
    const { config, path, registry } = input
    this.name = config.name
    this.path = path
    this.config = config
    this.stub = input.stub
    const custom = config.clusterDiscoveryType.case === 'clusterType' ? config.clusterDiscoveryType.value : undefined
    const opened = registry.unpack(custom?.typedConfig)
    // An original destination, or one that a name stands for, is somewhere else: only a case that names the cluster says what stands there.
    const elsewhere = this.isOriginalDestination || opened?.typeName === DYNAMIC_FORWARD_PROXY
    if (elsewhere && input.stub.script === undefined) input.stub.down = true
    this.options = registry.unpack(config.typedExtensionProtocolOptions[PROTOCOL_OPTIONS])?.message as
      | HttpProtocolOptions
      | undefined
    const upstream = this.options?.upstreamProtocolOptions
    const explicit = upstream?.case === 'explicitHttpConfig' ? upstream.value.protocolConfig : undefined
    this.http2 = explicit ? explicit.case !== 'httpProtocolOptions' : config.http2ProtocolOptions !== undefined
    this.followsDownstream = upstream?.case === 'useDownstreamProtocolConfig' || config.protocolSelection === 1
    const http1 =
      explicit?.case === 'httpProtocolOptions'
        ? explicit.value
        : upstream?.case === 'explicitHttpConfig'
          ? undefined
          : (upstream?.value?.httpProtocolOptions ?? config.httpProtocolOptions)
    const common = this.options?.commonHttpProtocolOptions ?? config.commonHttpProtocolOptions
    this.http1 = {
      allowChunkedLength: http1?.allowChunkedLength ?? false,
      enableTrailers: http1?.enableTrailers ?? false,
      format: headerKeyFormat(http1),
      keepKeys: statefulKeyFormat(http1, registry),
      fullyQualifiedUrl: http1?.sendFullyQualifiedUrl ?? false,
      maxHeadersKb: common?.maxResponseHeadersKb ?? 80,
      maxHeadersCount: common?.maxHeadersCount ?? 100,
    }
    this.maxStreamDurationMs = millis(common?.maxStreamDuration)
    this.keepAlive = {
      idleTimeoutMs: millis(common?.idleTimeout) ?? 3_600_000,
      maxRequests: common?.maxRequestsPerConnection ?? config.maxRequestsPerConnection ?? 0,
    }
    this.connectTimeoutMs = millis(config.connectTimeout) ?? 5000
    const optionsPath = `${path}.typed_extension_protocol_options["${PROTOCOL_OPTIONS}"]`
    this.filters = this.options ? input.filters(this.options, optionsPath) : []
    this.policies = this.options ? input.policies(this.options, optionsPath) : { retry: undefined, shadows: [] }
    this.outliers = config.outlierDetection && new OutlierDetector(config.outlierDetection, input.stub.loop)
    this.members = opened?.typeName === AGGREGATE ? (opened.message as { clusters: string[] }).clusters : []
    this.limits = { default: limits(config, 0), high: limits(config, 1) }
    this.metadata = (config.metadata?.filterMetadata ?? {}) as Record<string, JsonObject>
    const tls = speaksTls(config, registry)
    this.tlsUnanswered = tls && !input.serversSpeakTls
    this.host = {
      address: { ip: '127.0.0.1', port: input.port },
      hostname: '',
      tls,
      metadata: {},
    }
  }

  /** %UPSTREAM_CLUSTER%. */
  get displayName(): string {
    return this.config.altStatName || this.name
  }

  // With no healthy host left, all are used again, unless the threshold forbids it.
  private get panics(): boolean {
    const threshold = this.config.commonLbConfig?.healthyPanicThreshold?.value ?? 50
    return threshold > 0
  }

  /** True for a cluster whose hosts are where its connections were going anyway (ORIGINAL_DST). */
  get isOriginalDestination(): boolean {
    const type = this.config.clusterDiscoveryType
    return type.case === 'type' && type.value === 4
  }

  get loop(): EventLoop {
    return this.stub.loop
  }

  /** Whether its load assignment names `address` (`host:port`). */
  hasEndpoint(address: string): boolean {
    return (this.config.loadAssignment?.endpoints ?? []).some(({ lbEndpoints }) =>
      lbEndpoints.some(({ hostIdentifier }) => {
        const where = hostIdentifier.case === 'endpoint' ? hostIdentifier.value.address?.address : undefined
        if (where?.case !== 'socketAddress') return false
        const { address: host, portSpecifier } = where.value
        return `${host}:${portSpecifier.value ?? 0}` === address
      }),
    )
  }

  /** What this cluster is spoken to in, for a request that came in `downstream`. */
  protocolFor(downstream: string | undefined): 'HTTP/1.1' | 'HTTP/2' {
    if (this.followsDownstream) return downstream === 'HTTP/2' ? 'HTTP/2' : 'HTTP/1.1'
    return this.http2 ? 'HTTP/2' : 'HTTP/1.1'
  }

  /**
   * Whether a load balancer finds a host for these metadata criteria. The recorded clusters have one endpoint without
   * metadata, so a subset that asks for some has no host unless the fallback allows any.
   */
  hasHostFor(criteria: Record<string, JsonObject>): boolean {
    if (this.outliers?.ejected && !this.panics) return false
    const subsets = this.config.lbSubsetConfig
    if (!subsets || subsets.subsetSelectors.length === 0) return true
    const wanted = Object.keys(criteria['envoy.lb'] ?? {})
    const fallback = subsets.fallbackPolicy
    if (wanted.length === 0 && fallback === 0) return false
    if (fallback === 1) return true
    if (fallback === 2) return Object.keys(subsets.defaultSubset ?? {}).length === 0
    return false
  }
}

function limits(config: ClusterConfig, priority: number): Limits {
  const threshold = config.circuitBreakers?.thresholds.find((each) => each.priority === priority)
  return {
    connections: threshold?.maxConnections ?? 1024,
    pending: threshold?.maxPendingRequests ?? 1024,
    requests: threshold?.maxRequests ?? 1024,
    retries: threshold?.maxRetries ?? 3,
  }
}
