import type { DescMessage } from '@bufbuild/protobuf'
import { isObject, type Json } from './json.ts'
import { canonicalScalar, inWords, MessageError, type Reader } from './scalar.ts'

const wrappers = new Set(
  ['Double', 'Float', 'Int64', 'UInt64', 'Int32', 'UInt32', 'Bool', 'String', 'Bytes'].map(
    (kind) => `google.protobuf.${kind}Value`,
  ),
)
const special = new Set(
  ['Duration', 'Timestamp', 'FieldMask', 'Struct', 'Value', 'ListValue'].map((kind) => `google.protobuf.${kind}`),
)

/** True for messages that proto3 JSON does not write as an object of their fields. Any is not among them. */
export function isWellKnown(typeName: string): boolean {
  return wrappers.has(typeName) || special.has(typeName)
}

/** True for BoolValue, UInt32Value and the like, written as the bare value. */
export function isWrapper(typeName: string): boolean {
  return wrappers.has(typeName)
}

/** The message type a type URL names. */
export function typeNameOf(url: string): string {
  return url.slice(url.lastIndexOf('/') + 1)
}

/**
 * A wrapper, duration, timestamp, field mask or struct in its one JSON form.
 * @throws MessageError when the value cannot be read as that type.
 */
export function canonicalWellKnown(type: DescMessage, value: Json, path: string, reader: Reader = 'proto3'): Json {
  if (wrappers.has(type.typeName)) {
    const field = type.fields[0]
    if (field?.fieldKind !== 'scalar') throw new MessageError(path, `${type.typeName} has no scalar`)
    return canonicalScalar(field.scalar, value, path, reader)
  }
  switch (type.typeName) {
    case 'google.protobuf.Duration':
      return canonicalDuration(value, path, reader)
    case 'google.protobuf.Struct':
      if (!isObject(value)) throw new MessageError(path, `expected an object, found ${inWords(value)}`)
      return value
    case 'google.protobuf.ListValue':
      if (!Array.isArray(value)) throw new MessageError(path, `expected a list, found ${inWords(value)}`)
      return value
    case 'google.protobuf.Timestamp':
    case 'google.protobuf.FieldMask':
      if (typeof value !== 'string') throw new MessageError(path, `expected a string, found ${inWords(value)}`)
      return value
    default:
      return value
  }
}

const second = 1_000_000_000n
const nanos: Record<string, bigint> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: second,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
}

/**
 * A duration with no, three, six or nine digits after the point, as proto3 JSON writes it. Go's notation is read too,
 * because istiod does.
 */
function canonicalDuration(value: Json, path: string, reader: Reader): Json {
  const total = typeof value === 'string' ? parseDuration(value) : undefined
  // Go counts nanoseconds in 64 bits.
  const tooLong = total !== undefined && reader === 'istiod' && (total >= 2n ** 63n || total < -(2n ** 63n))
  if (total === undefined || tooLong) {
    throw new MessageError(path, `expected a duration such as "1.5s" or "500ms", found ${inWords(value)}`)
  }
  const size = total < 0n ? -total : total
  let digits = (size % second).toString().padStart(9, '0')
  while (digits.endsWith('000')) digits = digits.slice(0, -3)
  return `${total < 0n ? '-' : ''}${size / second}${digits === '' ? '' : `.${digits}`}s`
}

/** Nanoseconds of a sum like `1h30m` or `-1.5s`; undefined when it is none. */
function parseDuration(text: string): bigint | undefined {
  const unsigned = text.replace(/^[-+]/, '')
  if (unsigned === '0') return 0n
  const terms = [...unsigned.matchAll(/(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)/g)]
  if (terms.length === 0 || terms.map((term) => term[0]).join('') !== unsigned) return undefined
  let total = 0n
  for (const [, whole = '', fraction = '', unit = 's'] of terms) {
    if (whole === '' && fraction === '') return undefined
    const size = nanos[unit] as bigint
    total += BigInt(whole || '0') * size + (BigInt(fraction || '0') * size) / 10n ** BigInt(fraction.length)
  }
  return text.startsWith('-') ? -total : total
}
