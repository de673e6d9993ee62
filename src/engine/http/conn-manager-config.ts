import type {
  HttpConnectionManager,
  HttpFilter,
} from '../../envoy/types/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.d.ts'
import { millis } from '../duration.ts'
import type { Host } from '../host.ts'
import { CidrList, createStringMatcher } from '../match/index.ts'
import type { NetworkFactoryContext } from '../network/types.ts'
import type { MessageRegistry, ProxyServices } from '../services.ts'
import type { Address } from '../stream-info.ts'
import type { Http1ServerSettings } from './codec/http1-server.ts'
import { headerKeyFormat, statefulKeyFormat } from './codec/http1-settings.ts'
import type { Http2ServerSettings } from './codec/http2-server.ts'
import { createEarlyMutation, type EarlyMutation } from './early-mutation.ts'
import { configureFilters } from './filter-chain.ts'
import type { ConfiguredFilter } from './filter-slot.ts'
import { LocalReplyRewriter } from './local-reply-config.ts'
import { createOriginalIpDetection, type OriginalIpDetection, xffDetection } from './original-ip.ts'
import type { PathOptions } from './path-normalization.ts'
import type { ProxyStatusOptions } from './proxy-status.ts'
import { createRouteSource, type RouteSource } from './route-source.ts'
import { type ClientCertPolicyChooser, createClientCertPolicy } from './xfcc.ts'

/** The proxy's own address on its network: what Envoy writes where it would otherwise write 127.0.0.1. */
export const LOCAL_ADDRESS = '192.0.2.2'

/** An HttpConnectionManager message, made ready once for all its connections. Times are in milliseconds. */
export interface ConnectionManagerConfig {
  readonly path: string
  readonly host: Host
  readonly services: ProxyServices
  readonly filters: readonly ConfiguredFilter[]
  /** By upgrade type in lower case. */
  readonly upgrades: ReadonlyMap<string, { enabled: boolean; filters: readonly ConfiguredFilter[] | undefined }>
  readonly routes: RouteSource
  readonly codec: 'auto' | 'http1' | 'http2' | 'http3'
  readonly http1: Http1ServerSettings
  readonly http2: Http2ServerSettings
  readonly useRemoteAddress: boolean
  readonly xffNumTrustedHops: number
  readonly skipXffAppend: boolean
  readonly originalIpDetection: readonly OriginalIpDetection[]
  readonly earlyMutations: readonly EarlyMutation[]
  readonly appendXForwardedPort: boolean
  readonly httpsPorts: readonly number[]
  readonly httpPorts: readonly number[]
  readonly schemeToSet: string | undefined
  readonly schemeMatchesUpstream: boolean
  readonly isInternal: (address: Address) => boolean
  readonly internalOnlyHeaders: readonly string[]
  readonly userAgent: string | undefined
  readonly nodeName: string
  readonly localAddress: string
  readonly via: string
  readonly generateRequestId: boolean
  readonly preserveExternalRequestId: boolean
  readonly alwaysSetRequestId: boolean
  readonly clientCert: ClientCertPolicyChooser
  readonly proxy100Continue: boolean
  readonly pathOptions: PathOptions
  readonly stripPort: 'no' | 'matching' | 'any'
  readonly stripTrailingDot: boolean
  readonly serverName: string
  readonly serverTransformation: 'overwrite' | 'appendIfAbsent' | 'passThrough'
  readonly localReply: LocalReplyRewriter
  readonly proxyStatus: ProxyStatusOptions | undefined
  readonly streamIdleTimeoutMs: number
  readonly requestTimeoutMs: number
  readonly requestHeadersTimeoutMs: number
  readonly maxStreamDurationMs: number
  readonly delayedCloseTimeoutMs: number
  readonly maxRequestsPerConnection: number
  readonly idleTimeoutMs: number
  readonly maxConnectionDurationMs: number
  readonly drainTimeoutMs: number
  readonly tracing: 'ingress' | 'egress' | undefined
}

