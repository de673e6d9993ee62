import type { Buffer } from '../../buffer.ts'
import type { HeaderMap } from '../header-map.ts'
import { statusText } from '../status-text.ts'
import { Http1MessageEncoder } from './http1-encoder.ts'
import type { Http1Host, Http1ServerSettings } from './http1-server.ts'
import type { RequestDecoder, ResetReason, ResponseEncoder } from './types.ts'

/** The codec that a response belongs to. */
interface ResponseOwner {
  readonly settings: Http1ServerSettings
  /** The request came in HTTP/1.0. */
  readonly http10: boolean
  responseComplete(encoder: ServerResponseEncoder): void
  resetActive(encoder: ServerResponseEncoder, reason: ResetReason): void
}

/** Writes the response to one request. */
export class ServerResponseEncoder implements ResponseEncoder {
  details = ''
  started = false
  decoder!: RequestDecoder
  private readonly codec: ResponseOwner
  private readonly host: Http1Host
  private readonly message: Http1MessageEncoder
  private disabled = 0

  constructor(codec: ResponseOwner, host: Http1Host) {
    this.codec = codec
    this.host = host
    this.message = new Http1MessageEncoder({
      write: (bytes) => host.write(bytes),
      format: codec.settings.format,
      enableTrailers: codec.settings.enableTrailers,
      http10: () => codec.http10,
      onEncodeComplete: () => codec.responseComplete(this),
    })
  }

  get streamErrorOnInvalidMessage(): boolean {
    return this.codec.settings.streamErrorOnInvalidMessage
  }

  answersHead(head: boolean, connect: boolean): void {
    this.message.headRequest = head
    this.message.connectRequest = connect
  }

  encode1xxHeaders(headers: HeaderMap): void {
    this.encodeHeaders(headers, false)
    this.started = false
  }

  encodeHeaders(headers: HeaderMap, endStream: boolean): void {
    this.started = true
    const status = Number(headers.get(':status'))
    const version = this.codec.http10 && this.codec.settings.acceptHttp10 ? 'HTTP/1.0' : 'HTTP/1.1'
    if (status >= 300) this.message.connectRequest = false
    const reason = headers.keys?.reason ?? statusText(status)
    this.message.headers(`${version} ${status} ${reason}\r\n`, headers, endStream, status)
  }

  encodeData(data: Buffer, endStream: boolean): void {
    this.message.data(data, endStream)
  }

  encodeTrailers(trailers: HeaderMap): void {
    this.message.trailers(trailers)
  }

  resetStream(reason: ResetReason): void {
    this.codec.resetActive(this, reason)
  }

  readDisable(disable: boolean): void {
    this.disabled += disable ? 1 : -1
    this.host.readDisable(disable)
  }

  releaseReads(): void {
    while (this.disabled > 0) this.readDisable(false)
  }
}
