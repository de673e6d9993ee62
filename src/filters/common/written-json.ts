import type { JsonValue } from '../../engine/stream-info.ts'

/** Member under which a number stands in parsed JSON, as it was written: 1.0 and 1 are different texts. */
const NUMBER_KEY = '\0number'
const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g
const MAX_SIGNED = 2n ** 63n - 1n
const MAX_UNSIGNED = 2n ** 64n - 1n

/** JSON whose numbers are kept as they were written. Numbers that Envoy's reader cannot hold make it invalid. */
export function parseWritten(text: string): { json: JsonValue } | 'invalid' {
  let fits = true
  try {
    JSON.parse(text)
    const marked = text.replace(TOKEN, (token) => {
      if (token.startsWith('"')) return token
      fits &&= numberFits(token)
      return `{${JSON.stringify(NUMBER_KEY)}:"${token}"}`
    })
    return fits ? { json: JSON.parse(marked) } : 'invalid'
  } catch {
    return 'invalid'
  }
}

/** The text of a number in parsed JSON; undefined for everything else. */
export function writtenNumber(value: JsonValue | undefined): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const written = value[NUMBER_KEY]
  return typeof written === 'string' ? written : undefined
}

/** The value with its numbers as numbers again. */
export function plainJson(value: JsonValue): JsonValue {
  const written = writtenNumber(value)
  if (written !== undefined) return Number(written)
  if (Array.isArray(value)) return value.map(plainJson)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plainJson(each)]))
}

/** A whole number too big for 64 bits is read as a fraction, one that only fits without a sign is refused. */
export function isWhole(written: string): boolean {
  if (!/^-?\d+$/.test(written)) return false
  const number = BigInt(written)
  return number >= -MAX_SIGNED - 1n && number <= MAX_UNSIGNED
}

function numberFits(written: string): boolean {
  if (!Number.isFinite(Number(written))) return false
  return !isWhole(written) || BigInt(written) <= MAX_SIGNED
}
