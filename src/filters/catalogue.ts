import { type Catalogue, type CatalogueEntry, catalogueOf, type FilterKind } from '../model/catalogue.ts'
import { catalogueEntry, type FilterAbout } from './about.ts'
import { about as a2a } from './http/a2a/about.ts'
import { about as adaptiveConcurrency } from './http/adaptive_concurrency/about.ts'
import { about as admissionControl } from './http/admission_control/about.ts'
import { about as alpn } from './http/alpn/about.ts'
import { about as apiKeyAuth } from './http/api_key_auth/about.ts'
import { about as bandwidthLimit } from './http/bandwidth_limit/about.ts'
import { about as basicAuth } from './http/basic_auth/about.ts'
import { about as bodySizeLimit } from './http/body_size_limit/about.ts'
import { about as buffer } from './http/buffer/about.ts'
import { about as cdnLoop } from './http/cdn_loop/about.ts'
import { about as composite } from './http/composite/about.ts'
import { about as compressor } from './http/compressor/about.ts'
import { about as connectGrpcBridge } from './http/connect_grpc_bridge/about.ts'
import { about as cors } from './http/cors/about.ts'
import { about as credentialInjector } from './http/credential_injector/about.ts'
import { about as csrf } from './http/csrf/about.ts'
import { about as customResponse } from './http/custom_response/about.ts'
import { about as decompressor } from './http/decompressor/about.ts'
import { about as extAuthz } from './http/ext_authz/about.ts'
import { about as fault } from './http/fault/about.ts'
import { about as filterChain } from './http/filter_chain/about.ts'
import { about as grpcFieldExtraction } from './http/grpc_field_extraction/about.ts'
import { about as grpcHttp1Bridge } from './http/grpc_http1_bridge/about.ts'
import { about as grpcHttp1ReverseBridge } from './http/grpc_http1_reverse_bridge/about.ts'
import { about as grpcJsonTranscoder } from './http/grpc_json_transcoder/about.ts'
import { about as grpcStats } from './http/grpc_stats/about.ts'
import { about as grpcWeb } from './http/grpc_web/about.ts'
import { about as headerMutation } from './http/header_mutation/about.ts'
import { about as headerToMetadata } from './http/header_to_metadata/about.ts'
import { about as healthCheck } from './http/health_check/about.ts'
import { about as ipTagging } from './http/ip_tagging/about.ts'
import { about as istioStats } from './http/istio_stats/about.ts'
import { about as jsonToMetadata } from './http/json_to_metadata/about.ts'
import { about as jwtAuthn } from './http/jwt_authn/about.ts'
import { about as localRatelimit } from './http/local_ratelimit/about.ts'
import { about as lua } from './http/lua/about.ts'
import { about as matchDelegate } from './http/match_delegate/about.ts'
import { about as mcp } from './http/mcp/about.ts'
import { about as oauth2 } from './http/oauth2/about.ts'
import { about as onDemand } from './http/on_demand/about.ts'
import { about as originalSrc } from './http/original_src/about.ts'
import { about as peerMetadata } from './http/peer_metadata/about.ts'
import { about as ratelimit } from './http/ratelimit/about.ts'
import { about as rbac } from './http/rbac/about.ts'
import { about as router } from './http/router/about.ts'
import { about as setFilterState } from './http/set_filter_state/about.ts'
import { about as setMetadata } from './http/set_metadata/about.ts'
import { about as sseToMetadata } from './http/sse_to_metadata/about.ts'
import { about as statefulSession } from './http/stateful_session/about.ts'
import { about as transform } from './http/transform/about.ts'
import { about as upstreamCodec } from './http/upstream_codec/about.ts'
import { about as upstreamRbac } from './http/upstream_rbac/about.ts'
import { about as wasm } from './http/wasm/about.ts'
import { about as listenerHttpInspector } from './listener/http_inspector/about.ts'
import { about as listenerLocalRatelimit } from './listener/local_ratelimit/about.ts'
import { about as listenerOriginalDst } from './listener/original_dst/about.ts'
import { about as listenerProxyProtocol } from './listener/proxy_protocol/about.ts'
import { about as listenerSetFilterState } from './listener/set_filter_state/about.ts'
import { about as listenerTlsInspector } from './listener/tls_inspector/about.ts'
import { about as networkConnectionLimit } from './network/connection_limit/about.ts'
import { about as networkDirectResponse } from './network/direct_response/about.ts'
import { about as networkEcho } from './network/echo/about.ts'
import { about as networkExtAuthz } from './network/ext_authz/about.ts'
import { about as networkHttpConnectionManager } from './network/http_connection_manager/about.ts'
import { about as networkIstioStats } from './network/istio_stats/about.ts'
import { about as networkLocalRatelimit } from './network/local_ratelimit/about.ts'
import { about as networkMetadataExchange } from './network/metadata_exchange/about.ts'
import { about as networkMongoProxy } from './network/mongo_proxy/about.ts'
import { about as networkRatelimit } from './network/ratelimit/about.ts'
import { about as networkRbac } from './network/rbac/about.ts'
import { about as networkRedisProxy } from './network/redis_proxy/about.ts'
import { about as networkSetFilterState } from './network/set_filter_state/about.ts'
import { about as networkSniCluster } from './network/sni_cluster/about.ts'
import { about as networkSniDynamicForwardProxy } from './network/sni_dynamic_forward_proxy/about.ts'
import { about as networkTcpBandwidthLimit } from './network/tcp_bandwidth_limit/about.ts'
import { about as networkTcpProxy } from './network/tcp_proxy/about.ts'
import { about as networkZookeeperProxy } from './network/zookeeper_proxy/about.ts'
import { notSimulatedHttp } from './not-simulated/http.ts'
import { notSimulatedListener } from './not-simulated/listener.ts'
import { notSimulatedNetwork } from './not-simulated/network.ts'
import { notSimulatedUdp } from './not-simulated/udp.ts'

