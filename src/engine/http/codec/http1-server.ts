import { Buffer } from '../../buffer.ts'
import { HeaderMap } from '../header-map.ts'
import { authorityIsValid, headerValueIsValid, isUpgrade } from '../header-utility.ts'
import { statusText } from '../status-text.ts'
import { parseUrl } from '../url.ts'
import type { HeaderKeyFormat } from './http1-encoder.ts'
import { type Framing, Http1Parser, type ParserEvents } from './http1-parser.ts'
import { ServerResponseEncoder } from './http1-response.ts'
import type { HeaderKeyRecorder } from './http1-settings.ts'
import { beginsRequest, methodIsValid, targetIsValid, versionIsValid } from './http1-syntax.ts'
import { sanitizeConnectionHeader } from './sanitize-connection.ts'
import {
  CodecError,
  type Protocol,
  type RequestDecoder,
  type ResetReason,
  type ResponseEncoder,
  type ServerCodec,
} from './types.ts'

export interface Http1ServerSettings {
  acceptHttp10: boolean
  defaultHostForHttp10: string
  allowAbsoluteUrl: boolean
  allowChunkedLength: boolean
  allowCustomMethods: boolean
  enableTrailers: boolean
  format: HeaderKeyFormat | undefined
  /** Keeps the spelling of a request's header names, where that is configured. */
  keepKeys: (() => HeaderKeyRecorder) | undefined
  /** Upgrades that are taken for plain requests (ignore_http_11_upgrade). */
  ignoresUpgrade(type: string): boolean
  validateScheme: boolean
  streamErrorOnInvalidMessage: boolean
  maxRequestHeadersKb: number
  maxHeadersCount: number
  underscores: 'allow' | 'reject' | 'drop'
}

export interface Http1Host {
  newStream(encoder: ResponseEncoder): RequestDecoder
  write(bytes: Uint8Array): void
  readDisable(disable: boolean): void
  readonly open: boolean
  readonly tls: boolean
  /** The response is complete (or the stream was reset): another request may be read. */
}

/** Answers to pipelined requests that may wait to be written before the client is taken for an attacker. */
const MAX_OUTBOUND_RESPONSES = 2

interface ActiveRequest {
  encoder: ServerResponseEncoder
  target: string
  method: string
  remoteComplete: boolean
}

/** HTTP/1 from the client: one request at a time (Http1::ServerConnectionImpl). */
export class Http1ServerCodec implements ServerCodec, ParserEvents {
  protocol: Protocol = 'HTTP/1.1'
  private readonly host: Http1Host
  readonly settings: Http1ServerSettings
  private readonly parser: Http1Parser
  private active: ActiveRequest | undefined
  private headers = new HeaderMap('request')
  private pending: { name: string; value: string } | undefined
  private trailers: HeaderMap | undefined
  private version = ''
  private headerBytes = 0
  private keys: HeaderKeyRecorder | undefined
  private tunnel = false
  private received = new Buffer()
  private deferredHeaders: HeaderMap | undefined
  private failed = false
  private resetCalled = false
  private outbound = 0

  constructor(settings: Http1ServerSettings, host: Http1Host) {
    this.settings = settings
    this.host = host
    this.parser = new Http1Parser(this, {
      request: true,
      maxHeaderBytes: settings.maxRequestHeadersKb * 1024,
      firstByteIsValid: beginsRequest,
    })
  }

  /** What was written has left: the limit on answers that wait to be written counts anew. */
  flushed(): void {
    this.outbound = 0
  }

  dispatch(data: Buffer): void {
    if (this.failed) {
      data.drain()
      return
    }
    if (this.active?.remoteComplete) {
      // A pipelined request waits until the one before it has been answered.
      this.active.encoder.readDisable(true)
      return
    }
    try {
      while (data.length > 0) {
        const used = this.parser.execute(data.bytes())
        data.drain(used)
        if (this.parser.paused || used === 0) break
      }
      this.passBodyOn()
    } catch (error) {
      this.failed = true
      if (error instanceof CodecError) this.refuse(error)
      throw error
    }
    if (this.active?.remoteComplete && data.length > 0) this.active.encoder.readDisable(true)
  }

  messageBegin(): void {
    if (this.resetCalled) return
    this.begin()
    if (this.outbound < MAX_OUTBOUND_RESPONSES) return
    this.active!.encoder.started = true
    throw new CodecError('Too many responses queued.', '')
  }

  firstLine(method: string, target: string, version: string): void {
    if (!methodIsValid(method, this.settings.allowCustomMethods)) throw syntax('HPE_INVALID_METHOD')
    if (!targetIsValid(target, method === 'CONNECT')) throw syntax('HPE_INVALID_URL')
    if (!versionIsValid(version)) throw syntax('HPE_INVALID_VERSION')
    if (this.active) {
      this.active.method = method
      this.active.target = target
    }
    this.version = version
    this.headerBytes = target.length
  }

