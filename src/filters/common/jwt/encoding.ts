import type { JsonObject } from '../../../engine/stream-info.ts'
import { readStruct } from '../protobuf-json.ts'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const VALUES = new Map([...ALPHABET].map((char, i) => [char, i]))

/**
 * Base64url to bytes, or undefined. Like absl::WebSafeBase64Unescape: blanks are passed over, padding (`=` or `.`) may
 * be missing but has to be right when it is there, and bits behind the last whole byte do not matter.
 */
export function fromBase64Url(text: string): Uint8Array | undefined {
  const match = /^([^=.]*)([=.\s]*)$/.exec(text)
  if (!match) return undefined
  const out: number[] = []
  let bits = 0
  let held = 0
  let count = 0
  for (const char of match[1]!) {
    if (/[ \t\n\v\f\r]/.test(char)) continue
    const value = VALUES.get(char)
    if (value === undefined) return undefined
    bits = ((bits << 6) | value) & 0xffff
    held += 6
    count++
    if (held < 8) continue
    held -= 8
    out.push((bits >> held) & 0xff)
  }
  const rest = count % 4
  if (rest === 1) return undefined
  const padding = match[2]!.replace(/\s/g, '').length
  return padding === 0 || padding === (4 - rest) % 4 ? Uint8Array.from(out) : undefined
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** A JSON object of UTF-8 text, read as protobuf reads it; undefined for anything else. */
export function parseJsonObject(bytes: Uint8Array): JsonObject | undefined {
  try {
    return readStruct(strict.decode(bytes))
  } catch {
    return undefined
  }
}
