import type { Buffer } from '../buffer.ts'
import { Http1ClientCodec } from '../http/codec/http1-client.ts'
import { CodecError } from '../http/codec/types.ts'
import type { HeaderMap } from '../http/header-map.ts'
import type { Cluster, UpstreamCallbacks, UpstreamStream } from './cluster.ts'
import { StubConnection } from './stub-connection.ts'

/** A request to a stub over a connection of its own, in HTTP/1.1. */
export class Http1UpstreamStream implements UpstreamStream {
  readonly protocol = 'HTTP/1.1'
  private readonly codec: Http1ClientCodec
  private readonly connection: StubConnection
  private readonly callbacks: UpstreamCallbacks
  private readonly onDone: (kept: boolean) => void
  private done = false
  private kept = false
  private sentAll = false

  constructor(cluster: Cluster, callbacks: UpstreamCallbacks, onDone: (kept: boolean) => void) {
    this.callbacks = callbacks
    this.onDone = onDone
    this.connection = new StubConnection(cluster.stub, {
      onData: (bytes) => this.read(bytes),
      onClosed: () => this.closed(),
    })
    this.codec = new Http1ClientCodec(cluster.http1, callbacks, (bytes) => this.connection.receive(bytes))
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
    if (this.done) return
    this.finish()
    this.connection.abandon()
  }

  private read(bytes: Uint8Array): void {
    if (this.done) return
    try {
      this.codec.dispatch(bytes)
    } catch (error) {
      if (!(error instanceof CodecError)) throw error
      if (this.done) return
      this.finish()
      this.connection.abandon()
      this.callbacks.onResetStream('ProtocolError', '')
      return
    }
    // A server that answered before it had the whole request is not asked again on this connection.
    if (this.codec.responseComplete && !this.done) this.finish(this.sentAll)
  }

  private closed(): void {
    if (this.done) {
      if (this.kept) this.onDone(false)
      this.kept = false
      return
    }
    if (this.codec.finish()) {
      this.finish()
      return
    }
    this.finish()
    this.callbacks.onResetStream('ConnectionTermination', '')
  }

  private finish(kept = false): void {
    this.done = true
    this.kept = kept
    this.onDone(kept)
  }
}
