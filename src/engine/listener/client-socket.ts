import type { Http2Peer } from '../http/codec/http2-peer.ts'
import type { ClientEnd } from '../network/server-connection.ts'

/** A client that speaks TLS: data, no cryptography. */
export interface ClientTls {
  sni: string | undefined
  alpn: readonly string[]
  /** PEM of the certificate it shows when asked. */
  certificate: string | undefined
}

/** What a client brings when it connects. */
export interface ClientSocket {
  /** Its end of the connection: what the server sends, in the clear. */
  readonly end: ClientEnd
  readonly address: { ip: string; port: number }
  /** Where it meant to go, when iptables redirected it to the listener. */
  readonly originalDestination: { ip: string; port: number } | undefined
  readonly tls: ClientTls | undefined
  /** Set when it will speak HTTP/2. */
  readonly http2: Http2Peer | undefined
  /** The TLS handshake failed, or there was none to be had. */
  handshakeFailed(): void
}
