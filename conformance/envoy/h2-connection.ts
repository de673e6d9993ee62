import type { HeaderPair } from '../../src/cli/case-document.ts'
import type { ByteStream } from './byte-stream.ts'
import { HpackDecoder, hpackEncode } from './hpack.ts'

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1')
const MAX_FRAME = 16384
const DEFAULT_WINDOW = 65535

const DATA = 0
const HEADERS = 1
const RST_STREAM = 3
const SETTINGS = 4
const PING = 6
const WINDOW_UPDATE = 8
const CONTINUATION = 9

const END_STREAM = 1
const ACK = 1
const END_HEADERS = 4
const PADDED = 8
const PRIORITY = 32

const SETTING_INITIAL_WINDOW = 4
const CANCEL = 8

// Fields that belong to one connection and have no place in h2: a well-behaved peer does not send them.
const CONNECTION_FIELDS = new Set(['connection', 'proxy-connection', 'keep-alive', 'transfer-encoding', 'upgrade'])

export type H2Event =
  | { type: 'headers'; stream: number; headers: HeaderPair[] }
  | { type: 'data'; stream: number; bytes: Buffer }
  | { type: 'end'; stream: number }
  | { type: 'reset'; stream: number }

interface Outgoing {
  window: number
  queue: { kind: 'data' | 'headers'; bytes: Buffer; end: boolean }[]
}

/**
 * HTTP/2 at the level of frames, for either side. Unlike node:http2 it sends whatever headers it is given, so that a
 * case can try what Envoy makes of them. It acknowledges all data at once and respects the peer's windows.
 */
export class H2Connection {
  #stream: ByteStream
  #decoder = new HpackDecoder()
  #input: Buffer = Buffer.alloc(0)
  #prefaceLeft: number
  #block: { stream: number; bytes: Buffer[]; end: boolean } | undefined
  #window = DEFAULT_WINDOW
  #peerInitialWindow = DEFAULT_WINDOW
  #outgoing = new Map<number, Outgoing>()

  constructor(stream: ByteStream, side: 'client' | 'server') {
    this.#stream = stream
    this.#prefaceLeft = side === 'server' ? PREFACE.length : 0
    if (side === 'client') stream.write(PREFACE)
    this.#frame(SETTINGS, 0, 0, Buffer.alloc(0))
  }

  sendHeaders(stream: number, headers: readonly HeaderPair[], end: boolean): void {
    this.#enqueue(stream, { kind: 'headers', bytes: hpackEncode(outbound(headers)), end })
  }

  sendData(stream: number, bytes: Buffer, end: boolean): void {
    this.#enqueue(stream, { kind: 'data', bytes, end })
  }

  sendReset(stream: number): void {
    this.#outgoing.delete(stream)
    const code = Buffer.alloc(4)
    code.writeUInt32BE(CANCEL)
    this.#frame(RST_STREAM, 0, stream, code)
  }

