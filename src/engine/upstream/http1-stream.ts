import type { Buffer } from '../buffer.ts'
import { Http1ClientCodec } from '../http/codec/http1-client.ts'
import { CodecError } from '../http/codec/types.ts'
import type { HeaderMap } from '../http/header-map.ts'
import type { Cluster, UpstreamCallbacks, UpstreamStream } from './cluster.ts'
import type { Http1Connection } from './http1-connection.ts'

/** A request to a server over a connection that is its own until the answer is complete. */
export class Http1UpstreamStream implements UpstreamStream {
  readonly protocol = 'HTTP/1.1'
  private readonly codec: Http1ClientCodec
  private readonly connection: Http1Connection
  private readonly callbacks: UpstreamCallbacks
  private readonly onDone: (kept: boolean) => void
  private done = false
  private sentAll = false

  /** `onDone` is told once: whether the connection can take another request. */
  constructor(
    cluster: Cluster,
    callbacks: UpstreamCallbacks,
    connection: Http1Connection,
    onDone: (kept: boolean) => void,
  ) {
    this.callbacks = callbacks
    this.connection = connection
    this.onDone = onDone
    connection.giveTo({ onData: (bytes) => this.read(bytes), onClosed: () => this.closed() })
    this.codec = new Http1ClientCodec(cluster.http1, callbacks, (bytes) => connection.send(bytes))
  }

  encodeHeaders(headers: HeaderMap, endStream: boolean): string | undefined {
    this.sentAll = endStream
    return this.codec.encodeHeaders(headers, endStream)
  }

  encodeData(data: Buffer, endStream: boolean): void {
    this.sentAll = endStream
    this.codec.encodeData(data, endStream)
  }

  encodeTrailers(trailers: HeaderMap): void {
    this.sentAll = true
    this.codec.encodeTrailers(trailers)
  }

  resetStream(): void {
    if (!this.done) this.finish(false)
  }

  private read(bytes: Uint8Array): void {
    if (this.done) return
    let excess = false
    try {
      excess = this.codec.dispatch(bytes)
    } catch (error) {
      if (!(error instanceof CodecError)) throw error
      if (this.done) return
      this.finish(false)
      this.callbacks.onResetStream('ProtocolError', '')
      return
    }
    // A server that answered before it had the whole request is not asked again on this connection.
    if (this.codec.responseComplete && !this.done) this.finish(this.sentAll && !excess && !this.codec.closes)
  }

  private closed(): void {
    if (this.done) return
    const ended = this.codec.finish()
    this.finish(false)
    if (!ended) this.callbacks.onResetStream('ConnectionTermination', '')
  }

  private finish(kept: boolean): void {
    this.done = true
    if (!kept) this.connection.close()
    this.onDone(kept && this.connection.release())
  }
}
