import type { Http2Peer } from '../http/codec/http2-peer.ts'
import type { AcceptedConnection } from '../listener/accept.ts'
import type { ClientSocket, ClientTls } from '../listener/client-socket.ts'
import type { ClientEnd } from '../network/server-connection.ts'
import type { SimProxy } from '../proxy.ts'
import type { Trace } from '../trace.ts'
import { caseBytes } from '../upstream/stub.ts'
import { reachedListener } from './redirect.ts'
import type { ClientSpec } from './types.ts'

/** What a client does with what it is told. */
export interface SocketEvents {
  onData(bytes: Uint8Array): void
  /** The server closed, or half-closed: nothing more will come. */
  onEnd(): void
  onHandshakeFailed(): void
}

/** A simulated client's socket: PROXY protocol first, then TLS as data, then bytes. */
export class CaseSocket implements ClientSocket {
  readonly end: ClientEnd
  readonly address: { ip: string; port: number }
  readonly originalDestination: { ip: string; port: number } | undefined
  readonly tls: ClientTls | undefined
  readonly http2: Http2Peer | undefined
  private readonly events: SocketEvents
  private accepted: AcceptedConnection | undefined
  private gone = false

  constructor(spec: ClientSpec, events: SocketEvents, port: number, http2?: Http2Peer) {
    this.events = events
    this.http2 = http2
    this.address = { ip: spec.sourceAddress ?? '127.0.0.1', port }
    this.originalDestination = spec.originalDestination
    this.tls =
      spec.tls === undefined || spec.tls === null
        ? undefined
        : {
            // The recording client names the address it connects to when a case names nothing; that is no server name.
            sni: spec.tls.sni || undefined,
            alpn: spec.tls.alpn ?? [],
            certificate: spec.tls.clientCertificate,
          }
    this.end = {
      onData: (bytes) => events.onData(bytes),
      onHalfClose: () => events.onEnd(),
      onClosed: () => {
        this.gone = true
        events.onEnd()
      },
    }
  }

  /** Connects, and sends what comes before everything else. False when nobody listens there. */
  connect(proxy: SimProxy, spec: ClientSpec, trace: Trace): boolean {
    const listener = reachedListener(proxy, spec, trace)
    if (!listener) return false
    const prefix = caseBytes(spec.proxyProtocol)
    this.accepted = proxy.connect(listener, this, trace, prefix)
    return true
  }

  send(bytes: Uint8Array): void {
    if (!this.gone) this.accepted?.receive(bytes)
  }

  close(): void {
    if (this.gone) return
    this.gone = true
    this.accepted?.clientClosed()
  }

  handshakeFailed(): void {
    this.gone = true
    this.events.onHandshakeFailed()
  }
}
