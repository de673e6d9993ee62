/**
 * Byte strings: header names and values are kept as JavaScript strings with one char for each byte (latin-1),
 * because that is what travels; configuration is UTF-8 text and becomes a byte string where it enters a header.
 */
const encoder = new TextEncoder()
const lenient = new TextDecoder('utf-8', { ignoreBOM: true })

/** All parts behind each other, in bytes of their own. */
export function joinBytes(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((size, part) => size + part.length, 0))
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}

/** Bytes to base64, padded. */
export function toBase64(bytes: Uint8Array): string {
  return btoa(latin1(bytes))
}

/** UTF-8 text to a byte string. Text of ASCII only (nearly all there is) is returned as it is. */
export function toByteString(text: string): string {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return latin1(utf8(text))
  return text
}

/** Bytes to a byte string. */
export function latin1(bytes: Uint8Array): string {
  let out = ''
  for (let i = 0; i < bytes.length; i += 8192)
    out += String.fromCharCode.apply(null, bytes.subarray(i, i + 8192) as unknown as number[])
  return out
}

/** A byte string to bytes; a char past 0xFF is cut to its low byte, as no such char belongs in one. */
export function fromLatin1(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i)
  return bytes
}

/** Text to UTF-8. A lone surrogate U+DC80 to U+DCFF stands for a byte that was never UTF-8 and becomes that byte (see `textOf`). */
export function utf8(text: string): Uint8Array {
  return strayByte.test(text) ? encodeStray(text) : encoder.encode(text)
}

const strayByte = /(?<![\ud800-\udbff])[\udc80-\udcff]/

function encodeStray(text: string): Uint8Array {
  const parts = text.split(/((?<![\ud800-\udbff])[\udc80-\udcff])/)
  const encoded = parts.map((part, i) => (i % 2 ? Uint8Array.of(part.charCodeAt(0) - 0xdc00) : encoder.encode(part)))
  return joinBytes(encoded)
}

/**
 * Bytes to text without loss: each byte that is not UTF-8 becomes a lone surrogate, U+DC00 plus the byte, and `utf8`
 * and `toByteString` turn it back. For text that scripts make and that travels on: bodies of replies, metadata.
 */
export function textOf(bytes: Uint8Array): string {
  const text = lenient.decode(bytes)
  if (!text.includes('\ufffd')) return text
  let out = ''
  for (let i = 0; i < bytes.length; ) {
    const length = sequenceLength(bytes, i)
    out += length === 0 ? String.fromCharCode(0xdc00 + bytes[i]!) : lenient.decode(bytes.subarray(i, i + length))
    i += length || 1
  }
  return out
}

// Length of the valid UTF-8 sequence at `i`; 0 when there is none.
function sequenceLength(bytes: Uint8Array, i: number): number {
  const first = bytes[i]!
  if (first < 0x80) return 1
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2
  const decoded = lenient.decode(bytes.subarray(i, i + length))
  const isReplacement = length === 3 && first === 0xef && bytes[i + 1] === 0xbf && bytes[i + 2] === 0xbd
  return i + length <= bytes.length && (isReplacement || !decoded.includes('\ufffd')) ? length : 0
}

/** Bytes to text; what is not UTF-8 becomes U+FFFD. */
export function fromUtf8(bytes: Uint8Array): string {
  return lenient.decode(bytes)
}