  header(name: string, value: string): void {
    this.completeHeader()
    this.count(name, value, 'headers')
    this.pending = { name, value }
  }

  // A header is looked at as a whole when the next one begins, whose name has to be well-formed by then.
  private completeHeader(): void {
    if (!this.pending) return
    const { name, value } = this.pending
    this.pending = undefined
    if (this.settings.underscores !== 'allow' && name.includes('_')) {
      if (this.settings.underscores === 'drop') return
      throw new CodecError('http/1.1 protocol error: header name contains underscores', 'http1.unexpected_underscore')
    }
    this.keys?.noteKey(name)
    const lower = name.toLowerCase()
    this.headers.add(lower === 'host' ? ':authority' : lower, value)
    if (this.headers.size > this.settings.maxHeadersCount)
      throw new CodecError('http/1.1 protocol error: headers count exceeds limit', 'http1.too_many_headers', 431)
  }

  trailer(name: string, value: string): void {
    if (!this.settings.enableTrailers) return
    if (!this.trailers) {
      this.trailers = new HeaderMap('trailers')
      this.headerBytes = 0
    }
    this.count(name, value, 'trailers')
    this.trailers.add(name.toLowerCase(), value)
    if (this.trailers.size > this.settings.maxHeadersCount)
      throw new CodecError('http/1.1 protocol error: trailers count exceeds limit', 'http1.too_many_headers', 431)
  }

  headersComplete(framing: Framing): 'body' | 'complete' | 'tunnel' {
    this.completeHeader()
    const { headers } = this
    const { active } = this
    if (!active) return framing.chunked || (framing.contentLength ?? 0) > 0 ? 'body' : 'complete'
    const connect = active.method === 'CONNECT'
    this.protocol = this.version === 'HTTP/1.1' ? 'HTTP/1.1' : 'HTTP/1.0'
    this.tunnel = false
    if (isUpgrade(headers)) this.enterUpgrade(headers)
    if (connect) {
      if (headers.has('content-length')) {
        if (headers.get('content-length') !== '0')
          throw new CodecError('http/1.1 protocol error: unsupported content length', 'http1.body_disallowed')
        headers.remove('content-length')
      }
      this.tunnel = true
    }
    if (framing.hasTransferEncoding && headers.has('content-length')) {
      if (!framing.chunked || !this.settings.allowChunkedLength)
        throw new CodecError(
          "http/1.1 protocol error: both 'Content-Length' and 'Transfer-Encoding' are set.",
          'http1.content_length_and_chunked_not_allowed',
        )
      headers.remove('content-length')
    }
    if (framing.hasTransferEncoding && (headers.get('transfer-encoding')?.toLowerCase() !== 'chunked' || connect))
      throw new CodecError(
        'http/1.1 protocol error: unsupported transfer encoding',
        'http1.invalid_transfer_encoding',
        501,
      )
    if (!this.tunnel && headers.has('connection') && !sanitizeConnectionHeader(headers))
      throw new CodecError('Invalid nominated headers in Connection.', 'http1.connection_header_rejected')
    active.encoder.answersHead(active.method === 'HEAD', connect)
    this.setPath(headers, active.method, active.target)
    headers.set(':method', active.method)
    this.checkVersion(headers)
    const host = headers.get(':authority')
    if (host !== undefined && !authorityIsValid(host))
      throw new CodecError(
        'http/1.1 protocol error: request headers failed spec compliance checks',
        'http.invalid_authority',
      )
    if (framing.chunked || (framing.contentLength ?? 0) > 0 || this.tunnel) {
      active.encoder.decoder.decodeHeaders(headers, false)
      if (!this.host.open) this.parser.paused = true
    } else this.deferredHeaders = headers
    if (this.tunnel) return 'tunnel'
    return framing.chunked || (framing.contentLength ?? 0) > 0 ? 'body' : 'complete'
  }

  body(bytes: Uint8Array): void {
    this.received.append(bytes.slice())
  }

  /** Pieces of a body that came together, chunks or not, are passed on together (Envoy: ConnectionImpl::dispatchBufferedBody). */
  private passBodyOn(): void {
    if (this.received.length === 0) return
    const body = this.received
    this.received = new Buffer()
    this.active?.encoder.decoder.decodeData(body, false)
  }

  messageComplete(): void {
    this.passBodyOn()
    const active = this.active
    if (!active) return
    active.remoteComplete = true
    const { deferredHeaders, trailers } = this
    this.deferredHeaders = undefined
    this.trailers = undefined
    if (deferredHeaders) active.encoder.decoder.decodeHeaders(deferredHeaders, true)
    else if (trailers) active.encoder.decoder.decodeTrailers(trailers)
    else active.encoder.decoder.decodeData(new Buffer(), true)
  }

