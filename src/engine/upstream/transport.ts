import type { Cluster as ClusterConfig } from '../../envoy/types/envoy/config/cluster/v3/cluster_pb.d.ts'
import type { TransportSocket } from '../../envoy/types/envoy/config/core/v3/base_pb.d.ts'
import type { MessageRegistry } from '../services.ts'

const UPSTREAM_TLS = 'envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext'

/**
 * Whether a cluster speaks TLS to its endpoint. The endpoint has no metadata, so of `transport_socket_matches` the first
 * with an empty match counts, and else `transport_socket` (Envoy: source/common/upstream/transport_socket_match_impl.cc).
 */
export function speaksTls(config: ClusterConfig, registry: MessageRegistry): boolean {
  const matched = config.transportSocketMatches.find(({ match }) => Object.keys(match ?? {}).length === 0)
  return isTls(matched ? matched.transportSocket : config.transportSocket, registry)
}

// Sockets may wrap others: PROXY protocol, internal listeners.
function isTls(socket: TransportSocket | undefined, registry: MessageRegistry): boolean {
  const opened = socket && registry.unpack(socket.configType.value)
  if (!opened) return socket?.name === 'envoy.transport_sockets.tls'
  if (opened.typeName === UPSTREAM_TLS) return true
  const inner = (opened.message as { transportSocket?: TransportSocket } | undefined)?.transportSocket
  return inner !== undefined && isTls(inner, registry)
}
