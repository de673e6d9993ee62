import { latin1 } from '../../bytes.ts'
import { headerNameIsValid, splitFirstLine } from './http1-syntax.ts'
import { CodecError } from './types.ts'

/** What the parser tells its codec. Any of these may throw CodecError. */
export interface ParserEvents {
  /** The first byte of a message is there. */
  messageBegin(): void
  /** The first line is complete: method, target and version, or version, status and reason. */
  firstLine(first: string, second: string, third: string): void
  header(name: string, value: string): void
  /** `complete`: the message ends here; `tunnel`: everything that follows is payload. */
  headersComplete(framing: Framing): 'body' | 'complete' | 'tunnel'
  body(bytes: Uint8Array): void
  trailer(name: string, value: string): void
  messageComplete(): void
}

/** What the headers say of the body's length. */
export interface Framing {
  chunked: boolean
  /** Undefined when there is none; a bad one has been refused before. */
  contentLength: number | undefined
  hasTransferEncoding: boolean
}

const LF = 10
const CR = 13

type State =
  | 'start'
  | 'headers'
  | 'length'
  | 'chunkSize'
  | 'chunkData'
  | 'chunkEnd'
  | 'trailers'
  | 'untilClose'
  | 'tunnel'

export interface ParserOptions {
  request: boolean
  /** Bytes the first line and headers may have together. */
  maxHeaderBytes: number
  /** Refuses a connection whose first byte cannot begin a message. */
  firstByteIsValid(byte: number): boolean
}

/**
 * Reads HTTP/1 messages off a byte stream as the Balsa parser does with Envoy's settings
 * (source/common/http/http1/balsa_parser.cc). Stops after each message: `execute` says how many bytes it has used.
 */
export class Http1Parser {
  private readonly events: ParserEvents
  private readonly options: ParserOptions
  private state: State = 'start'
  private held: Uint8Array = new Uint8Array(0)
  private scanned = 0
  private lineStart = 0
  private firstLineEnd = 0
  private remaining = 0
  private framing: Framing = { chunked: false, contentLength: undefined, hasTransferEncoding: false }
  private lengths: string[] = []
  private encodings: string[] = []
  private firstMessage = true
  paused = false

  constructor(events: ParserEvents, options: ParserOptions) {
    this.events = events
    this.options = options
  }

  /** True between two messages. */
  get idle(): boolean {
    return this.state === 'start' && this.held.length === 0
  }

  /** Reads until a message is complete or the bytes are used up; says how many were used. */
  execute(bytes: Uint8Array): number {
    this.paused = false
    let at = 0
    while (at < bytes.length && !this.paused) at += this.step(at === 0 ? bytes : bytes.subarray(at))
    return at
  }

  /** The peer will send no more: ends a body that only the end of the connection delimits. True if that was so. */
  finish(): boolean {
    if (this.state !== 'untilClose') return false
    this.complete()
    return true
  }

  private step(bytes: Uint8Array): number {
    switch (this.state) {
      case 'start':
      case 'headers':
        return this.readHead(bytes)
      case 'trailers':
        return this.readTrailers(bytes)
      case 'length':
      case 'chunkData': {
        const take = Math.min(this.remaining, bytes.length)
        this.remaining -= take
        const chunk = this.state === 'chunkData'
        if (chunk && this.remaining === 0) this.state = 'chunkEnd'
        this.events.body(bytes.subarray(0, take))
        if (!chunk && this.remaining === 0) this.complete()
        return take
      }
      case 'chunkSize':
      case 'chunkEnd':
        return this.readChunkLine(bytes)
      case 'untilClose':
      case 'tunnel':
        this.events.body(bytes)
        return bytes.length
    }
  }

