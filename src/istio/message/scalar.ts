import { type DescEnum, type DescField, ScalarType } from '@bufbuild/protobuf'
import type { Json } from './json.ts'

/** Why a value cannot be a field's: `expected` says what could. */
export class MessageError extends Error {
  readonly path: string
  constructor(path: string, message: string) {
    super(path === '' ? message : `${path}: ${message}`)
    this.name = 'MessageError'
    this.path = path
  }
}

const integers: Partial<Record<ScalarType, [min: bigint, max: bigint]>> = {
  [ScalarType.INT32]: [-(2n ** 31n), 2n ** 31n - 1n],
  [ScalarType.SINT32]: [-(2n ** 31n), 2n ** 31n - 1n],
  [ScalarType.SFIXED32]: [-(2n ** 31n), 2n ** 31n - 1n],
  [ScalarType.UINT32]: [0n, 2n ** 32n - 1n],
  [ScalarType.FIXED32]: [0n, 2n ** 32n - 1n],
  [ScalarType.INT64]: [-(2n ** 63n), 2n ** 63n - 1n],
  [ScalarType.SINT64]: [-(2n ** 63n), 2n ** 63n - 1n],
  [ScalarType.SFIXED64]: [-(2n ** 63n), 2n ** 63n - 1n],
  [ScalarType.UINT64]: [0n, 2n ** 64n - 1n],
  [ScalarType.FIXED64]: [0n, 2n ** 64n - 1n],
}
const wide = new Set([ScalarType.INT64, ScalarType.SINT64, ScalarType.SFIXED64, ScalarType.UINT64, ScalarType.FIXED64])

/**
 * One scalar as proto3 JSON writes it: 64-bit integers as strings, 32-bit ones as numbers, bytes in standard base64.
 * Accepts what proto3 JSON readers accept: numbers as strings, whole numbers with a fraction of zero, URL-safe base64.
 * As istiod reads them, base64 is the standard one with its padding, and null in a list is the default.
 * @throws MessageError when the value cannot be of that type.
 */
export function canonicalScalar(type: ScalarType, value: Json, path: string, reader: Reader = 'proto3'): Json {
  if (value === null && reader === 'istiod') return defaultOf(type)
  const range = integers[type]
  if (range) return canonicalInteger(range, wide.has(type), value, path)
  if (type === ScalarType.STRING) {
    if (typeof value !== 'string') throw new MessageError(path, `expected a string, found ${inWords(value)}`)
    return value
  }
  if (type === ScalarType.BOOL) {
    if (typeof value !== 'boolean') throw new MessageError(path, `expected true or false, found ${inWords(value)}`)
    return value
  }
  if (type === ScalarType.BYTES) return canonicalBytes(value, path, reader)
  return canonicalFloat(type, value, path)
}

/** Whose reader of JSON: that of the protobuf libraries, or the older one that istiod still uses. */
export type Reader = 'proto3' | 'istiod'

function defaultOf(type: ScalarType): Json {
  if (type === ScalarType.BOOL) return false
  if (type === ScalarType.STRING || type === ScalarType.BYTES) return ''
  return wide.has(type) ? '0' : 0
}

function canonicalInteger(range: [bigint, bigint], wideInteger: boolean, value: Json, path: string): Json {
  const whole = toWhole(value)
  if (whole === undefined) throw new MessageError(path, `expected a whole number, found ${inWords(value)}`)
  if (whole < range[0] || whole > range[1]) throw new MessageError(path, `${whole} is out of range`)
  return wideInteger ? whole.toString() : Number(whole)
}

function toWhole(value: Json): bigint | undefined {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : undefined
  if (typeof value !== 'string' || value.trim() !== value || value === '') return undefined
  if (/^-?\d+$/.test(value)) return BigInt(value)
  const number = Number(value)
  return Number.isInteger(number) ? BigInt(number) : undefined
}

function canonicalFloat(type: ScalarType, value: Json, path: string): Json {
  if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return value
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  if (typeof number !== 'number' || Number.isNaN(number)) {
    throw new MessageError(path, `expected a number, found ${inWords(value)}`)
  }
  // Go prints a float with the fewest digits that read back as the same 32-bit value.
  return type === ScalarType.FLOAT ? shortestFloat(number) : number
}

/** The shortest decimal that rounds to the same 32-bit float. */
function shortestFloat(value: number): number {
  const target = Math.fround(value)
  for (let digits = 1; digits <= 9; digits++) {
    const candidate = Number(target.toPrecision(digits))
    if (Math.fround(candidate) === target) return candidate
  }
  return target
}

function canonicalBytes(value: Json, path: string, reader: Reader): Json {
  if (typeof value !== 'string') throw new MessageError(path, `expected base64, found ${inWords(value)}`)
  if (reader === 'istiod' && !/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(value)) {
    throw new MessageError(path, 'expected standard base64 with padding')
  }
  const text = value.replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, '')
  if (!/^[A-Za-z0-9+/]*$/.test(text) || text.length % 4 === 1) throw new MessageError(path, 'expected base64')
  return text + '='.repeat((4 - (text.length % 4)) % 4)
}

/**
 * An enum value by its name, as proto3 JSON writes it; a number that has no name stays a number.
 * @throws MessageError for a name the enum does not have.
 */
export function canonicalEnum(type: DescEnum, value: Json, path: string): Json {
  if (type.typeName === 'google.protobuf.NullValue') return null
  if (typeof value === 'number' && Number.isInteger(value)) return type.value[value]?.name ?? value
  const named = type.values.find((entry) => entry.name === value)
  if (!named) {
    const names = type.values.slice(0, 12).map((entry) => entry.name)
    throw new MessageError(path, `${inWords(value)} is not one of ${names.join(', ')}`)
  }
  // Aliases share a number; the first name is the one that is written.
  return type.value[named.number]?.name ?? named.name
}

/** True for the value that proto3 does not write when the field has no presence of its own. */
export function isDefault(field: DescField, value: Json): boolean {
  if (field.fieldKind === 'enum')
    return value === 0 || value === (field.enum.values.find((v) => v.number === 0)?.name ?? 0)
  return value === 0 || value === '' || value === false || (value === '0' && field.scalar !== ScalarType.STRING)
}

/** A value in words, for messages. */
export function inWords(value: Json): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'an object'
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}...` : value)
  return String(value)
}
