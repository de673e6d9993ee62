import { Buffer } from '../buffer.ts'
import { HeaderMap } from '../http/header-map.ts'
import type { Cluster, UpstreamCallbacks, UpstreamStream } from './cluster.ts'
import { StubConnection } from './stub-connection.ts'

/** CONNECT that ends here: the request's payload goes to the server as bytes (Extensions::Upstreams::Http::Tcp). */
export class TcpUpstreamStream implements UpstreamStream {
  readonly protocol = 'TCP'
  private readonly connection: StubConnection
  private readonly callbacks: UpstreamCallbacks
  private readonly cluster: Cluster
  private readonly onDone: (kept: boolean) => void
  private done = false

  constructor(cluster: Cluster, callbacks: UpstreamCallbacks, onDone: (kept: boolean) => void) {
    this.cluster = cluster
    this.callbacks = callbacks
    this.onDone = onDone
    this.connection = new StubConnection(cluster.stub, {
      onData: (bytes) => {
        if (!this.done) this.callbacks.decodeData(Buffer.of(bytes), false)
      },
      onClosed: () => this.closed(),
    })
  }

  encodeHeaders(_headers: HeaderMap, endStream: boolean): string | undefined {
    // The server knows nothing of HTTP: the answer to CONNECT is Envoy's own.
    this.cluster.loop.post(() => {
      if (!this.done) this.callbacks.decodeHeaders(new HeaderMap('response', [[':status', '200']]), false)
    })
    if (endStream) this.connection.receiveEnd()
    return undefined
  }

  encodeData(data: Buffer, endStream: boolean): void {
    this.connection.receive(data.bytes())
    data.drain()
    if (endStream) this.connection.receiveEnd()
  }

  encodeTrailers(): void {
    this.connection.receiveEnd()
  }

  resetStream(): void {
    if (this.done) return
    this.done = true
    this.onDone(false)
    this.connection.abandon()
  }

  private closed(): void {
    if (this.done) return
    this.done = true
    this.onDone(false)
    this.callbacks.decodeData(new Buffer(), true)
  }
}
