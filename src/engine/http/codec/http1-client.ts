import { Buffer } from '../../buffer.ts'
import { fromLatin1, textOf } from '../../bytes.ts'
import { HeaderMap } from '../header-map.ts'
import { headerValueIsValid, isBodiless, isUpgrade } from '../header-utility.ts'
import { type HeaderKeyFormat, Http1MessageEncoder } from './http1-encoder.ts'
import { type Framing, Http1Parser, type ParserEvents } from './http1-parser.ts'
import type { HeaderKeyRecorder } from './http1-settings.ts'
import { headerNameIsValid } from './http1-syntax.ts'
import { CodecError } from './types.ts'

/** Takes what the codec reads of one response (Http::ResponseDecoder). */
export interface ResponseDecoder {
  decode1xxHeaders(headers: HeaderMap): void
  decodeHeaders(headers: HeaderMap, endStream: boolean): void
  decodeData(data: Buffer, endStream: boolean): void
  decodeTrailers(trailers: HeaderMap): void
}

export interface Http1ClientSettings {
  allowChunkedLength: boolean
  enableTrailers: boolean
  format: HeaderKeyFormat | undefined
  /** Keeps the spelling of a response's header names, where that is configured. */
  keepKeys: (() => HeaderKeyRecorder) | undefined
  /** Targets are written with scheme and host. */
  fullyQualifiedUrl: boolean
  maxHeadersKb: number
  maxHeadersCount: number
}

/** HTTP/1 to a server: one request and its response (Http1::ClientConnectionImpl). */
export class Http1ClientCodec implements ParserEvents {
  private readonly settings: Http1ClientSettings
  private readonly decoder: ResponseDecoder
  private readonly message: Http1MessageEncoder
  private readonly parser: Http1Parser
  private status = 0
  private http10 = false
  private headers = new HeaderMap('response')
  private keys: HeaderKeyRecorder | undefined
  private received = new Buffer()
  private trailers: HeaderMap | undefined
  private deferredHeaders: HeaderMap | undefined
  private headerBytes = 0
  private headRequest = false
  private connectRequest = false
  private upgradeRequest = false
  private tunnel = false
  private informational = false
  requestComplete = false
  responseComplete = false
  /** The server says, or its version of HTTP, that the connection ends with the answer. */
  closes = false

  constructor(settings: Http1ClientSettings, decoder: ResponseDecoder, write: (bytes: Uint8Array) => void) {
    this.settings = settings
    this.decoder = decoder
    this.message = new Http1MessageEncoder({
      write,
      format: settings.format,
      enableTrailers: settings.enableTrailers,
      http10: () => false,
      onEncodeComplete: () => {
        this.requestComplete = true
      },
    })
    this.parser = new Http1Parser(this, {
      request: false,
      maxHeaderBytes: settings.maxHeadersKb * 1024,
      firstByteIsValid: (byte) => byte === 0x48,
    })
  }

  /** Writes the request's headers; the answer says what is wrong with them when they cannot be sent. */
  encodeHeaders(headers: HeaderMap, endStream: boolean): string | undefined {
    const problem = requestProblem(headers)
    if (problem) return problem
    const method = headers.get(':method')!
    this.headRequest = method === 'HEAD'
    this.connectRequest = method === 'CONNECT'
    this.upgradeRequest = isUpgrade(headers)
    if (this.connectRequest || this.upgradeRequest) this.message.disableChunking = true
    const { fullyQualifiedUrl } = this.settings
    const origin = fullyQualifiedUrl ? `${headers.get(':scheme')}://${headers.get(':authority')}` : ''
    const target = this.connectRequest ? headers.get(':authority')! : `${origin}${headers.get(':path')}`
    this.message.headers(`${method} ${target} HTTP/1.1\r\n`, headers, endStream, undefined, isBodiless(method))
    return undefined
  }

  encodeData(data: Buffer, endStream: boolean): void {
    this.message.data(data, endStream)
  }

  encodeTrailers(trailers: HeaderMap): void {
    this.message.trailers(trailers)
  }

  /** Bytes of the server; true when some are left behind the end of the answer. Throws CodecError when they are no answer. */
  dispatch(bytes: Uint8Array): boolean {
    let at = 0
    while (at < bytes.length && !this.responseComplete) at += this.parser.execute(at === 0 ? bytes : bytes.subarray(at))
    this.passBodyOn()
    return at < bytes.length
  }

  /** The server closed; true when that was the end of a body that nothing else delimits. */
  finish(): boolean {
    return this.parser.finish()
  }

  messageBegin(): void {
    this.trailers = undefined
  }

  firstLine(version: string, status: string, reason: string): void {
    if (!/^HTTP\/\d\.\d$/.test(version) || !/^\d{1,3}$/.test(status))
      throw new CodecError('http/1.1 protocol error: FAILED_CONVERTING_STATUS_CODE_TO_INT', 'http1.codec_error')
    this.status = Number(status)
    this.http10 = version === 'HTTP/1.0'
    this.headers = new HeaderMap('response')
    this.keys = this.settings.keepKeys?.()
    if (this.keys) this.headers.keys = this.keys
    this.keys?.noteReason(reason)
    this.headerBytes = 0
  }

