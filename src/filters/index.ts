import type { FilterCatalogue, HttpFilterDefinition } from '../engine/catalogue.ts'
import type { ListenerFilterDefinition } from '../engine/listener/types.ts'
import type { NetworkFilterDefinition } from '../engine/network/types.ts'
import { a2a } from './http/a2a/index.ts'
import { adaptiveConcurrency } from './http/adaptive_concurrency/index.ts'
import { admissionControl } from './http/admission_control/index.ts'
import { alpn } from './http/alpn/index.ts'
import { apiKeyAuth } from './http/api_key_auth/index.ts'
import { bandwidthLimit } from './http/bandwidth_limit/index.ts'
import { basicAuth } from './http/basic_auth/index.ts'
import { bodySizeLimit } from './http/body_size_limit/index.ts'
import { buffer } from './http/buffer/index.ts'
import { cdnLoop } from './http/cdn_loop/index.ts'
import { composite } from './http/composite/index.ts'
import { compressor } from './http/compressor/index.ts'
import { connectGrpcBridge } from './http/connect_grpc_bridge/index.ts'
import { cors } from './http/cors/index.ts'
import { credentialInjector } from './http/credential_injector/index.ts'
import { csrf } from './http/csrf/index.ts'
import { customResponse } from './http/custom_response/index.ts'
import { decompressor } from './http/decompressor/index.ts'
import { extAuthz } from './http/ext_authz/index.ts'
import { fault } from './http/fault/index.ts'
import { filterChain } from './http/filter_chain/index.ts'
import { grpcFieldExtraction } from './http/grpc_field_extraction/index.ts'
import { grpcHttp1Bridge } from './http/grpc_http1_bridge/index.ts'
import { grpcHttp1ReverseBridge } from './http/grpc_http1_reverse_bridge/index.ts'
import { grpcJsonTranscoder } from './http/grpc_json_transcoder/index.ts'
import { grpcStats } from './http/grpc_stats/index.ts'
import { grpcWeb } from './http/grpc_web/index.ts'
import { headerMutation } from './http/header_mutation/index.ts'
import { headerToMetadata } from './http/header_to_metadata/index.ts'
import { healthCheck } from './http/health_check/index.ts'
import { ipTagging } from './http/ip_tagging/index.ts'
import { istioStats } from './http/istio_stats/index.ts'
import { jsonToMetadata } from './http/json_to_metadata/index.ts'
import { jwtAuthn } from './http/jwt_authn/index.ts'
import { localRatelimit } from './http/local_ratelimit/index.ts'
import { lua } from './http/lua/index.ts'
import { matchDelegate } from './http/match_delegate/index.ts'
import { mcp } from './http/mcp/index.ts'
import { oauth2 } from './http/oauth2/index.ts'
import { onDemand } from './http/on_demand/index.ts'
import { originalSrc } from './http/original_src/index.ts'
import { peerMetadata } from './http/peer_metadata/index.ts'
import { ratelimit } from './http/ratelimit/index.ts'
import { rbac } from './http/rbac/index.ts'
import { router } from './http/router/index.ts'
import { setFilterState } from './http/set_filter_state/index.ts'
import { setMetadata } from './http/set_metadata/index.ts'
import { sseToMetadata } from './http/sse_to_metadata/index.ts'
import { statefulSession } from './http/stateful_session/index.ts'
import { transform } from './http/transform/index.ts'
import { wasm } from './http/wasm/index.ts'
import { httpInspector } from './listener/http_inspector/index.ts'
import { listenerLocalRatelimit } from './listener/local_ratelimit/index.ts'
import { originalDst } from './listener/original_dst/index.ts'
import { proxyProtocol } from './listener/proxy_protocol/index.ts'
import { listenerSetFilterState } from './listener/set_filter_state/index.ts'
import { tlsInspector } from './listener/tls_inspector/index.ts'
import { connectionLimit } from './network/connection_limit/index.ts'
import { directResponse } from './network/direct_response/index.ts'
import { echo } from './network/echo/index.ts'
import { networkExtAuthz } from './network/ext_authz/index.ts'
import { httpConnectionManager } from './network/http_connection_manager/index.ts'
import { networkIstioStats } from './network/istio_stats/index.ts'
import { networkLocalRatelimit } from './network/local_ratelimit/index.ts'
import { metadataExchange } from './network/metadata_exchange/index.ts'
import { mongoProxy } from './network/mongo_proxy/index.ts'
import { networkRatelimit } from './network/ratelimit/index.ts'
import { networkRbac } from './network/rbac/index.ts'
import { redisProxy } from './network/redis_proxy/index.ts'
import { networkSetFilterState } from './network/set_filter_state/index.ts'
import { sniCluster } from './network/sni_cluster/index.ts'
import { sniDynamicForwardProxy } from './network/sni_dynamic_forward_proxy/index.ts'
import { tcpBandwidthLimit } from './network/tcp_bandwidth_limit/index.ts'
import { tcpProxy } from './network/tcp_proxy/index.ts'
import { zookeeperProxy } from './network/zookeeper_proxy/index.ts'

// What the definitions' types say of their own configuration is nobody's business here: a definition only ever gets
// the configuration of its own type.
// biome-ignore lint/suspicious/noExplicitAny: see above
type Any = any

/** Filters that are simulated, sorted by folder. */
export const HTTP_FILTERS: readonly HttpFilterDefinition<Any, Any>[] = [
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
  wasm,
]

export const NETWORK_FILTERS: readonly NetworkFilterDefinition<Any, Any>[] = [
  connectionLimit,
  directResponse,
  echo,
  networkExtAuthz,
  httpConnectionManager,
  networkIstioStats,
  networkLocalRatelimit,
  metadataExchange,
  mongoProxy,
  networkRatelimit,
  networkRbac,
  redisProxy,
  networkSetFilterState,
  sniCluster,
  sniDynamicForwardProxy,
  tcpBandwidthLimit,
  tcpProxy,
  zookeeperProxy,
]

export const LISTENER_FILTERS: readonly ListenerFilterDefinition<Any, Any>[] = [
  httpInspector,
  listenerLocalRatelimit,
  originalDst,
  proxyProtocol,
  listenerSetFilterState,
  tlsInspector,
]

const http = byType(HTTP_FILTERS)
const network = byType(NETWORK_FILTERS)
const listener = byType(LISTENER_FILTERS)

const perRoute = new Map(
  HTTP_FILTERS.flatMap((definition) => (definition.perRoute ? [[definition.perRoute, definition] as const] : [])),
)

const catalogue: FilterCatalogue = {
  perRoute: (typeName) => perRoute.get(typeName),
  http: (typeName) => http.get(typeName),
  network: (typeName) => network.get(typeName),
  listener: (typeName) => listener.get(typeName),
}

/** What the engine is handed: the simulated filters by the type of their configuration. */
export function simulatedFilters(): FilterCatalogue {
  return catalogue
}

function byType<T extends { config: string }>(definitions: readonly T[]): Map<string, T> {
  return new Map(definitions.map((definition) => [definition.config, definition]))
}
