import type { HeaderMap } from '../http/header-map.ts'
import type { JsonObject, StreamInfo } from '../stream-info.ts'

/** One entry of typed_per_filter_config, decoded. */
export interface PerFilterConfig {
  typeUrl: string
  /** Document path of the message. */
  path: string
  /** The decoded message; undefined when the type is unknown. */
  message: unknown
  /** True: a FilterConfig wrapper turns the filter off here, and `message` is undefined. False for every other entry. */
  disabled?: boolean
}

/** Where a stream was routed: the result of route matching, cached on the stream (envoy/router/router.h). */
export interface Route {
  /** `name` of the route entry; empty when it has none. */
  readonly name: string
  readonly virtualHostName: string
  readonly routeConfigName: string
  /** Document path of the route entry, for the trace. */
  readonly path: string
  /** filter_metadata of the route, virtual host and route configuration. */
  readonly metadata: Record<string, JsonObject>
  readonly virtualHostMetadata: Record<string, JsonObject>
  readonly routeConfigMetadata: Record<string, JsonObject>
  readonly typedMetadata: Record<string, unknown>
  /** The cluster a request would go to; undefined for direct responses and redirects. Settled once, when the route was chosen. */
  readonly clusterName: string | undefined
  /** True when the route forwards to a cluster (Route::routeEntry() is not null). */
  readonly forwards: boolean
  /** True for direct_response and redirect (Route::directResponseEntry() is not null). */
  readonly direct: boolean
  /** non_forwarding_action, or no action at all. */
  readonly nonForwarding: boolean
  /** Set when `forwards`. */
  readonly entry: RouteEntry | undefined
  /** Set when `direct`. */
  readonly directResponse: DirectResponse | undefined
  /** typed_per_filter_config for a filter's configured name, least specific first: route configuration, virtual host, route, weighted cluster. */
  perFilterConfigs(filterName: string): readonly PerFilterConfig[]
  /**
   * Header changes of all levels on the response, for local replies and upstream answers alike. Formatters see
   * `info.requestHeaders` and the response headers as they are at that point of the changes.
   */
  finalizeResponseHeaders(headers: HeaderMap, info: StreamInfo): void
  /** The route's own configuration, decoded (config.route.v3.Route), and its virtual host's. */
  readonly config: unknown
  readonly virtualHostConfig: unknown
  /** The virtual cluster (its name) that the request falls into, for %VIRTUAL_CLUSTER_NAME%; the first that matches. */
  virtualCluster(headers: HeaderMap): string | undefined
  /** route.decorator.operation and whether it is passed on in x-envoy-decorator-operation. */
  readonly decorator: { operation: string; propagate: boolean } | undefined
}

/** How the router forwards (Router::RouteEntry). Times are in milliseconds. */
export interface RouteEntry {
  readonly clusterName: string
  /** Answer for a cluster that does not exist: cluster_not_found_response_code. */
  readonly clusterNotFoundStatus: 404 | 500 | 503
  readonly priority: 'default' | 'high'
  /** `timeout`; 15000 when not configured, 0 for none. */
  readonly timeoutMs: number
  readonly idleTimeoutMs: number | undefined
  readonly flushTimeoutMs: number | undefined
  /** route.max_stream_duration; undefined members are not configured. */
  readonly maxStreamDuration:
    | { maxMs: number | undefined; grpcHeaderMaxMs: number | undefined; grpcHeaderOffsetMs: number | undefined }
    | undefined
  /** Deprecated max_grpc_timeout and grpc_timeout_offset. */
  readonly maxGrpcTimeoutMs: number | undefined
  readonly grpcTimeoutOffsetMs: number | undefined
  readonly retryPolicy: RouteRetryPolicy
  readonly hedge: { hedgeOnPerTryTimeout: boolean; initialRequests: number }
  readonly shadows: readonly ShadowPolicy[]
  readonly internalRedirect: InternalRedirect
  /** Upgrade types in lower case (`websocket`, `connect`) that the route turns on or off. */
  readonly upgrades: ReadonlyMap<string, boolean>
  /** Set when the route's CONNECT upgrade ends here (connect_config). */
  readonly connectConfig: { allowPost: boolean; proxyProtocol: unknown } | undefined
  /** True when the route was chosen by connect_matcher. */
  readonly connectMatched: boolean
  readonly hashPolicies: readonly HashPolicy[]
  /** The route's rate limits and its virtual host's, ready to compute descriptors. */
  readonly rateLimits: RateLimits
  /** Deprecated include_vh_rate_limits. */
  readonly includeVirtualHostRateLimits: boolean
  readonly virtualHostRateLimits: RateLimits
  readonly includeAttemptCountInRequest: boolean
  readonly includeAttemptCountInResponse: boolean
  readonly includeIsTimeoutRetryHeader: boolean
  /** filter_metadata of metadata_match, a weighted cluster's laid over the route's: what subset load balancers get. */
  readonly metadataMatch: Record<string, JsonObject>
  /** Bytes of request body the router may buffer; undefined: the listener's limit. */
  readonly requestBodyBufferLimit: number | undefined
  readonly autoHostRewrite: boolean
  readonly appendXForwardedHost: boolean
  /** Deprecated in-route CORS policies, most specific first (config.route.v3.CorsPolicy), undefined when there is none. */
  readonly cors: { route: unknown; virtualHost: unknown }
  /** early_data_policy as configured: type name of its extension; undefined for Envoy's default (safe methods). */
  readonly earlyDataPolicy: string | undefined
  /**
   * Path rewrite, host rewrite, and header changes of all levels, as the router does before it picks a host
   * (RouteEntry::finalizeRequestHeaders). `insertOriginalPath` is false under suppress_envoy_headers.
   */
  finalizeRequestHeaders(headers: HeaderMap, info: StreamInfo, options: { insertOriginalPath: boolean }): void
  /** The path (with query) that finalizeRequestHeaders would write; undefined when it stays. */
  rewrittenPath(headers: HeaderMap, info: StreamInfo): string | undefined
}

