import type { JsonValue } from '../../../engine/stream-info.ts'

/** What is known of a body: its JSON, that it is none, that there is no body, or that its type is not looked at. */
export type BodyJson = { json: JsonValue } | 'invalid' | 'none' | 'other type'

/** Member under which a number stands in parsed JSON, as it was written: 1.0 and 1 are different texts. */
const NUMBER_KEY = '\0number'
const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g
const MAX_SIGNED = 2n ** 63n - 1n
const MAX_UNSIGNED = 2n ** 64n - 1n

/** A body as JSON whose numbers are kept as they were written. Numbers that Envoy's reader cannot hold make it invalid. */
export function parseBody(text: string): BodyJson {
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
