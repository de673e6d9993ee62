import { Buffer } from '../../buffer.ts'
import { HeaderMap, type HeaderPair } from '../header-map.ts'
import { headerValueIsValid } from '../header-utility.ts'
import { headerNameIsValid } from './http1-syntax.ts'
import { HTTP2_PREFACE, type Http2Peer, type Http2StreamEvents, type Http2StreamSink } from './http2-peer.ts'
import {
  CodecError,
  type Protocol,
  type RequestDecoder,
  type ResetReason,
  type ResponseEncoder,
  type ServerCodec,
} from './types.ts'

export interface Http2ServerSettings {
  maxRequestHeadersKb: number
  maxHeadersCount: number
  underscores: 'allow' | 'reject' | 'drop'
  allowConnect: boolean
  headerTableSize: number
  maxConcurrentStreams: number
  streamWindow: number
  connectionWindow: number
  /** A bad message costs its stream, not the connection. */
  streamErrorOnInvalidMessage: boolean
}

export interface Http2Host {
  newStream(encoder: ResponseEncoder): RequestDecoder
  write(bytes: Uint8Array): void
  /** Runs something once what is going on is done. */
  post(run: () => void): void
  /** The connection has broken the protocol: it is closed, its streams are reset. */
  connectionError(error: CodecError): void
}

/**
 * HTTP/2 from the client. The preface is real, the frames are not: streams come from the client as headers, data and
 * trailers, and are checked as Envoy's codec checks them (source/common/http/http2/codec_impl.cc).
 */
export class Http2ServerCodec implements ServerCodec {
  readonly protocol: Protocol = 'HTTP/2'
  readonly settings: Http2ServerSettings
  readonly host: Http2Host
  private readonly peer: Http2Peer | undefined
  private attached = false

  constructor(settings: Http2ServerSettings, host: Http2Host, peer: Http2Peer | undefined) {
    this.settings = settings
    this.host = host
    this.peer = peer
  }

  dispatch(data: Buffer): void {
    const preface = String.fromCharCode(...data.bytes().subarray(0, HTTP2_PREFACE.length))
    if (!this.attached) {
      if (preface.length < HTTP2_PREFACE.length && HTTP2_PREFACE.startsWith(preface)) return
      data.drain()
      if (preface !== HTTP2_PREFACE) throw new CodecError('Received bad client magic byte string', '')
      this.attached = true
      if (this.peer) this.peer.attach((events) => new ServerStream(this, events))
      else this.host.write(serverPreface(this.settings))
      return
    }
    data.drain()
  }

  /** GOAWAY with PROTOCOL_ERROR: the client learns of it before the connection goes. */
  goAway(): void {
    this.peer?.goAway(1)
  }
}

/** One stream: what the client sends comes in as a sink, what is answered goes out as an encoder. */
class ServerStream implements Http2StreamSink, ResponseEncoder {
  details = ''
  private readonly codec: Http2ServerCodec
  private readonly events: Http2StreamEvents
  decoder: RequestDecoder
  private remoteClosed = false
  private localClosed = false
  private over = false
  private contentLength: number | undefined
  private received = 0
  private outgoing: (() => void)[] = []

  constructor(codec: Http2ServerCodec, events: Http2StreamEvents) {
    this.codec = codec
    this.events = events
    this.decoder = codec.host.newStream(this)
  }

  get streamErrorOnInvalidMessage(): boolean {
    return this.codec.settings.streamErrorOnInvalidMessage
  }

  // ---------------------------------------------------------------- from the client

  headers(pairs: readonly HeaderPair[], endStream: boolean): void {
    const headers = this.read(pairs, 'request')
    if (!headers) return
    const problem = requestProblem(headers)
    if (problem !== undefined) {
      this.invalid(problem)
      return
    }
    const length = headers.get('content-length')
    if (length !== undefined) this.contentLength = Number(length)
    this.remoteClosed = endStream
    if (endStream && this.contentLength !== undefined && this.contentLength !== 0) {
      this.invalid(VIOLATION)
      return
    }
    fromExtendedConnect(headers)
    this.decoder.decodeHeaders(headers, endStream)
  }

  data(bytes: Uint8Array, endStream: boolean): void {
    if (this.over && this.outgoing.length === 0) return
    this.received += bytes.length
    const wrong =
      this.contentLength !== undefined &&
      (this.received > this.contentLength || (endStream && this.received !== this.contentLength))
    if (wrong) {
      // Only this stream suffers, and what was to be sent on it is dropped.
      this.details = 'http2.remote_reset'
      this.giveUp(1, 'LocalReset')
      return
    }
    if (this.over) return
    this.remoteClosed = endStream
    this.decoder.decodeData(Buffer.of(bytes), endStream)
  }