  header(name: string, value: string): void {
    this.keys?.noteKey(name)
    this.headers.add(name.toLowerCase(), value)
    this.headerBytes += name.length + value.length
    if (this.headerBytes > this.settings.maxHeadersKb * 1024)
      throw new CodecError('http/1.1 protocol error: headers size exceeds limit', 'http1.headers_too_large')
    if (this.headers.size > this.settings.maxHeadersCount)
      throw new CodecError('http/1.1 protocol error: headers count exceeds limit', 'http1.too_many_headers')
  }

  trailer(name: string, value: string): void {
    if (!this.settings.enableTrailers) return
    this.trailers ??= new HeaderMap('trailers')
    this.trailers.add(name.toLowerCase(), value)
  }

  headersComplete(framing: Framing): 'body' | 'complete' | 'tunnel' {
    const { headers, status } = this
    const said = (headers.get('connection') ?? '').toLowerCase()
    this.closes = said.split(',').some((token) => token.trim() === 'close') || (this.http10 && said !== 'keep-alive')
    if (this.upgradeRequest && isUpgrade(headers)) this.tunnel = true
    if (framing.hasTransferEncoding && headers.has('content-length')) {
      if (!framing.chunked || !this.settings.allowChunkedLength)
        throw new CodecError(
          "http/1.1 protocol error: both 'Content-Length' and 'Transfer-Encoding' are set.",
          'http1.content_length_and_chunked_not_allowed',
        )
      headers.remove('content-length')
    }
    if (framing.hasTransferEncoding && !framing.chunked)
      throw new CodecError('http/1.1 protocol error: unsupported transfer encoding', 'http1.invalid_transfer_encoding')
    headers.set(':status', String(status))
    if (this.connectRequest && status >= 200 && status < 300) this.tunnel = true
    if (status < 200 || status === 204) {
      if (framing.hasTransferEncoding)
        throw new CodecError(
          'http/1.1 protocol error: transfer encoding not allowed in 1xx or 204',
          'http1.transfer_encoding_not_allowed',
        )
      const length = headers.get('content-length')
      if (length !== undefined && length !== '0')
        throw new CodecError(
          'http/1.1 protocol error: content length not allowed in 1xx or 204',
          'http1.content_length_not_allowed',
        )
      headers.remove('content-length')
    }
    const special = status === 100 || status === 102 || status === 103 || status === 104
    const bodiless =
      this.headRequest ||
      status === 204 ||
      status === 304 ||
      (status >= 200 && framing.contentLength === 0 && !framing.chunked)
    this.informational = status >= 100 && status < 200 && status !== 101
    if (special) this.decoder.decode1xxHeaders(headers)
    else if (bodiless && !this.tunnel) this.deferredHeaders = headers
    else this.decoder.decodeHeaders(headers, false)
    if (this.tunnel) return 'tunnel'
    if (this.informational) return 'complete'
    return bodiless ? 'complete' : 'body'
  }

  body(bytes: Uint8Array): void {
    this.received.append(bytes.slice())
  }

  /** Pieces of a body that came together are passed on together, as the server's side does. */
  private passBodyOn(): void {
    if (this.received.length === 0) return
    const body = this.received
    this.received = new Buffer()
    this.decoder.decodeData(body, false)
  }

  messageComplete(): void {
    this.passBodyOn()
    if (this.informational) {
      this.informational = false
      return
    }
    this.responseComplete = true
    const { deferredHeaders, trailers } = this
    if (deferredHeaders) this.decoder.decodeHeaders(deferredHeaders, true)
    else if (trailers) this.decoder.decodeTrailers(trailers)
    else this.decoder.decodeData(new Buffer(), true)
  }
}

/**
 * What keeps a request from being written: a filter took away what it cannot do without, or put in what may not travel
 * (HeaderUtility::checkRequiredRequestHeaders and checkValidRequestHeaders).
 */
export function requestProblem(headers: HeaderMap): string | undefined {
  if (!headers.has(':method')) return 'missing required header: :method'
  if (headers.get(':method') === 'CONNECT') {
    if (!headers.has(':authority')) return 'missing required header: host'
    if (headers.has(':path') && !headers.has(':protocol')) return 'missing required header: :protocol'
    if (!headers.has(':path') && headers.has(':protocol')) return 'missing required header: :path'
  } else if (!headers.has(':path')) return 'missing required header: :path'
  let problem: string | undefined
  headers.forEach((name, value) => {
    if (problem !== undefined) return
    const bare = name.charCodeAt(0) === 0x3a ? name.slice(1) : name
    // Envoy lets a header without a name go.
    if (name !== '' && !headerNameIsValid(bare)) problem = `invalid header name: ${escapeName(name)}`
    else if (!headerValueIsValid(value)) problem = `invalid header value for: ${escapeName(name)}`
  })
  return problem
}

function escapeName(name: string): string {
  return textOf(fromLatin1(JSON.stringify(name).slice(1, -1)))
}
