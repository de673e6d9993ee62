import type { Buffer } from '../buffer.ts'
import { latin1 } from '../bytes.ts'
import type { Timer } from '../event-loop.ts'
import type { NetworkConnection, NetworkFilter, NetworkStatus } from '../network/types.ts'
import type { FilterState } from '../stream-info.ts'
import { ActiveStream } from './active-stream.ts'
import { Http1ServerCodec } from './codec/http1-server.ts'
import { HTTP2_PREFACE } from './codec/http2-peer.ts'
import { Http2ServerCodec } from './codec/http2-server.ts'
import { CodecError, type RequestDecoder, type ResponseEncoder, type ServerCodec } from './codec/types.ts'
import type { ConnectionManagerConfig } from './conn-manager-config.ts'
import { replaceSpaces } from './header-utility.ts'

/** One connection's HTTP connection manager (Http::ConnectionManagerImpl in source/common/http/conn_manager_impl.cc). */
export class ConnectionManager implements NetworkFilter {
  readonly config: ConnectionManagerConfig
  /** Draining: answers say that the connection will be closed. Closing: it is, once nothing goes on. */
  drain: 'none' | 'draining' | 'closing' = 'none'
  remoteClosed = false
  connection!: NetworkConnection
  private codec: ServerCodec | undefined
  private readonly streams = new Set<ActiveStream>()
  private requests = 0
  private closed = false
  private dispatching = false
  private idleTimer: Timer | undefined
  private durationTimer: Timer | undefined
  private drainTimer: Timer | undefined

  constructor(config: ConnectionManagerConfig) {
    this.config = config
  }

  get protocol() {
    return this.codec!.protocol
  }

  onNewConnection(connection: NetworkConnection): NetworkStatus {
    this.connection = connection
    connection.delayedCloseTimeoutMs = this.config.delayedCloseTimeoutMs
    const { maxConnectionDurationMs } = this.config
    if (maxConnectionDurationMs > 0)
      this.durationTimer = connection.loop.timer(maxConnectionDurationMs, () => this.wearOut('duration_timeout'))
    this.watchIdle()
    return 'Continue'
  }

  onData(data: Buffer): NetworkStatus {
    this.codec ??= this.createCodec(data)
    if (this.codec instanceof Http1ServerCodec) this.codec.flushed()
    for (;;) {
      try {
        this.dispatching = true
        this.codec.dispatch(data)
      } catch (error) {
        if (!(error instanceof CodecError)) throw error
        this.codecError(error)
        return 'StopIteration'
      }
      this.dispatching = false
      this.checkForDeferredClose(false)
      // HTTP/1 stops after each message; what was pipelined is read once the one before it is over.
      const again = this.codec.protocol !== 'HTTP/2' && this.connection.open && !this.closed
      if (!again || data.length === 0 || this.streams.size > 0) return 'StopIteration'
    }
  }

  onClose(_connection: NetworkConnection, by: 'local' | 'remote'): void {
    if (by === 'remote') this.remoteClosed = true
    this.idleTimer?.cancel()
    this.durationTimer?.cancel()
    this.drainTimer?.cancel()
    this.closed = true
    const details = by === 'remote' ? 'downstream_remote_disconnect' : this.localCloseDetails()
    this.resetStreams(details)
  }

  private localCloseDetails(): string {
    const reason = this.connection.info.terminationDetails
    return `downstream_local_disconnect${reason ? `(${replaceSpaces(reason)})` : ''}`
  }

  newStream(encoder: ResponseEncoder): ActiveStream {
    this.idleTimer?.cancel()
    const stream = new ActiveStream(this, encoder, false)
    this.streams.add(stream)
    this.requests++
    const limit = this.config.maxRequestsPerConnection
    if (limit > 0 && this.requests >= limit && this.protocol !== 'HTTP/2') {
      stream.sawConnectionClose = true
      this.drain = 'closing'
    }
    return stream
  }