/** Descriptions of the filters that are simulated, by kind. */
export const SIMULATED: Record<FilterKind, readonly FilterAbout[]> = {
  http: [
    a2a,
    adaptiveConcurrency,
    admissionControl,
    alpn,
    apiKeyAuth,
    bandwidthLimit,
    basicAuth,
    bodySizeLimit,
    buffer,
    cdnLoop,
    composite,
    compressor,
    connectGrpcBridge,
    cors,
    credentialInjector,
    csrf,
    customResponse,
    decompressor,
    extAuthz,
    fault,
    filterChain,
    grpcFieldExtraction,
    grpcHttp1Bridge,
    grpcHttp1ReverseBridge,
    grpcJsonTranscoder,
    grpcStats,
    grpcWeb,
    headerMutation,
    headerToMetadata,
    healthCheck,
    ipTagging,
    istioStats,
    jsonToMetadata,
    jwtAuthn,
    localRatelimit,
    lua,
    matchDelegate,
    mcp,
    oauth2,
    onDemand,
    originalSrc,
    peerMetadata,
    ratelimit,
    rbac,
    router,
    setFilterState,
    setMetadata,
    sseToMetadata,
    statefulSession,
    transform,
    upstreamCodec,
    upstreamRbac,
    wasm,
  ],
  network: [
    networkConnectionLimit,
    networkDirectResponse,
    networkEcho,
    networkExtAuthz,
    networkHttpConnectionManager,
    networkIstioStats,
    networkLocalRatelimit,
    networkMetadataExchange,
    networkMongoProxy,
    networkRatelimit,
    networkRbac,
    networkRedisProxy,
    networkSetFilterState,
    networkSniCluster,
    networkSniDynamicForwardProxy,
    networkTcpBandwidthLimit,
    networkTcpProxy,
    networkZookeeperProxy,
  ],
  listener: [
    listenerHttpInspector,
    listenerLocalRatelimit,
    listenerOriginalDst,
    listenerProxyProtocol,
    listenerSetFilterState,
    listenerTlsInspector,
  ],
  udp: [],
}

const NOT_SIMULATED: Record<FilterKind, readonly FilterAbout[]> = {
  http: notSimulatedHttp,
  network: notSimulatedNetwork,
  listener: notSimulatedListener,
  udp: notSimulatedUdp,
}

/**
 * Every filter that Envoy 1.40, its contrib build and Istio register, as data: what the palette and the inspector show.
 * The engine's side of a simulated filter is in index.ts, so that a page that only shows filters does not load it.
 */
export function filterCatalogue(): Catalogue {
  const kinds = Object.keys(SIMULATED) as FilterKind[]
  const entries: CatalogueEntry[] = kinds.flatMap((kind) => [
    ...SIMULATED[kind].map((about) => catalogueEntry(about, kind, true)),
    ...NOT_SIMULATED[kind].map((about) => catalogueEntry(about, kind, false)),
  ])
  return catalogueOf(entries.sort((a, b) => a.title.localeCompare(b.title, 'en')))
}
