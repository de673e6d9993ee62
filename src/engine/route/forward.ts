import type { RouteAction } from '../../envoy/types/envoy/config/route/v3/route_components_pb.d.ts'
import type { HeaderMap } from '../http/header-map.ts'
import type { JsonObject, StreamInfo } from '../stream-info.ts'
import { RouteBase, type RouteSettings } from './base.ts'
import { durationMs } from './duration.ts'
import { createHashPolicies } from './hash-policy.ts'
import type { PerFilterConfigs } from './per-filter-config.ts'
import { createInternalRedirect, createShadows, createUpgrades } from './policies.ts'
import { createRateLimits } from './rate-limit.ts'
import { createRetryPolicy, defaultRetryPolicy } from './retry-policy.ts'
import { createHostRewrite, createPathRewrite, type HostRewrite, type PathRewrite, updateAuthority } from './rewrite.ts'
import { filterMetadata, hedgeOf, type LevelHeaders } from './scope.ts'
import type { RouteEntry } from './types.ts'

const DEFAULT_TIMEOUT_MS = 15_000
const NOT_FOUND_STATUS = [503, 404, 500] as const

/** Everything of a RouteEntry that is the same for each of its clusters. */
export type ForwardSettings = Omit<
  RouteEntry,
  'clusterName' | 'metadataMatch' | 'finalizeRequestHeaders' | 'rewrittenPath'
> & {
  metadataMatch: Record<string, JsonObject>
  pathRewrite: PathRewrite | undefined
  hostRewrite: HostRewrite | undefined
}

/** A route action made ready (Envoy: RouteEntryImplBase in source/common/router/config_impl.cc). */
export function createForwardSettings(action: RouteAction, settings: RouteSettings): ForwardSettings {
  const { host, predicate } = settings
  const { services } = host.table
  const path = `${settings.path}.route`
  const shadows = createShadows(action.requestMirrorPolicies, `${path}.request_mirror_policies`, services)
  action.requestMirrorPolicies.forEach((mirror, i) => {
    host.table.checkCluster(mirror.cluster, `${path}.request_mirror_policies[${i}].cluster`)
  })
  const duration = action.maxStreamDuration
  return {
    clusterNotFoundStatus: NOT_FOUND_STATUS[action.clusterNotFoundResponseCode] ?? 503,
    priority: action.priority === 1 ? 'high' : 'default',
    timeoutMs: durationMs(action.timeout) ?? DEFAULT_TIMEOUT_MS,
    idleTimeoutMs: durationMs(action.idleTimeout),
    flushTimeoutMs: durationMs(action.flushTimeout),
    maxStreamDuration: duration && {
      maxMs: durationMs(duration.maxStreamDuration),
      grpcHeaderMaxMs: durationMs(duration.grpcTimeoutHeaderMax),
      grpcHeaderOffsetMs: durationMs(duration.grpcTimeoutHeaderOffset),
    },
    maxGrpcTimeoutMs: durationMs(action.maxGrpcTimeout),
    grpcTimeoutOffsetMs: durationMs(action.grpcTimeoutOffset),
    retryPolicy: action.retryPolicy
      ? createRetryPolicy(action.retryPolicy, `${path}.retry_policy`, services)
      : (host.retryPolicy ?? defaultRetryPolicy),
    hedge: action.hedgePolicy
      ? hedgeOf(action.hedgePolicy)
      : (host.hedge ?? { hedgeOnPerTryTimeout: false, initialRequests: 1 }),
    shadows: shadows.length > 0 ? shadows : host.shadows,
    internalRedirect: createInternalRedirect(action, path, services),
    ...createUpgrades(action, path),
    connectMatched: predicate.path.connect,
    hashPolicies: createHashPolicies(action.hashPolicy, `${path}.hash_policy`),
    rateLimits: createRateLimits(action.rateLimits, `${path}.rate_limits`, services),
    includeVirtualHostRateLimits: action.includeVhRateLimits ?? false,
    virtualHostRateLimits: host.rateLimits,
    includeAttemptCountInRequest: host.config.includeRequestAttemptCount,
    includeAttemptCountInResponse: host.config.includeAttemptCountInResponse,
    includeIsTimeoutRetryHeader: host.config.includeIsTimeoutRetryHeader,
    metadataMatch: filterMetadata(action.metadataMatch),
    requestBodyBufferLimit: host.bodyBufferLimit(settings.config),
    autoHostRewrite: action.hostRewriteSpecifier.case === 'autoHostRewrite' && autoRewrite(action),
    appendXForwardedHost: action.appendXForwardedHost,
    cors: { route: action.cors, virtualHost: host.config.cors },
    earlyDataPolicy: action.earlyDataPolicy && services.registry.unpack(action.earlyDataPolicy.typedConfig)?.typeName,
    pathRewrite: createPathRewrite(action, predicate.path, path, services),
    hostRewrite: createHostRewrite(action, path, services),
  }
}

function autoRewrite(action: RouteAction): boolean {
  const value: unknown = action.hostRewriteSpecifier.value
  // A BoolValue inside a oneof stays a message.
  return typeof value === 'object' && value !== null ? (value as { value: boolean }).value : value === true
}

/** The cluster a stream was given, with what the choice brings along. */
export interface ClusterChoice {
  clusterName: string
  /** A weighted cluster's own levels. */
  headers?: LevelHeaders
  perFilter?: PerFilterConfigs
  metadataMatch?: Record<string, JsonObject>
  hostRewrite?: string
  /** How it was chosen, for the trace. */
  reason?: string
}