  trailers(pairs: readonly HeaderPair[]): void {
    if (this.over) return
    const trailers = this.read(pairs, 'trailers')
    if (!trailers) return
    if (trailers.has('content-length')) {
      this.invalid(VIOLATION)
      return
    }
    this.remoteClosed = true
    this.decoder.decodeTrailers(trailers)
  }

  reset(): void {
    if (this.over) return
    this.over = true
    this.decoder.onResetStream('RemoteReset', 'http2.remote_reset')
  }

  private read(pairs: readonly HeaderPair[], kind: 'request' | 'trailers'): HeaderMap | undefined {
    const { settings } = this.codec
    const headers = new HeaderMap(kind)
    let size = 0
    let count = 0
    let hosts = 0
    let regular = false
    for (const [name, value] of pairs) {
      const pseudo = name[0] === ':'
      const bad =
        !headerNameIsValid(pseudo ? name.slice(1) : name) ||
        /[A-Z]/.test(name) ||
        !headerValueIsValid(value) ||
        (pseudo && (regular || kind === 'trailers' || headers.has(name) || !PSEUDO.has(name))) ||
        CONNECTION_SPECIFIC.has(name) ||
        (name === 'host' && ++hosts > 1) ||
        badValue(name, value, headers, settings.allowConnect)
      if (bad) {
        this.invalid(INVALID)
        return undefined
      }
      regular ||= !pseudo
      if (settings.underscores !== 'allow' && name.includes('_')) {
        if (settings.underscores === 'drop') {
          // Said even when nothing comes of it: a reset for another reason is logged with it.
          this.details = 'http2.unexpected_underscore'
          continue
        }
        this.refuse('http2.unexpected_underscore')
        return undefined
      }
      size += name.length + value.length
      if (size > settings.maxRequestHeadersKb * 1024) {
        this.refuse('http2.header_list_size_too_large')
        return undefined
      }
      if (++count > settings.maxHeadersCount) {
        this.refuse('http2.too_many_headers')
        return undefined
      }
      if (name === 'host' && headers.has(':authority')) continue
      // Cookie crumbs are put together again.
      if (name === 'cookie') headers.append(name, value)
      else headers.add(name === 'host' ? ':authority' : name, value)
    }
    return headers
  }

  // A message that breaks HTTP: the connection is at its end, unless only streams are to suffer.
  private invalid(details: string): void {
    this.details ||= details
    if (this.streamErrorOnInvalidMessage) {
      this.giveUp(1, 'LocalReset')
      return
    }
    this.over = true
    this.codec.host.connectionError(new CodecError('The user callback function failed', details))
  }

  // A message past a limit of ours: only the stream is reset.
  private refuse(details: string): void {
    this.details ||= details
    this.giveUp(1, 'RemoteReset')
  }

  private giveUp(errorCode: number, reason: ResetReason): void {
    this.over = true
    this.outgoing = []
    this.events.reset(errorCode)
    this.decoder.onResetStream(reason, this.details)
  }

  // What is written leaves when the codec has read what there was to read: a stream reset by then says nothing else.
  private send(event: () => void): void {
    this.outgoing.push(event)
    if (this.outgoing.length > 1) return
    this.codec.host.post(() => {
      const events = this.outgoing
      this.outgoing = []
      for (const each of events) each()
    })
  }

  // ---------------------------------------------------------------- to the client

  encode1xxHeaders(headers: HeaderMap): void {
    if (this.over) return
    const pairs = headers.pairs()
    this.send(() => this.events.headers(pairs, false))
  }

  encodeHeaders(headers: HeaderMap, endStream: boolean): void {
    if (this.over) return
    const sent = headers.has('upgrade') ? toExtendedConnect(headers) : headers
    this.localClosed = endStream
    const pairs = sent.pairs()
    this.send(() => this.events.headers(pairs, endStream))
    this.maybeDone()
  }

  encodeData(data: Buffer, endStream: boolean): void {
    if (this.over) return
    const bytes = data.bytes().slice()
    data.drain()
    this.localClosed = endStream
    this.send(() => this.events.data(bytes, endStream))
    this.maybeDone()
  }

