import { fromLatin1, toByteString } from '../bytes.ts'
import type { JsonValue } from '../stream-info.ts'

const escapes: Record<string, string> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
  '\f': '\\f',
}
const strict = new TextDecoder('utf-8', { fatal: true })

/** JSON with sorted keys and no blanks, as Envoy writes it (source/common/json/json_utility.cc). Strings are byte strings. */
export function jsonText(value: JsonValue): string {
  if (typeof value === 'string') return `"${escapeJson(value)}"`
  if (typeof value === 'number') return numberText(value)
  if (value === null || typeof value === 'boolean') return String(value)
  if (Array.isArray(value)) return `[${value.map(jsonText).join(',')}]`
  const fields = Object.keys(value).sort()
  return `{${fields.map((key) => `"${escapeJson(toByteString(key))}":${jsonText(value[key]!)}`).join(',')}}`
}

/** The inside of a JSON string: control characters escaped; bytes that are not UTF-8 written as octal escapes, all of them then. */
export function escapeJson(bytes: string): string {
  const clean = /^[ !#-[\]-~]*$/.test(bytes)
  if (clean) return bytes
  const valid = isUtf8(bytes)
  let out = ''
  for (const char of bytes) {
    const code = char.charCodeAt(0)
    if (escapes[char]) out += escapes[char]
    else if (code < 0x20 || code === 0x7f) out += `\\u${code.toString(16).padStart(4, '0')}`
    else if (code > 0x7f && !valid) out += `\\${code.toString(8).padStart(3, '0')}`
    else out += char
  }
  return out
}

/** Text of a Struct to byte strings, through and through. */
export function toByteJson(value: JsonValue): JsonValue {
  if (typeof value === 'string') return toByteString(value)
  if (Array.isArray(value)) return value.map(toByteJson)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, toByteJson(entry)]))
}

function isUtf8(bytes: string): boolean {
  try {
    strict.decode(fromLatin1(bytes))
    return true
  } catch {
    return false
  }
}

function numberText(value: number): string {
  if (!Number.isFinite(value)) return 'null'
  return String(value)
}