/** Makes an HttpConnectionManager ready. Throws ConfigError for what Envoy would refuse to load. */
export function createConnectionManagerConfig(
  config: HttpConnectionManager,
  context: NetworkFactoryContext,
): ConnectionManagerConfig {
  const { services, host, path } = context
  const { registry } = services
  const chain = (filters: readonly HttpFilter[], field: string) =>
    configureFilters(filters, `${path}.${field}`, services)
  const common = config.commonHttpProtocolOptions
  const routes = createRouteSource(config, path, services)
  return {
    path,
    host,
    services,
    filters: chain(config.httpFilters, 'http_filters'),
    upgrades: new Map(
      config.upgradeConfigs.map((upgrade, i) => [
        upgrade.upgradeType.toLowerCase(),
        {
          enabled: upgrade.enabled ?? true,
          filters: upgrade.filters.length > 0 ? chain(upgrade.filters, `upgrade_configs[${i}].filters`) : undefined,
        },
      ]),
    ),
    routes,
    codec: (['auto', 'http1', 'http2', 'http3'] as const)[config.codecType] ?? 'auto',
    ...protocolSettings(config, path, registry),
    useRemoteAddress: config.useRemoteAddress ?? false,
    xffNumTrustedHops: config.xffNumTrustedHops,
    skipXffAppend: config.skipXffAppend,
    originalIpDetection:
      config.originalIpDetectionExtensions.length > 0
        ? config.originalIpDetectionExtensions.map((extension, i) =>
            createOriginalIpDetection(extension, `${path}.original_ip_detection_extensions[${i}]`, registry),
          )
        : [xffDetection(config.xffNumTrustedHops)],
    earlyMutations: config.earlyHeaderMutationExtensions.map((extension, i) =>
      createEarlyMutation(extension, `${path}.early_header_mutation_extensions[${i}]`, services),
    ),
    appendXForwardedPort: config.appendXForwardedPort,
    httpsPorts: config.forwardProtoConfig?.httpsDestinationPorts ?? [],
    httpPorts: config.forwardProtoConfig?.httpDestinationPorts ?? [],
    schemeToSet:
      config.schemeHeaderTransformation?.transformation.case === 'schemeToOverwrite'
        ? config.schemeHeaderTransformation.transformation.value
        : undefined,
    schemeMatchesUpstream: config.schemeHeaderTransformation?.matchUpstream ?? false,
    isInternal: internalAddresses(config, path),
    internalOnlyHeaders: routes.internalOnlyHeaders,
    userAgent: config.addUserAgent ? services.node.cluster : undefined,
    nodeName: services.node.id,
    localAddress: LOCAL_ADDRESS,
    via: config.via,
    generateRequestId: config.generateRequestId ?? true,
    preserveExternalRequestId: config.preserveExternalRequestId,
    alwaysSetRequestId: config.alwaysSetRequestIdInResponse,
    clientCert: createClientCertPolicy(config, path, services),
    proxy100Continue: config.proxy100Continue,
    pathOptions: {
      normalize: config.normalizePath ?? services.runtime.fraction('http_connection_manager.normalize_path', 0, 100),
      mergeSlashes: config.mergeSlashes,
      escapedSlashes: escapedSlashes(config, services),
    },
    stripPort:
      config.stripPortMode.case === 'stripAnyHostPort' && config.stripPortMode.value
        ? 'any'
        : config.stripMatchingHostPort
          ? 'matching'
          : 'no',
    stripTrailingDot: config.stripTrailingHostDot,
    serverName: config.serverName || 'envoy',
    serverTransformation:
      (['overwrite', 'appendIfAbsent', 'passThrough'] as const)[config.serverHeaderTransformation] ?? 'overwrite',
    localReply: new LocalReplyRewriter(config.localReplyConfig, `${path}.local_reply_config`, services),
    proxyStatus: proxyStatusOptions(config, services),
    streamIdleTimeoutMs: millis(config.streamIdleTimeout) ?? 300_000,
    requestTimeoutMs: millis(config.requestTimeout) ?? 0,
    requestHeadersTimeoutMs: millis(config.requestHeadersTimeout) ?? 0,
    maxStreamDurationMs: millis(common?.maxStreamDuration) ?? 0,
    delayedCloseTimeoutMs: millis(config.delayedCloseTimeout) ?? 1000,
    maxRequestsPerConnection: common?.maxRequestsPerConnection ?? 0,
    idleTimeoutMs: millis(common?.idleTimeout) ?? 3_600_000,
    maxConnectionDurationMs: millis(common?.maxConnectionDuration) ?? 0,
    drainTimeoutMs: millis(config.drainTimeout) ?? 5000,
    tracing: config.tracing && (context.trafficDirection === 'OUTBOUND' ? 'egress' : 'ingress'),
  }
}