  encodeTrailers(trailers: HeaderMap): void {
    if (this.over) return
    this.localClosed = true
    const pairs = trailers.pairs()
    if (pairs.length === 0) this.send(() => this.events.data(new Uint8Array(0), true))
    else this.send(() => this.events.trailers(pairs))
    this.maybeDone()
  }

  resetStream(reason: ResetReason): void {
    if (this.over) return
    this.over = true
    const errorCode = reason === 'ConnectError' ? 10 : reason === 'ProtocolError' ? 1 : 0
    this.send(() => this.events.reset(errorCode))
    this.decoder.onResetStream(reason, this.details)
  }

  readDisable(): void {
    // Streams are not paused: a client has sent everything by the time anybody could ask.
  }

  private maybeDone(): void {
    if (this.localClosed && this.remoteClosed) this.over = true
  }
}

/** SETTINGS and WINDOW_UPDATE, with which a server answers a client's preface: all that a client of raw bytes gets. */
function serverPreface(settings: Http2ServerSettings): Uint8Array {
  const parameters: [id: number, value: number][] = [
    [1, settings.headerTableSize],
    [8, settings.allowConnect ? 1 : 0],
    [3, settings.maxConcurrentStreams],
    [4, settings.streamWindow],
  ]
  const increment = settings.connectionWindow - 65_535
  const bytes = new Uint8Array(9 + parameters.length * 6 + (increment > 0 ? 13 : 0))
  const view = new DataView(bytes.buffer)
  bytes[2] = parameters.length * 6
  bytes[3] = 4
  parameters.forEach(([id, value], i) => {
    view.setUint16(9 + i * 6, id)
    view.setUint32(11 + i * 6, value)
  })
  if (increment <= 0) return bytes
  const update = 9 + parameters.length * 6
  bytes[update + 2] = 4
  bytes[update + 3] = 8
  view.setUint32(update + 9, increment)
  return bytes
}

const INVALID = 'http2.invalid.header.field'
const VIOLATION = 'http2.violation.of.messaging.rule'
const PSEUDO = new Set([':method', ':scheme', ':authority', ':path', ':protocol'])
const CONNECTION_SPECIFIC = new Set(['connection', 'proxy-connection', 'keep-alive', 'transfer-encoding', 'upgrade'])

// A value that its header may not have.
function badValue(name: string, value: string, headers: HeaderMap, allowConnect: boolean): boolean {
  switch (name) {
    case 'te':
      return value.toLowerCase() !== 'trailers'
    case 'content-length':
      return headers.has(name) || !/^\d+$/.test(value)
    case ':authority':
      return !AUTHORITY.test(value)
    case 'host':
      return !AUTHORITY.test(value)
    case ':method':
      return !headerNameIsValid(value)
    case ':path':
      return value === '' || /[\0-\x20\x7f]/.test(value)
    case ':scheme':
      return !/^[A-Za-z][A-Za-z0-9+.-]*$/.test(value)
    case ':protocol':
      return !allowConnect
    default:
      return false
  }
}

const AUTHORITY = /^[A-Za-z0-9\-._~!$&'()*+,;=:[\]%]+$/

// What a request must and must not have, all in all.
function requestProblem(headers: HeaderMap): string | undefined {
  if (!headers.has(':method')) return INVALID
  const path = headers.get(':path')
  if (headers.get(':method') === 'CONNECT') {
    const extended = headers.has(':protocol')
    return extended === (path !== undefined) && extended === headers.has(':scheme') && headers.has(':authority')
      ? undefined
      : VIOLATION
  }
  if (path === undefined || !headers.has(':scheme') || headers.has(':protocol')) return VIOLATION
  return path[0] === '/' || (headers.get(':method') === 'OPTIONS' && path === '*') ? undefined : VIOLATION
}

// RFC 8441: CONNECT with :protocol is an upgrade, and filters see it as one.
function fromExtendedConnect(headers: HeaderMap): void {
  const protocol = headers.get(':protocol')
  if (protocol === undefined || headers.get(':method') !== 'CONNECT') return
  headers.remove(':protocol')
  headers.set(':method', 'GET')
  headers.set('upgrade', protocol)
  headers.set('connection', 'upgrade')
}

function toExtendedConnect(headers: HeaderMap): HeaderMap {
  const copy = headers.clone()
  if (copy.get(':status') === '101') copy.set(':status', '200')
  copy.remove('upgrade')
  copy.remove('connection')
  return copy
}