  /**
   * Takes bytes in and gives what they mean, in order; answers settings, pings and windows itself.
   * @throws Error if a header block cannot be decoded.
   */
  receive(bytes: Buffer): H2Event[] {
    const events: H2Event[] = []
    this.#input = Buffer.concat([this.#input, bytes])
    if (this.#prefaceLeft > 0) {
      if (this.#input.length < this.#prefaceLeft) return events
      this.#input = this.#input.subarray(this.#prefaceLeft)
      this.#prefaceLeft = 0
    }
    while (this.#input.length >= 9) {
      const length = this.#input.readUIntBE(0, 3)
      if (this.#input.length < 9 + length) break
      const payload = this.#input.subarray(9, 9 + length)
      const [type, flags, stream] = [this.#input[3]!, this.#input[4]!, this.#input.readUInt32BE(5) & 0x7fffffff]
      this.#input = this.#input.subarray(9 + length)
      this.#handle(type, flags, stream, payload, events)
    }
    return events
  }

  #handle(type: number, flags: number, stream: number, payload: Buffer, events: H2Event[]): void {
    switch (type) {
      case DATA: {
        const bytes = unpad(payload, flags)
        if (payload.length > 0) {
          this.#windowUpdate(0, payload.length)
          if ((flags & END_STREAM) === 0) this.#windowUpdate(stream, payload.length)
        }
        events.push({ type: 'data', stream, bytes })
        if (flags & END_STREAM) events.push({ type: 'end', stream })
        return
      }
      case HEADERS: {
        const bytes = unpad(payload, flags).subarray(flags & PRIORITY ? 5 : 0)
        this.#block = { stream, bytes: [bytes], end: (flags & END_STREAM) !== 0 }
        if (flags & END_HEADERS) this.#finishBlock(events)
        return
      }
      case CONTINUATION:
        this.#block?.bytes.push(payload)
        if (flags & END_HEADERS) this.#finishBlock(events)
        return
      case RST_STREAM:
        this.#outgoing.delete(stream)
        events.push({ type: 'reset', stream })
        return
      case SETTINGS:
        if (flags & ACK) return
        this.#settings(payload)
        this.#frame(SETTINGS, ACK, 0, Buffer.alloc(0))
        return
      case PING:
        if (!(flags & ACK)) this.#frame(PING, ACK, 0, payload)
        return
      case WINDOW_UPDATE: {
        const increment = payload.readUInt32BE(0) & 0x7fffffff
        if (stream === 0) this.#window += increment
        else {
          const outgoing = this.#outgoing.get(stream)
          if (outgoing) outgoing.window += increment
        }
        this.#flushAll()
      }
    }
  }

  #finishBlock(events: H2Event[]): void {
    const { stream, bytes, end } = this.#block!
    this.#block = undefined
    events.push({ type: 'headers', stream, headers: joinCookies(this.#decoder.decode(Buffer.concat(bytes))) })
    if (end) events.push({ type: 'end', stream })
  }

  #settings(payload: Buffer): void {
    for (let at = 0; at + 6 <= payload.length; at += 6) {
      if (payload.readUInt16BE(at) !== SETTING_INITIAL_WINDOW) continue
      const value = payload.readUInt32BE(at + 2)
      for (const outgoing of this.#outgoing.values()) outgoing.window += value - this.#peerInitialWindow
      this.#peerInitialWindow = value
    }
    this.#flushAll()
  }

  #enqueue(stream: number, item: Outgoing['queue'][number]): void {
    let outgoing = this.#outgoing.get(stream)
    if (!outgoing) {
      outgoing = { window: this.#peerInitialWindow, queue: [] }
      this.#outgoing.set(stream, outgoing)
    }
    outgoing.queue.push(item)
    this.#flush(stream, outgoing)
  }

  #flushAll(): void {
    for (const [stream, outgoing] of [...this.#outgoing]) this.#flush(stream, outgoing)
  }

  #flush(stream: number, outgoing: Outgoing): void {
    while (outgoing.queue.length > 0) {
      const item = outgoing.queue[0]!
      if (item.kind === 'headers') this.#headerFrames(stream, item.bytes, item.end)
      else {
        const room = Math.min(MAX_FRAME, this.#window, outgoing.window)
        if (item.bytes.length > 0 && room <= 0) return
        const part = item.bytes.subarray(0, room)
        const rest = item.bytes.subarray(part.length)
        this.#window -= part.length
        outgoing.window -= part.length
        this.#frame(DATA, item.end && rest.length === 0 ? END_STREAM : 0, stream, part)
        if (rest.length > 0) {
          item.bytes = rest
          continue
        }
      }
      outgoing.queue.shift()
      if (item.end) this.#outgoing.delete(stream)
    }
  }

  #headerFrames(stream: number, block: Buffer, end: boolean): void {
    for (let at = 0; at === 0 || at < block.length; at += MAX_FRAME) {
      const last = at + MAX_FRAME >= block.length ? END_HEADERS : 0
      const flags = at === 0 && end ? last | END_STREAM : last
      this.#frame(at === 0 ? HEADERS : CONTINUATION, flags, stream, block.subarray(at, at + MAX_FRAME))
    }
  }

  #windowUpdate(stream: number, increment: number): void {
    const payload = Buffer.alloc(4)
    payload.writeUInt32BE(increment)
    this.#frame(WINDOW_UPDATE, 0, stream, payload)
  }

  #frame(type: number, flags: number, stream: number, payload: Buffer): void {
    const head = Buffer.alloc(9)
    head.writeUIntBE(payload.length, 0, 3)
    head[3] = type
    head[4] = flags
    head.writeUInt32BE(stream, 5)
    this.#stream.write(Buffer.concat([head, payload]))
  }
}

function unpad(payload: Buffer, flags: number): Buffer {
  return flags & PADDED ? payload.subarray(1, payload.length - payload[0]!) : payload
}

/** As a client library puts them on the wire: UTF-8, names in lower case, no blanks around, no connection fields. */
function outbound(headers: readonly HeaderPair[]): [Buffer, Buffer][] {
  const trim = (text: string) => text.replace(/^[\t-\r ]+|[\t-\r ]+$/g, '')
  return headers
    .map(([name, value]): HeaderPair => [trim(name.toLowerCase()), trim(String(value))])
    .filter(([name]) => !CONNECTION_FIELDS.has(name))
    .map(([name, value]) => [Buffer.from(name, 'utf8'), Buffer.from(value, 'utf8')])
}

/** RFC 9113, 8.2.3: cookie fields that were split for compression become one again; it stands last. */
function joinCookies(headers: HeaderPair[]): HeaderPair[] {
  const cookies = headers.filter(([name]) => name === 'cookie').map(([, value]) => value)
  if (cookies.length === 0) return headers
  return [...headers.filter(([name]) => name !== 'cookie'), ['cookie', cookies.join('; ')]]
}

/**
 * Why a strict h2 server refuses a request (RFC 9113, 8.2 and 8.3), or undefined if it takes it. The stub servers are
 * strict, so that what Envoy sends them has to be right.
 */
export function requestProblem(headers: readonly HeaderPair[]): string | undefined {
  for (const [name, value] of headers) {
    if (name === '' || /[^\x21-\x40\x5b-\x7e]/.test(name) || name.includes(':', 1)) return `bad name ${name}`
    if (/[\0\r\n]|^[ \t]|[ \t]$/.test(value)) return `bad value of ${name}`
    if (name === 'te' && value.toLowerCase() !== 'trailers') return 'te is not trailers'
    if (CONNECTION_FIELDS.has(name)) return `${name} belongs to a connection`
    if (name === ':path' && value === '') return 'empty :path'
  }
  const authority = headers.find(([name]) => name === ':authority')?.[1]
  const hosts = headers.filter(([name]) => name === 'host')
  if (hosts.length > 1) return 'several host fields'
  const host = hosts[0]?.[1]
  if (authority === undefined && host === undefined) return 'neither :authority nor host'
  if (authority !== undefined && host !== undefined && authority !== host) return 'host differs from :authority'
  return undefined
}
