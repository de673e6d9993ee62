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

/** The inside of a JSON string: control characters escaped; where the bytes are not UTF-8, every one past ASCII is too. */
export function escapeJson(bytes: string): string {
  const clean = /^[ !#-[\]-~]*$/.test(bytes)
  if (clean) return bytes
  const valid = isUtf8(bytes)
  let out = ''
  for (const char of bytes) {
    const code = char.charCodeAt(0)
    if (escapes[char]) out += escapes[char]
    else if (code < 0x20 || (code > 0x7e && !valid)) out += `\\u${code.toString(16).padStart(4, '0')}`
    else if (code === 0x7f) out += '\\u007f'
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

/** The shorter of plain and scientific notation, plain when they are as long (C++'s std::to_chars): 10000, 1e+05, 0.001, 1e-04. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return 'null'
  if (Object.is(value, -0)) return '-0'
  const [digits = '', exponent = ''] = value.toExponential().split('e')
  const scientific = `${digits}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`
  const plain = Number.isInteger(value) ? BigInt(value).toString() : plainFraction(value)
  return plain.length <= scientific.length ? plain : scientific
}

/** JavaScript leaves plain notation below 1e-6; there the scientific form is always shorter. */
function plainFraction(value: number): string {
  const text = String(value)
  return text.includes('e') ? value.toFixed(20) : text
}