/** retry_policy of the route, or of its virtual host. Header predicates see byte strings. */
export interface RouteRetryPolicy {
  /** Conditions of retry_on, in Envoy's spelling. */
  readonly retryOn: ReadonlySet<string>
  readonly numRetries: number
  /** 0: none. */
  readonly perTryTimeoutMs: number
  readonly perTryIdleTimeoutMs: number
  readonly retriableStatusCodes: readonly number[]
  /** Any must match for `retriable-headers`. */
  readonly retriableHeaders: readonly HeaderTest[]
  /** When there are some, one must match the request or nothing is retried. */
  readonly retriableRequestHeaders: readonly HeaderTest[]
  readonly backOff: { baseMs: number; maxMs: number }
  readonly rateLimitedBackOff:
    | { resetHeaders: { name: string; format: 'seconds' | 'unix' }[]; maxMs: number }
    | undefined
  readonly hostSelectionMaxAttempts: number
  /** Type names of host predicates, priorities and options predicates. */
  readonly extensions: readonly string[]
  /** False when neither the route nor the virtual host has a policy. */
  readonly configured: boolean
}

/** A header matcher made ready. */
export interface HeaderTest {
  readonly name: string
  matches(headers: HeaderMap): boolean
  /** In words, for the trace: `x-a exact "1"`. */
  readonly description: string
}

/** A request mirror. */
export interface ShadowPolicy {
  /** The cluster for these headers; undefined when cluster_header names none (nothing is mirrored then). */
  cluster(headers: HeaderMap): string | undefined
  /** Whether this request is mirrored (runtime_fraction). */
  sampled(info: StreamInfo): boolean
  readonly traceSampled: boolean | undefined
  /** `-shadow` is put behind the host unless this is set. */
  readonly disableHostSuffix: boolean
  /** host_rewrite_literal, instead of the suffix. */
  readonly hostRewrite: string | undefined
  /** request_headers_mutations on the mirrored copy. */
  mutateHeaders(headers: HeaderMap, info: StreamInfo): void
}

export interface InternalRedirect {
  readonly enabled: boolean
  readonly maxRedirects: number
  handles(status: number): boolean
  readonly allowCrossScheme: boolean
  readonly responseHeadersToCopy: readonly string[]
  /** Predicates by type name, with their decoded configuration. */
  readonly predicates: readonly { typeName: string; name: string; message: unknown }[]
}

/** One entry of hash_policy, in words and as data; `hash input` is what Envoy would hash. */
export interface HashPolicy {
  readonly terminal: boolean
  readonly description: string
  /** The string hashed for this request; undefined when the policy has nothing to hash. */
  input(headers: HeaderMap, info: StreamInfo): string | undefined
}

export interface RateLimitDescriptor {
  entries: { key: string; value: string }[]
  limit?: { requestsPerUnit: number; unit: string }
  hitsAddend?: number
  isNegativeHits?: boolean
  xRateLimitOption?: 'OFF' | 'DRAFT_VERSION_03'
}

/** rate_limits of a route or virtual host (source/common/router/router_ratelimit.cc). */
export interface RateLimits {
  readonly empty: boolean
  /** Descriptors for a stage, in order; a limit that lacks one of its entries gives none. `onStreamDone` picks those computed at the end. */
  descriptors(
    stage: number,
    context: {
      headers: HeaderMap
      info: StreamInfo
      localCluster: string
      /** Whether limits with this disable_key are off; left out: none are. */
      isDisabled?: (disableKey: string) => boolean
    },
    onStreamDone?: boolean,
  ): RateLimitDescriptor[]
}

/** direct_response or redirect (Router::DirectResponseEntry). */
export interface DirectResponse {
  readonly status: number
  readonly redirect: boolean
  /** Body as bytes in a byte string, formatted for the stream where body_format says so. */
  body(info: StreamInfo, headers: HeaderMap): { body: string; contentType: string | undefined }
  /** The location of a redirect; for a direct response the request's own URI, which the router sends along with 201 and 3xx. */
  newUri(headers: HeaderMap, info: StreamInfo): string
  /** Run by the router on the request headers before newUri: the redirect's path rewrite lands in `:path`, and so in the location. */
  rewritePathHeader(headers: HeaderMap, insertOriginalPath: boolean): void
}

/** What a route choice came to. */
export interface RouteMatch {
  readonly route: Route | undefined
  /** One line for the trace. Computed when read, from the headers as they are then: read it at once. */
  readonly reason: string
}