  private readHead(bytes: Uint8Array): number {
    if (this.state === 'start') {
      // Blank lines between requests are passed over.
      let blank = 0
      while (this.options.request && (bytes[blank] === CR || bytes[blank] === LF)) blank++
      if (blank > 0) return blank
      const first = this.firstMessage
      this.firstMessage = false
      if (first && !this.options.firstByteIsValid(bytes[0]!))
        throw codecError(this.options.request ? 'HPE_INVALID_METHOD' : 'HPE_INVALID_CONSTANT')
      this.events.messageBegin()
      this.state = 'headers'
      this.held = new Uint8Array(0)
      this.scanned = 0
      this.lineStart = 0
      this.firstLineEnd = 0
    }
    const before = this.held.length
    const all = before === 0 ? bytes : join(this.held, bytes)
    for (let i = this.scanned; i < all.length; i++) {
      if (all[i] !== LF) continue
      const length = i - this.lineStart
      const blank = length === 0 || (length === 1 && all[this.lineStart] === CR)
      if (this.firstLineEnd === 0) {
        if (i + 1 > this.options.maxHeaderBytes) break
        this.firstLineEnd = i + 1
        this.lineStart = i + 1
        if (this.readFirstLine(all.subarray(0, i))) {
          this.headersDone()
          return i + 1 - before
        }
      } else if (blank) {
        if (i + 1 > this.options.maxHeaderBytes) throw tooLarge('headers')
        const start = this.firstLineEnd
        this.held = new Uint8Array(0)
        this.readFields(latin1(all.subarray(start, this.lineStart)), false)
        this.headersDone()
        return i + 1 - before
      } else {
        this.lineStart = i + 1
      }
    }
    if (all.length > this.options.maxHeaderBytes) throw tooLarge('headers')
    this.scanned = all.length
    this.held = before === 0 ? all.slice() : all
    return bytes.length
  }

  // True for a request without a version: HTTP/0.9 has no headers.
  private readFirstLine(line: Uint8Array): boolean {
    const words = splitFirstLine(latin1(line))
    if (!words)
      throw codecError(
        this.options.request ? 'FAILED_TO_FIND_WS_AFTER_REQUEST_METHOD' : 'FAILED_TO_FIND_WS_AFTER_RESPONSE_VERSION',
      )
    this.lengths = []
    this.encodings = []
    this.events.firstLine(words.first, words.second, words.third ?? '')
    return this.options.request && words.third === undefined
  }

  private readFields(text: string, trailers: boolean): void {
    const error = trailers ? 'trailers' : 'headers'
    let at = 0
    while (at < text.length) {
      // A line that begins with a space or tab goes on with the one before it (obs-fold).
      let end = text.indexOf('\n', at)
      if (end < 0) end = text.length
      while (end + 1 < text.length && (text[end + 1] === ' ' || text[end + 1] === '\t')) {
        const next = text.indexOf('\n', end + 1)
        end = next < 0 ? text.length : next
      }
      this.readField(text.slice(at, end), trailers, error)
      at = end + 1
    }
  }

