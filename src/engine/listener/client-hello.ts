import { latin1 } from '../bytes.ts'

/** What can be read of a TLS client hello before any key is known. */
export interface ClientHello {
  sni: string | undefined
  alpn: string[]
}

export type HelloOutcome =
  | { kind: 'hello'; hello: ClientHello }
  | { kind: 'incomplete' }
  | { kind: 'none'; why: string }

const HANDSHAKE = 22
const CLIENT_HELLO = 1
const SERVER_NAME = 0
const ALPN = 16

/**
 * Reads a client hello from the first bytes of a connection (RFC 8446, sections 5.1 and 4.1.2), put together from as many
 * records as it takes.
 * @param maxSize bytes after which a hello is too long.
 */
export function readClientHello(bytes: Uint8Array, maxSize: number): HelloOutcome {
  const message: number[] = []
  for (let at = 0; ; ) {
    if (at >= bytes.length) return { kind: 'incomplete' }
    if (bytes[at] !== HANDSHAKE) return { kind: 'none', why: 'the first byte is not that of a TLS handshake' }
    if (at + 1 < bytes.length && bytes[at + 1] !== 3) return { kind: 'none', why: 'not a TLS record version' }
    if (at + 5 > bytes.length) return { kind: 'incomplete' }
    const length = (bytes[at + 3]! << 8) | bytes[at + 4]!
    message.push(...bytes.subarray(at + 5, at + 5 + length))
    if (message.length > 0 && message[0] !== CLIENT_HELLO) return { kind: 'none', why: 'not a client hello' }
    if (message.length >= 4) {
      const size = (message[1]! << 16) | (message[2]! << 8) | message[3]!
      if (size + 4 > maxSize) return { kind: 'none', why: `the client hello is longer than ${maxSize} bytes` }
      if (message.length >= size + 4) return parse(Uint8Array.from(message.slice(4, size + 4)))
    }
    if (at + 5 + length > bytes.length) return { kind: 'incomplete' }
    at += 5 + length
  }
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
