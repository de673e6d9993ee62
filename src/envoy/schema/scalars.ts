import type { JsonValue } from '@bufbuild/protobuf'
import { ScalarType } from '@bufbuild/protobuf'

/** A scalar as proto3 JSON and as a value to compare, or what was expected instead. */
export type ScalarReading =
  | { json: JsonValue; value: string | number | bigint | boolean; mistake?: undefined }
  | { mistake: string }

const TRUE_WORDS = new Set(['true', 't', 'yes', 'y', '1'])
const FALSE_WORDS = new Set(['false', 'f', 'no', 'n', '0'])

const INTEGER_RANGES: Partial<Record<ScalarType, [min: bigint, max: bigint, name: string]>> = {
  [ScalarType.INT32]: [-(1n << 31n), (1n << 31n) - 1n, 'a 32-bit integer'],
  [ScalarType.SINT32]: [-(1n << 31n), (1n << 31n) - 1n, 'a 32-bit integer'],
  [ScalarType.SFIXED32]: [-(1n << 31n), (1n << 31n) - 1n, 'a 32-bit integer'],
  [ScalarType.UINT32]: [0n, (1n << 32n) - 1n, 'an integer from 0 to 4294967295'],
  [ScalarType.FIXED32]: [0n, (1n << 32n) - 1n, 'an integer from 0 to 4294967295'],
  [ScalarType.INT64]: [-(1n << 63n), (1n << 63n) - 1n, 'a 64-bit integer'],
  [ScalarType.SINT64]: [-(1n << 63n), (1n << 63n) - 1n, 'a 64-bit integer'],
  [ScalarType.SFIXED64]: [-(1n << 63n), (1n << 63n) - 1n, 'a 64-bit integer'],
  [ScalarType.UINT64]: [0n, (1n << 64n) - 1n, 'an unsigned 64-bit integer'],
  [ScalarType.FIXED64]: [0n, (1n << 64n) - 1n, 'an unsigned 64-bit integer'],
}

/**
 * Reads a scalar as Envoy's parser does, which takes more than proto3 JSON asks for: numbers and booleans in quotes,
 * hexadecimal, numbers with a fraction where a string is due.
 */
export function readScalar(type: ScalarType, json: JsonValue): ScalarReading {
  if (type === ScalarType.STRING) return readString(json)
  if (type === ScalarType.BOOL) return readBool(json)
  if (type === ScalarType.BYTES) return readBytes(json)
  if (type === ScalarType.DOUBLE || type === ScalarType.FLOAT) return readFloat(json)
  return readInteger(type, json)
}

function readString(json: JsonValue): ScalarReading {
  if (typeof json === 'string') return { json, value: json }
  if (typeof json === 'number' && !Number.isInteger(json)) return { json: String(json), value: String(json) }
  return {
    mistake: `expected a string, found ${display(json)}${typeof json === 'object' ? '' : '; put it in quotes'}`,
  }
}

function readBool(json: JsonValue): ScalarReading {
  const word = typeof json === 'string' ? json.toLowerCase() : undefined
  if (json === true || (word !== undefined && TRUE_WORDS.has(word))) return { json: true, value: true }
  if (json === false || (word !== undefined && FALSE_WORDS.has(word))) return { json: false, value: false }
  return { mistake: `expected true or false, found ${display(json)}` }
}

function readBytes(json: JsonValue): ScalarReading {
  if (typeof json !== 'string') return { mistake: `expected base64, found ${display(json)}` }
  const plain = json.replace(/-/g, '+').replace(/_/g, '/').replace(/=+$/, '')
  if (!/^[A-Za-z0-9+/]*$/.test(plain) || plain.length % 4 === 1) return { mistake: 'expected base64' }
  // Only its length is ever compared; a byte string has the same length as the bytes.
  return { json: plain.padEnd(Math.ceil(plain.length / 4) * 4, '='), value: atob(plain) }
}

function readFloat(json: JsonValue): ScalarReading {
  if (typeof json === 'number') return { json, value: json }
  if (json === 'NaN' || json === 'Infinity' || json === '-Infinity') return { json, value: Number(json) }
  const value = typeof json === 'string' && /^[+-]?[\d.]/.test(json) ? Number(json) : Number.NaN
  return Number.isNaN(value) ? { mistake: `expected a number, found ${display(json)}` } : { json: value, value }
}

function readInteger(type: ScalarType, json: JsonValue): ScalarReading {
  const [min, max, name] = INTEGER_RANGES[type]!
  const value = toBigInt(json)
  if (value === undefined || value < min || value > max) return { mistake: `expected ${name}, found ${display(json)}` }
  const small = max <= 0xffffffffn
  return { json: small ? Number(value) : value.toString(), value: small ? Number(value) : value }
}

function toBigInt(json: JsonValue): bigint | undefined {
  if (typeof json === 'string') {
    const digits = json.replace(/^\+/, '')
    if (/^-?\d+$/.test(digits)) return BigInt(digits)
    if (/^0[xX][0-9a-fA-F]+$/.test(digits)) return BigInt(digits)
    return /^-?[\d.]+(?:[eE][+-]?\d+)?$/.test(digits) ? toBigInt(Number(digits)) : undefined
  }
  return typeof json === 'number' && Number.isInteger(json) ? BigInt(json) : undefined
}

/** The default of a scalar that is not written, to compare with. */
export function zeroOf(type: ScalarType): string | number | bigint | boolean {
  if (type === ScalarType.STRING || type === ScalarType.BYTES) return ''
  if (type === ScalarType.BOOL) return false
  return INTEGER_RANGES[type]?.[1] !== undefined && INTEGER_RANGES[type][1] > 0xffffffffn ? 0n : 0
}

/** The same as proto3 JSON. */
export function zeroJson(type: ScalarType): JsonValue {
  const zero = zeroOf(type)
  return typeof zero === 'bigint' ? zero.toString() : zero
}

export function display(json: JsonValue | undefined): string {
  if (json === undefined || json === null) return 'nothing'
  if (Array.isArray(json)) return 'a list'
  if (typeof json === 'object') return 'an object'
  if (typeof json === 'string')
    return json.length > 40 ? `${JSON.stringify(json.slice(0, 40))}...` : JSON.stringify(json)
  return String(json)
}
