import type { TransportSocket } from '../../envoy/types/envoy/config/core/v3/base_pb.d.ts'
import type { DownstreamTlsContext } from '../../envoy/types/envoy/extensions/transport_sockets/tls/v3/tls_pb.d.ts'
import type { MessageRegistry } from '../services.ts'
import type { ConnectionInfo, TlsInfo } from '../stream-info.ts'
import type { ClientTls } from './client-socket.ts'

const DOWNSTREAM_TLS = 'envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext'

/** A filter chain's transport socket, as far as data goes: no bytes are encrypted here. */
export interface TransportSocketConfig {
  /** Undefined for plain text. */
  tls: DownstreamTlsContext | undefined
}

/** Reads a transport socket; wrappers such as Istio's and tap's are seen through by their inner socket. */
export function createTransportSocket(
  socket: TransportSocket | undefined,
  registry: MessageRegistry,
): TransportSocketConfig {
  const any = socket?.configType.case === 'typedConfig' ? socket.configType.value : undefined
  const opened = registry.unpack(any)
  if (opened?.typeName === DOWNSTREAM_TLS) return { tls: opened.message as DownstreamTlsContext }
  const inner = (opened?.message as { transportSocket?: TransportSocket } | undefined)?.transportSocket
  return inner ? createTransportSocket(inner, registry) : { tls: undefined }
}

/** What a handshake comes to: what is known of it, or why it fails. */
export type Handshake = { tls: TlsInfo } | { failure: string }

/** Ends TLS for a client: picks the protocol, and asks for a certificate where the context does. */
export function handshake(context: DownstreamTlsContext, client: ClientTls, _info: ConnectionInfo): Handshake {
  const common = context.commonTlsContext
  const offered = client.alpn
  const alpn = (common?.alpnProtocols ?? []).find((protocol) => offered.includes(protocol))
  if (context.requireClientCertificate && client.certificate === undefined)
    return { failure: 'TLS_error:|268435655:SSL routines:OPENSSL_internal:PEER_DID_NOT_RETURN_A_CERTIFICATE' }
  return {
    tls: {
      version: 'TLSv1.3',
      cipher: 'TLS_AES_256_GCM_SHA384',
      peerValidated: false,
      ...(client.sni === undefined ? {} : { sni: client.sni }),
      ...(alpn === undefined ? {} : { alpn }),
    },
  }
}
