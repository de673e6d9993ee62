import { latin1 } from '../bytes.ts'

/** What can be read of a TLS client hello before any key is known. */
export interface ClientHello {
  sni: string | undefined
  alpn: string[]
}

export type HelloOutcome =
  | { kind: 'hello'; hello: ClientHello }
  | { kind: 'incomplete' }
  /** The client said close_notify instead. */
  | { kind: 'closed' }
  | { kind: 'none'; why: string }

const ALERT = 21
const HANDSHAKE = 22
const CLIENT_HELLO = 1
const SERVER_NAME = 0
const ALPN = 16
const RECORD_HEADER = 5
const MAX_RECORD = 16_704

/**
 * Reads a client hello from the first bytes of a connection (RFC 8446, sections 5.1 and 4.1.2), put together from as many
 * records as it takes. Nothing is said before a record's five bytes of header are there, nor of a record's content
 * before all of it is, as BoringSSL reads (recorded: src/filters/listener/tls_inspector/cases/first-bytes.yaml).
 * @param maxSize bytes after which a hello is too long.
 */
export function readClientHello(bytes: Uint8Array, maxSize: number): HelloOutcome {
  const message: number[] = []
  for (let at = 0; ; ) {
    if (at + RECORD_HEADER > bytes.length) return { kind: 'incomplete' }
    const [type, major, , high, low] = bytes.subarray(at, at + RECORD_HEADER) as unknown as number[]
    if (at === 0 && beginsVersion2(bytes)) return readVersion2(bytes)
    if (type !== HANDSHAKE && type !== ALERT)
      return { kind: 'none', why: 'the first byte is not that of a TLS handshake' }
    if (major !== 3) return { kind: 'none', why: 'not a TLS record version' }
    const length = (high! << 8) | low!
    if (length > MAX_RECORD) return { kind: 'none', why: 'a TLS record is never that long' }
    const content = bytes.subarray(at + RECORD_HEADER, at + RECORD_HEADER + length)
    if (content.length < length) return { kind: 'incomplete' }
    at += RECORD_HEADER + length
    if (type === ALERT) {
      const [level, description] = content as unknown as number[]
      if (length !== 2 || level !== 1) return { kind: 'none', why: 'a TLS alert came in place of a client hello' }
      if (description === 0) return { kind: 'closed' }
      continue
    }
    message.push(...content)
    if (message.length > 0 && message[0] !== CLIENT_HELLO) return { kind: 'none', why: 'not a client hello' }
    if (message.length < 4) continue
    const size = (message[1]! << 16) | (message[2]! << 8) | message[3]!
    if (size + 4 > maxSize) return { kind: 'none', why: `the client hello is longer than ${maxSize} bytes` }
    if (message.length >= size + 4) return parse(Uint8Array.from(message.slice(4, size + 4)))
  }
}

// A hello in SSL 2.0's clothes: a length of two bytes whose top bit is set, the message's type, version 3.x.
function beginsVersion2(bytes: Uint8Array): boolean {
  return (bytes[0]! & 0x80) !== 0 && bytes[2] === CLIENT_HELLO && bytes[3] === 3
}

function readVersion2(bytes: Uint8Array): HelloOutcome {
  const length = ((bytes[0]! & 0x7f) << 8) | bytes[1]!
  const body = new Reader(bytes.subarray(2, 2 + length))
  if (length > 3 && body.left < length) return { kind: 'incomplete' }
  body.skip(3)
  const parts = body.u16() + body.u16() + body.u16()
  return body.failed || body.left !== parts
    ? { kind: 'none', why: 'the client hello is malformed' }
    : { kind: 'hello', hello: { sni: undefined, alpn: [] } }
}

function parse(body: Uint8Array): HelloOutcome {
  const reader = new Reader(body)
  reader.skip(2 + 32)
  reader.skip(reader.u8())
  reader.skip(reader.u16())
  reader.skip(reader.u8())
  const hello: ClientHello = { sni: undefined, alpn: [] }
  const extensions = reader.left > 0 ? reader.sub(reader.u16()) : new Reader(new Uint8Array(0))
  while (extensions.left > 0 && !extensions.failed) {
    const type = extensions.u16()
    const content = extensions.sub(extensions.u16())
    if (type === SERVER_NAME) hello.sni ??= serverName(content)
    else if (type === ALPN) hello.alpn = protocols(content)
    if (content.failed) return { kind: 'none', why: 'the client hello is malformed' }
  }
  return reader.failed || extensions.failed
    ? { kind: 'none', why: 'the client hello is malformed' }
    : { kind: 'hello', hello }
}

function serverName(content: Reader): string | undefined {
  const list = content.sub(content.u16())
  while (list.left > 0 && !list.failed) {
    const type = list.u8()
    const name = list.text(list.u16())
    if (type === 0) return name
  }
  return undefined
}

function protocols(content: Reader): string[] {
  const list = content.sub(content.u16())
  const found: string[] = []
  while (list.left > 0 && !list.failed) found.push(list.text(list.u8()))
  return found
}

/** Big-endian reading that remembers running past the end instead of throwing. */
class Reader {
  failed = false
  private readonly bytes: Uint8Array
  private at = 0

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  get left(): number {
    return this.bytes.length - this.at
  }

  u8(): number {
    return this.take(1)[0] ?? 0
  }

  u16(): number {
    const two = this.take(2)
    return ((two[0] ?? 0) << 8) | (two[1] ?? 0)
  }

  skip(count: number): void {
    this.take(count)
  }

  text(count: number): string {
    return latin1(this.take(count))
  }

  sub(count: number): Reader {
    return new Reader(this.take(count))
  }

  private take(count: number): Uint8Array {
    if (count > this.left) this.failed = true
    const part = this.bytes.subarray(this.at, this.at + count)
    this.at += part.length
    return part
  }
}
