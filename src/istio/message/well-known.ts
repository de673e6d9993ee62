import type { DescMessage } from '@bufbuild/protobuf'
import { isObject, type Json } from './json.ts'
import { canonicalScalar, describe, MessageError } from './scalar.ts'

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
export function canonicalWellKnown(type: DescMessage, value: Json, path: string): Json {
  if (wrappers.has(type.typeName)) {
    const field = type.fields[0]
    if (field?.fieldKind !== 'scalar') throw new MessageError(path, `${type.typeName} has no scalar`)
    return canonicalScalar(field.scalar, value, path)
  }
  switch (type.typeName) {
    case 'google.protobuf.Duration':
      return canonicalDuration(value, path)
    case 'google.protobuf.Struct':
      if (!isObject(value)) throw new MessageError(path, `expected an object, found ${describe(value)}`)
      return value
    case 'google.protobuf.ListValue':
      if (!Array.isArray(value)) throw new MessageError(path, `expected a list, found ${describe(value)}`)
      return value
    case 'google.protobuf.Timestamp':
    case 'google.protobuf.FieldMask':
      if (typeof value !== 'string') throw new MessageError(path, `expected a string, found ${describe(value)}`)
      return value
    default:
      return value
  }
}

/** A duration with no, three, six or nine digits after the point, as proto3 JSON writes it. */
function canonicalDuration(value: Json, path: string): Json {
  const match = typeof value === 'string' ? /^(-?)(\d+)(?:\.(\d{1,9}))?s$/.exec(value) : null
  if (!match) throw new MessageError(path, `expected a duration such as "1.5s", found ${describe(value)}`)
  const [, sign = '', whole = '0', fraction = ''] = match
  const seconds = BigInt(whole)
  if (seconds > 315_576_000_000n) throw new MessageError(path, 'a duration is at most 315576000000s')
  let digits = fraction.padEnd(9, '0')
  while (digits.endsWith('000')) digits = digits.slice(0, -3)
  const negative = sign === '-' && (seconds > 0n || digits !== '')
  return `${negative ? '-' : ''}${seconds}${digits === '' ? '' : `.${digits}`}s`
}