  /** A new stream in place of one whose request starts anew; the codec's stream stays. */
  recreate(encoder: ResponseEncoder, filterState: FilterState): ActiveStream {
    const stream = new ActiveStream(this, encoder, true, filterState)
    this.streams.add(stream)
    encoder.decoder = stream
    return stream
  }

  /** A stream is over: filters are destroyed, and the connection goes on or ends with it. */
  endStream(stream: ActiveStream, checkClose = true): void {
    if (!this.streams.delete(stream)) return
    const reset = !stream.complete && !stream.recreating
    if (reset) stream.resetCodec()
    stream.finish()
    if (reset && this.protocol !== 'HTTP/2') this.drain = 'closing'
    this.watchIdle()
    if (checkClose) this.checkForDeferredClose(stream.mayCloseAtOnce)
  }

  /** The codec gave a stream up. */
  streamReset(stream: ActiveStream): void {
    if (!this.streams.delete(stream)) return
    stream.finish()
    this.watchIdle()
  }

  private checkForDeferredClose(atOnce: boolean): void {
    if (this.drain !== 'closing' || this.streams.size > 0 || this.closed || this.codec?.protocol === 'HTTP/2') return
    // A close while the codec reads is overruled by the check that follows the reading.
    this.connection.close(atOnce && !this.dispatching ? 'FlushWrite' : 'FlushWriteAndDelay')
  }

  // A connection without streams is not kept for ever.
  private watchIdle(): void {
    const { idleTimeoutMs } = this.config
    if (idleTimeoutMs <= 0 || this.streams.size > 0 || this.closed) return
    this.idleTimer?.cancel()
    this.idleTimer = this.connection.loop.timer(idleTimeoutMs, () => this.wearOut('on_idle_timeout'))
  }

  // Idle or old: a connection that has said nothing yet is closed, any other is drained first.
  private wearOut(details: string): void {
    if (!this.codec) {
      this.connection.close('FlushWrite', details)
      return
    }
    if (this.drain !== 'none') return
    this.drain = 'draining'
    this.drainTimer = this.connection.loop.timer(this.config.drainTimeoutMs, () => {
      this.drain = 'closing'
      this.checkForDeferredClose(false)
    })
  }

  private codecError(error: CodecError): void {
    if (this.connection.open) this.connection.note(`codec error: ${error.message}`)
    const { codec } = this
    if (codec instanceof Http2ServerCodec) codec.goAway()
    this.closed = true
    this.resetStreams(`codec_error:${replaceSpaces(error.message)}`, true)
    this.connection.close('FlushWriteAndDelay', `codec_error:${replaceSpaces(error.message)}`)
  }

  private resetStreams(details: string, protocolError = false): void {
    for (const stream of [...this.streams]) {
      this.streams.delete(stream)
      stream.connectionGone(details, protocolError)
    }
  }

  private createCodec(data: Buffer): ServerCodec {
    const { config, connection } = this
    const newStream = (encoder: ResponseEncoder): RequestDecoder => this.newStream(encoder)
    if (config.codec === 'http2' || (config.codec === 'auto' && this.speaksHttp2(data)))
      return new Http2ServerCodec(
        config.http2,
        {
          newStream,
          connectionError: (error) => this.codecError(error),
          write: (bytes) => connection.write(bytes),
          post: (run) => connection.loop.post(run),
        },
        connection.http2,
      )
    return new Http1ServerCodec(config.http1, {
      newStream,
      write: (bytes) => connection.write(bytes),
      readDisable: (disable) => connection.readDisable(disable),
      get open() {
        return connection.open
      },
      tls: connection.info.tls !== undefined,
    })
  }

  private speaksHttp2(data: Buffer): boolean {
    const alpn = this.connection.info.tls?.alpn
    if (alpn) return alpn === 'h2'
    return latin1(data.bytes().subarray(0, HTTP2_PREFACE.length)) === HTTP2_PREFACE
  }
}
