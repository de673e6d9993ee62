/**
 * Byte strings: header names and values are kept as JavaScript strings with one char for each byte (latin-1),
 * because that is what travels; configuration is UTF-8 text and becomes a byte string where it enters a header.
 */
const encoder = new TextEncoder()
const lenient = new TextDecoder('utf-8', { ignoreBOM: true })

/** UTF-8 text to a byte string. Text of ASCII only (nearly all there is) is returned as it is. */
export function toByteString(text: string): string {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return latin1(encoder.encode(text))
  return text
}

/** Bytes to a byte string. */
export function latin1(bytes: Uint8Array): string {
  let out = ''
  for (let i = 0; i < bytes.length; i += 8192) out += String.fromCharCode(...bytes.subarray(i, i + 8192))
  return out
}

/** A byte string to bytes; a char past 0xFF is cut to its low byte, as no such char belongs in one. */
export function fromLatin1(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i)
  return bytes
}

/** UTF-8 text to bytes. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text)
}

/** Bytes to text; what is not UTF-8 becomes U+FFFD. */
export function fromUtf8(bytes: Uint8Array): string {
  return lenient.decode(bytes)
}