  private readField(line: string, trailers: boolean, kind: string): void {
    if (line[0] === ' ' || line[0] === '\t') throw codecError('INVALID_HEADER_FORMAT')
    const colon = line.indexOf(':')
    if (colon < 0) throw codecError(kind === 'trailers' ? 'HPE_INVALID_HEADER_TOKEN' : 'HEADER_MISSING_COLON')
    const name = line.slice(0, colon)
    if (/[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/.test(line))
      throw new CodecError('http/1.1 protocol error: header value contains invalid chars', 'http1.invalid_characters')
    if (!headerNameIsValid(name)) throw codecError('HPE_INVALID_HEADER_TOKEN')
    const value = trim(line.slice(colon + 1).replace(/[\r\n]/g, ''))
    if (trailers) {
      this.events.trailer(name, value)
      return
    }
    const lower = name.toLowerCase()
    if (lower === 'content-length') this.addLength(value)
    else if (lower === 'transfer-encoding') this.encodings.push(value.toLowerCase())
    this.events.header(name, value)
  }

  private addLength(value: string): void {
    if (!/^\d+$/.test(value) || !Number.isSafeInteger(Number(value))) throw codecError('UNPARSABLE_CONTENT_LENGTH')
    if (this.lengths.length > 0) throw codecError('MULTIPLE_CONTENT_LENGTH_KEYS')
    this.lengths.push(value)
  }

  private headersDone(): void {
    const framing: Framing = {
      chunked: this.encodings.at(-1) === 'chunked',
      contentLength: this.lengths[0] === undefined ? undefined : Number(this.lengths[0]),
      hasTransferEncoding: this.encodings.length > 0,
    }
    this.framing = framing
    const next = this.events.headersComplete(framing)
    if (next === 'tunnel') this.state = 'tunnel'
    else if (next === 'complete') this.complete()
    else if (framing.chunked) this.state = 'chunkSize'
    else if (framing.contentLength !== undefined) {
      this.remaining = framing.contentLength
      this.state = 'length'
      if (this.remaining === 0) this.complete()
    } else if (this.options.request) this.complete()
    else this.state = 'untilClose'
  }

  private complete(): void {
    this.state = 'start'
    this.paused = true
    this.events.messageComplete()
  }

  private readChunkLine(bytes: Uint8Array): number {
    const end = bytes.indexOf(LF)
    const part = end < 0 ? bytes : bytes.subarray(0, end)
    const line = join(this.held, part)
    if (line.length > this.options.maxHeaderBytes) throw codecError('HPE_INVALID_CHUNK_SIZE')
    // What stands between a chunk and the end of its line is passed over.
    if (this.state === 'chunkSize') checkChunkSize(latin1(line), false)
    if (end < 0) {
      this.held = line.slice()
      return bytes.length
    }
    this.held = new Uint8Array(0)
    if (this.state === 'chunkEnd') this.state = 'chunkSize'
    else {
      this.remaining = checkChunkSize(latin1(line), true)
      if (this.remaining > 0) this.state = 'chunkData'
      else {
        this.state = 'trailers'
        this.lineStart = 0
        this.scanned = 0
      }
    }
    return end + 1
  }

  private readTrailers(bytes: Uint8Array): number {
    const before = this.held.length
    const all = join(this.held, bytes)
    for (let i = this.scanned; i < all.length; i++) {
      if (all[i] !== LF) continue
      const length = i - this.lineStart
      if (length === 0 || (length === 1 && all[this.lineStart] === CR)) {
        this.held = new Uint8Array(0)
        this.readFields(latin1(all.subarray(0, this.lineStart)), true)
        this.complete()
        return i + 1 - before
      }
      this.lineStart = i + 1
    }
    if (all.length > this.options.maxHeaderBytes) throw tooLarge('trailers')
    this.scanned = all.length
    this.held = all.slice()
    return bytes.length
  }

  /** What the headers of the message at hand said of its body. */
  get currentFraming(): Framing {
    return this.framing
  }
}

function checkChunkSize(line: string, complete: boolean): number {
  const match = /^([0-9a-fA-F]*)[ \t]*(;.*)?\r?$/s.exec(line)
  if (!match || (complete && (match[1] === '' || !line.endsWith('\r'))) || match[1]!.replace(/^0+/, '').length > 13)
    throw codecError('HPE_INVALID_CHUNK_SIZE')
  return Number.parseInt(match[1] || '0', 16)
}

function trim(value: string): string {
  return value.replace(/^[ \t]+|[ \t]+$/g, '')
}

function join(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = new Uint8Array(a.length + b.length)
  out.set(a)
  out.set(b, a.length)
  return out
}

function codecError(reason: string): CodecError {
  return new CodecError(`http/1.1 protocol error: ${reason}`, 'http1.codec_error')
}

function tooLarge(kind: 'headers' | 'trailers'): CodecError {
  return new CodecError(`http/1.1 protocol error: ${kind} size exceeds limit`, 'http1.headers_too_large', 431)
}