/** A route that forwards, with its cluster settled. */
export class ForwardingRoute extends RouteBase {
  readonly forwards = true
  readonly direct = false
  readonly directResponse = undefined
  readonly clusterName: string
  readonly entry: RouteEntry
  readonly choice: ClusterChoice

  constructor(settings: RouteSettings, forward: ForwardSettings, choice: ClusterChoice) {
    super(settings)
    this.choice = choice
    this.clusterName = choice.clusterName
    this.entry = new ForwardEntry(this, forward)
  }

  override get clusterHeaders(): LevelHeaders | undefined {
    return this.choice.headers
  }

  protected override get perFilterLevels(): readonly PerFilterConfigs[] {
    const { perFilter } = this.choice
    return perFilter ? [...super.perFilterLevels, perFilter] : super.perFilterLevels
  }
}

class ForwardEntry implements RouteEntry {
  private readonly route: ForwardingRoute
  private readonly forward: ForwardSettings
  readonly clusterName: string
  readonly metadataMatch: Record<string, JsonObject>

  constructor(route: ForwardingRoute, forward: ForwardSettings) {
    this.route = route
    this.forward = forward
    this.clusterName = route.choice.clusterName
    this.metadataMatch = route.choice.metadataMatch ?? forward.metadataMatch
  }

  get clusterNotFoundStatus() {
    return this.forward.clusterNotFoundStatus
  }
  get priority() {
    return this.forward.priority
  }
  get timeoutMs() {
    return this.forward.timeoutMs
  }
  get idleTimeoutMs() {
    return this.forward.idleTimeoutMs
  }
  get flushTimeoutMs() {
    return this.forward.flushTimeoutMs
  }
  get maxStreamDuration() {
    return this.forward.maxStreamDuration
  }
  get maxGrpcTimeoutMs() {
    return this.forward.maxGrpcTimeoutMs
  }
  get grpcTimeoutOffsetMs() {
    return this.forward.grpcTimeoutOffsetMs
  }
  get retryPolicy() {
    return this.forward.retryPolicy
  }
  get hedge() {
    return this.forward.hedge
  }
  get shadows() {
    return this.forward.shadows
  }
  get internalRedirect() {
    return this.forward.internalRedirect
  }
  get upgrades() {
    return this.forward.upgrades
  }
  get connectConfig() {
    return this.forward.connectConfig
  }
  get connectMatched() {
    return this.forward.connectMatched
  }
  get hashPolicies() {
    return this.forward.hashPolicies
  }
  get rateLimits() {
    return this.forward.rateLimits
  }
  get includeVirtualHostRateLimits() {
    return this.forward.includeVirtualHostRateLimits
  }
  get virtualHostRateLimits() {
    return this.forward.virtualHostRateLimits
  }
  get includeAttemptCountInRequest() {
    return this.forward.includeAttemptCountInRequest
  }
  get includeAttemptCountInResponse() {
    return this.forward.includeAttemptCountInResponse
  }
  get includeIsTimeoutRetryHeader() {
    return this.forward.includeIsTimeoutRetryHeader
  }
  get requestBodyBufferLimit() {
    return this.forward.requestBodyBufferLimit
  }
  get autoHostRewrite() {
    return this.forward.autoHostRewrite
  }
  get appendXForwardedHost() {
    return this.forward.appendXForwardedHost
  }
  get cors() {
    return this.forward.cors
  }
  get earlyDataPolicy() {
    return this.forward.earlyDataPolicy
  }

  finalizeRequestHeaders(headers: HeaderMap, info: StreamInfo, options: { insertOriginalPath: boolean }): void {
    const { route, forward } = this
    const keepOld = options.insertOriginalPath
    route.settings.host.finalizeRequest(route.settings.headers, route.clusterHeaders, headers, info)
    restoreConnectPort(headers, info)
    const { hostRewrite: ownHost } = route.choice
    if (ownHost) headers.set(':authority', ownHost)
    const host = forward.hostRewrite?.(headers, info)
    if (host) updateAuthority(headers, host, { appendForwardedHost: forward.appendXForwardedHost, keepOld })
    const path = forward.pathRewrite?.(headers, info)
    if (!path) return
    if (keepOld) headers.set('x-envoy-original-path', headers.get(':path') ?? '')
    headers.set(':path', path)
  }

  rewrittenPath(headers: HeaderMap, info: StreamInfo): string | undefined {
    return this.forward.pathRewrite?.(headers, info) || undefined
  }
}

/** The port that the connection manager took off a CONNECT's authority is put back. */
function restoreConnectPort(headers: HeaderMap, info: StreamInfo): void {
  const port = info.filterState.get('envoy.router.original_connect_port')?.text
  if (port === undefined) return
  const host = headers.get(':authority') ?? ''
  if (!/:\d+$/.test(host)) headers.set(':authority', `${host}:${port}`)
}

/** non_forwarding_action, filter_action, or no action: filters may answer, the router cannot. */
export class NonForwardingRoute extends RouteBase {
  readonly clusterName = undefined
  readonly forwards = true
  readonly direct = false
  readonly directResponse = undefined
  readonly entry: RouteEntry

  constructor(settings: RouteSettings, forward: ForwardSettings) {
    super(settings)
    this.entry = new ForwardingRoute(settings, forward, { clusterName: '' }).entry
  }
}
