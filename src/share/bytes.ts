import { deflateSync, Inflate } from 'fflate'

const ALPHABET = /^[\w-]*$/

/** Bytes as base64url without padding. */
export function toBase64Url(bytes: Uint8Array): string {
  let binary = ''
  for (let at = 0; at < bytes.length; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192))
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

/** Reads base64url; undefined if a character does not belong or the length is impossible. */
export function fromBase64Url(text: string): Uint8Array | undefined {
  if (!ALPHABET.test(text) || text.length % 4 === 1) return undefined
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(binary, (char) => char.charCodeAt(0))
}

/** CRC-32 (IEEE 802.3), as in gzip: tells a damaged link from a whole one. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return (crc ^ 0xffffffff) >>> 0
}

/** Raw deflate (RFC 1951) at the best level, with the CRC-32 of the plain bytes (big endian) after it. */
export function pack(plain: Uint8Array): Uint8Array {
  const deflated = deflateSync(plain, { level: 9 })
  const packed = new Uint8Array(deflated.length + 4)
  packed.set(deflated)
  new DataView(packed.buffer).setUint32(deflated.length, crc32(plain))
  return packed
}

export type Unpacked = { bytes: Uint8Array } | { problem: 'truncated' | 'damaged' | 'too-large' }

/** Bytes handed to the decompressor at a time: deflate makes at most about 1,000 bytes of one, so this bounds the excess. */
const STEP = 512

/** Reverses `pack`, never holding much more than `maxBytes` of plain bytes, however small the input. */
export function unpack(packed: Uint8Array, maxBytes: number): Unpacked {
  if (packed.length < 5) return { problem: 'truncated' }
  const deflated = packed.subarray(0, -4)
  const parts: Uint8Array[] = []
  let size = 0
  let ended = false
  const inflate = new Inflate((part, final) => {
    parts.push(part)
    size += part.length
    ended = final
  })
  try {
    for (let at = 0; at < deflated.length; at += STEP) {
      inflate.push(deflated.subarray(at, at + STEP), at + STEP >= deflated.length)
      if (size > maxBytes) return { problem: 'too-large' }
    }
  } catch (error) {
    // fflate's code 0 is an unexpected end of the input; every other is a stream that makes no sense.
    return { problem: (error as { code?: number }).code === 0 ? 'truncated' : 'damaged' }
  }
  if (!ended) return { problem: 'truncated' }
  const bytes = new Uint8Array(size)
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  const expected = new DataView(packed.buffer, packed.byteOffset + deflated.length).getUint32(0)
  return crc32(bytes) === expected ? { bytes } : { problem: 'damaged' }
}
