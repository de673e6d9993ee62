import { latin1 } from '../../../engine/bytes.ts'
import { HTTP2_PREFACE } from '../../../engine/http/codec/http2-peer.ts'
import type { NetworkConnection } from '../../../engine/network/types.ts'
import type { Cluster } from '../../../engine/upstream/cluster.ts'
import { StubConnection } from '../../../engine/upstream/stub-connection.ts'
import { passStreams } from './streams.ts'

/** What tcp_proxy is told of its server. */
export interface UpstreamEvents {
  onConnected(): void
  /** There was no connection to be had, and why. */
  onFailed(reason: string): void
  onData(bytes: Uint8Array): void
  /** The server half-closed, or with `reset` is gone. */
  onEnd(reset: boolean): void
}

/** The server's side of a proxied connection. */
export interface TcpUpstream {
  send(bytes: Uint8Array, endStream: boolean): void
  abandon(): void
}

/** A plain connection to a cluster's server. */
export class PlainUpstream implements TcpUpstream {
  private connection: StubConnection | undefined
  private over = false
  private readonly cluster: Cluster
  private readonly client: NetworkConnection

  constructor(cluster: Cluster, client: NetworkConnection, events: UpstreamEvents) {
    this.cluster = cluster
    this.client = client
    const { loop } = client
    const fail = (reason: string) => {
      if (this.over) return
      this.over = true
      this.connection?.abandon()
      events.onFailed(reason)
    }
    loop.post(() => {
      if (this.over) return
      if (cluster.stub.down) {
        fail(`nobody listens at cluster '${cluster.name}'`)
        return
      }
      const unanswered = cluster.tlsUnanswered
      this.connection = new StubConnection(cluster.stub, {
        // Whatever such a server says is no TLS.
        onData: (bytes) => (unanswered ? fail('the server speaks no TLS') : events.onData(bytes)),
        onClosed: (reset) => (unanswered ? fail('the server closed') : events.onEnd(reset)),
      })
      if (!unanswered) {
        events.onConnected()
        return
      }
      if (cluster.stub.tcp?.echo || cluster.stub.tcp?.reply) loop.post(() => fail('the server speaks no TLS'))
      loop.timer(cluster.connectTimeoutMs, () => fail('the server does not answer the TLS handshake'))
    })
  }

  send(bytes: Uint8Array, endStream: boolean): void {
    const { http2 } = this.client
    const streams = http2 && !this.cluster.stub.tcp && latin1(bytes.subarray(0, 24)) === HTTP2_PREFACE
    if (streams) passStreams(http2, this.cluster)
    else if (bytes.length > 0) this.connection?.receive(bytes)
    if (endStream) this.connection?.receiveEnd()
  }

  abandon(): void {
    this.over = true
    this.connection?.abandon()
  }
}