  /** The response has been written: the next request may come. */
  responseComplete(encoder: ServerResponseEncoder): void {
    this.outbound++
    if (this.active?.encoder === encoder && this.active.remoteComplete) {
      this.active = undefined
      encoder.releaseReads()
    }
  }

  resetActive(encoder: ServerResponseEncoder, reason: ResetReason): void {
    if (this.active?.encoder !== encoder) return
    this.active = undefined
    this.resetCalled = true
    encoder.decoder.onResetStream(reason, encoder.details)
  }

  get http10(): boolean {
    return this.protocol === 'HTTP/1.0'
  }

  private begin(): void {
    this.protocol = 'HTTP/1.1'
    this.headers = new HeaderMap('request')
    this.keys = this.settings.keepKeys?.()
    if (this.keys) this.headers.keys = this.keys
    this.pending = undefined
    this.trailers = undefined
    this.deferredHeaders = undefined
    const encoder = new ServerResponseEncoder(this, this.host)
    this.active = { encoder, target: '', method: '', remoteComplete: false }
    encoder.decoder = this.host.newStream(encoder)
  }

  private refuse(error: CodecError): void {
    // Nobody is answered any more on a connection whose stream was given up.
    if (this.resetCalled) return
    if (!this.active) this.begin()
    const active = this.active!
    active.encoder.details = error.details
    if (!active.encoder.started)
      active.encoder.decoder.sendCodecReply(error.status, statusText(error.status), error.details)
  }

  private enterUpgrade(headers: HeaderMap): void {
    const types = headers.get('upgrade')!.split(',')
    const wanted = types.map((type) => type.trim()).filter((type) => !this.settings.ignoresUpgrade(type))
    const isH2c = wanted.length === 1 && wanted[0]!.toLowerCase() === 'h2c'
    if (wanted.length > 0 && !isH2c) {
      if (wanted.length < types.length) headers.set('upgrade', wanted.join(','))
      this.tunnel = true
      return
    }
    headers.remove('upgrade')
    const kept = (headers.get('connection') ?? '')
      .split(',')
      .map((token) => token.trim())
      .filter((token) => !(isH2c ? /^(?:upgrade|http2-settings)$/i : /^upgrade$/i).test(token))
    if (kept.length > 0) headers.set('connection', kept.join(','))
    else headers.remove('connection')
    if (isH2c) headers.remove('http2-settings')
  }

  private setPath(headers: HeaderMap, method: string, target: string): void {
    const connect = method === 'CONNECT'
    const relative = target[0] === '/' || (method === 'OPTIONS' && target[0] === '*')
    if (!connect && (relative || !this.settings.allowAbsoluteUrl)) {
      headers.set(':path', target)
      return
    }
    const url = parseUrl(target, connect)
    if (!url) throw new CodecError('http/1.1 protocol error: invalid url in request line', 'http1.invalid_url')
    headers.set(':authority', connect ? target : url.hostAndPort)
    if (connect) return
    headers.set(':scheme', url.scheme)
    if (url.scheme !== 'http' && url.scheme !== 'https')
      throw new CodecError('http/1.1 protocol error: invalid scheme', 'http1.invalid_scheme')
    if (this.settings.validateScheme && url.scheme === 'https' && !this.host.tls)
      throw new CodecError(
        'http/1.1 protocol error: https in the clear',
        'http1.https_url_on_plaintext_connection',
        403,
      )
    headers.set(':path', url.pathAndQuery)
  }

  private checkVersion(headers: HeaderMap): void {
    if (this.protocol !== 'HTTP/1.0') return
    if (!this.settings.acceptHttp10)
      throw new CodecError('Upgrade required for HTTP/1.0 or HTTP/0.9', 'low_version', 426)
    if (!headers.has(':authority') && this.settings.defaultHostForHttp10 !== '')
      headers.set(':authority', this.settings.defaultHostForHttp10)
  }

  private count(name: string, value: string, kind: 'headers' | 'trailers'): void {
    if (!headerValueIsValid(value))
      throw new CodecError('http/1.1 protocol error: header value contains invalid chars', 'http1.invalid_characters')
    this.headerBytes += name.length + value.length
    if (this.headerBytes > this.settings.maxRequestHeadersKb * 1024)
      throw new CodecError(`http/1.1 protocol error: ${kind} size exceeds limit`, 'http1.headers_too_large', 431)
  }
}

function syntax(reason: string): CodecError {
  return new CodecError(`http/1.1 protocol error: ${reason}`, 'http1.codec_error')
}