function protocolSettings(
  config: HttpConnectionManager,
  path: string,
  registry: MessageRegistry,
): { http1: Http1ServerSettings; http2: Http2ServerSettings } {
  const common = config.commonHttpProtocolOptions
  const http1 = config.httpProtocolOptions
  const ignored = (http1?.ignoreHttp11Upgrade ?? []).map((matcher, i) =>
    createStringMatcher(matcher, `${path}.http_protocol_options.ignore_http_11_upgrade[${i}]`),
  )
  const http2 = config.http2ProtocolOptions
  const streamError = config.streamErrorOnInvalidHttpMessage
  const shared = {
    maxRequestHeadersKb: config.maxRequestHeadersKb ?? 60,
    maxHeadersCount: common?.maxHeadersCount ?? 100,
    underscores: (['allow', 'reject', 'drop'] as const)[common?.headersWithUnderscoresAction ?? 0] ?? 'allow',
  }
  return {
    http1: {
      ...shared,
      acceptHttp10: http1?.acceptHttp10 ?? false,
      defaultHostForHttp10: http1?.defaultHostForHttp10 ?? '',
      allowAbsoluteUrl: http1?.allowAbsoluteUrl ?? true,
      allowChunkedLength: http1?.allowChunkedLength ?? false,
      allowCustomMethods: http1?.allowCustomMethods ?? false,
      enableTrailers: http1?.enableTrailers ?? false,
      format: headerKeyFormat(http1),
      keepKeys: statefulKeyFormat(http1, registry),
      ignoresUpgrade: (type) => ignored.some((matcher) => matcher.matches(type)),
      validateScheme: config.schemeHeaderTransformation?.matchUpstream ?? false,
      streamErrorOnInvalidMessage: http1?.overrideStreamErrorOnInvalidHttpMessage ?? streamError ?? false,
    },
    http2: {
      ...shared,
      allowConnect: http2?.allowConnect ?? false,
      headerTableSize: http2?.hpackTableSize ?? 4096,
      maxConcurrentStreams: http2?.maxConcurrentStreams ?? 1024,
      streamWindow: http2?.initialStreamWindowSize ?? 16 * 1024 * 1024,
      connectionWindow: http2?.initialConnectionWindowSize ?? 24 * 1024 * 1024,
      streamErrorOnInvalidMessage:
        http2?.overrideStreamErrorOnInvalidHttpMessage ??
        ((http2?.streamErrorOnInvalidHttpMessaging ?? false) || (streamError ?? false)),
    },
  }
}

function escapedSlashes(config: HttpConnectionManager, services: ProxyServices): PathOptions['escapedSlashes'] {
  const actions = ['keep', 'keep', 'reject', 'redirect', 'forward'] as const
  const chosen = config.pathWithEscapedSlashesAction
  const number =
    chosen !== 0 ? chosen : services.runtime.number('http_connection_manager.path_with_escaped_slashes_action', 0)
  return actions[number] ?? 'keep'
}

function internalAddresses(config: HttpConnectionManager, path: string): (address: Address) => boolean {
  const internal = config.internalAddressConfig
  if (!internal) return () => false
  const ranges = new CidrList(internal.cidrRanges, `${path}.internal_address_config.cidr_ranges`)
  return (address) => (address.text === undefined ? ranges.contains(address.ip) : internal.unixSockets)
}

function proxyStatusOptions(config: HttpConnectionManager, services: ProxyServices): ProxyStatusOptions | undefined {
  const options = config.proxyStatusConfig
  if (!options) return undefined
  const { proxyName } = options
  const name =
    proxyName.case === 'literalProxyName'
      ? proxyName.value
      : proxyName.case === 'useNodeId' && proxyName.value
        ? services.node.id
        : config.serverName || 'envoy'
  return {
    name,
    removeDetails: options.removeDetails,
    removeTerminationDetails: options.removeConnectionTerminationDetails,
    removeResponseFlags: options.removeResponseFlags,
    setRecommendedStatus: options.setRecommendedResponseCode,
  }
}
