import { type DescEnum, ScalarType } from '@bufbuild/protobuf'
import { type BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { utf8 } from '../../../engine/bytes.ts'
import type { JsonNode } from './json-reader.ts'

/** How to write a JSON value as a scalar or an enum; without `write` the value does not fit. */
export interface ScalarWriter {
  /** The type's name in the library's messages. */
  type: string
  wire: WireType
  write: ((out: BinaryWriter) => void) | undefined
}

/** Integers may come as strings, truth values too (the protobuf library's DataPiece). */
export function scalarOf(of: ScalarType | DescEnum, value: JsonNode, caseInsensitiveEnums: boolean): ScalarWriter {
  if (typeof of === 'object') return enumWriter(of, value, caseInsensitiveEnums)
  const type = `TYPE_${ScalarType[of]}`
  switch (of) {
    case ScalarType.STRING:
      return writer(type, WireType.LengthDelimited, value.kind === 'string' ? value.value : undefined, (out, text) =>
        out.bytes(utf8(text)),
      )
    case ScalarType.BYTES:
      return writer(type, WireType.LengthDelimited, bytesOf(value), (out, bytes) => out.bytes(bytes))
    case ScalarType.BOOL:
      return writer(type, WireType.Varint, boolOf(value), (out, flag) => out.bool(flag))
    case ScalarType.DOUBLE:
      return writer(type, WireType.Bit64, doubleOf(value), (out, number) => out.double(number))
    case ScalarType.FLOAT:
      return writer(type, WireType.Bit32, floatOf(value), (out, number) => out.float(number))
    default:
      return integerWriter(of, type, value)
  }
}

function writer<T>(
  type: string,
  wire: WireType,
  value: T | undefined,
  write: (out: BinaryWriter, value: T) => unknown,
): ScalarWriter {
  return { type, wire, write: value === undefined ? undefined : (out) => void write(out, value) }
}

function integerWriter(of: ScalarType, type: string, value: JsonNode): ScalarWriter {
  const number = integerOf(value)
  const small = (signed: boolean) =>
    number !== undefined && number === (signed ? BigInt.asIntN(32, number) : BigInt.asUintN(32, number))
      ? Number(number)
      : undefined
  const large = (signed: boolean) =>
    number !== undefined && number === (signed ? BigInt.asIntN(64, number) : BigInt.asUintN(64, number))
      ? number
      : undefined
  switch (of) {
    case ScalarType.INT32:
      return writer(type, WireType.Varint, small(true), (out, n) => out.int32(n))
    case ScalarType.UINT32:
      return writer(type, WireType.Varint, small(false), (out, n) => out.uint32(n))
    case ScalarType.SINT32:
      return writer(type, WireType.Varint, small(true), (out, n) => out.sint32(n))
    case ScalarType.FIXED32:
      return writer(type, WireType.Bit32, small(false), (out, n) => out.fixed32(n))
    case ScalarType.SFIXED32:
      return writer(type, WireType.Bit32, small(true), (out, n) => out.sfixed32(n))
    case ScalarType.INT64:
      return writer(type, WireType.Varint, large(true), (out, n) => out.int64(n))
    case ScalarType.UINT64:
      return writer(type, WireType.Varint, large(false), (out, n) => out.uint64(n))
    case ScalarType.SINT64:
      return writer(type, WireType.Varint, large(true), (out, n) => out.sint64(n))
    case ScalarType.FIXED64:
      return writer(type, WireType.Bit64, large(false), (out, n) => out.fixed64(n))
    default:
      return writer(type, WireType.Bit64, large(true), (out, n) => out.sfixed64(n))
  }
}

function enumWriter(of: DescEnum, value: JsonNode, caseInsensitive: boolean): ScalarWriter {
  const type = `type.googleapis.com/${of.typeName}`
  return writer(type, WireType.Varint, enumNumber(of, value, caseInsensitive), (out, n) => out.int32(n))
}

function enumNumber(of: DescEnum, value: JsonNode, caseInsensitive: boolean): number | undefined {
  if (value.kind === 'number') {
    const number = integerOf(value)
    return number !== undefined && number === BigInt.asIntN(32, number) ? Number(number) : undefined
  }
  if (value.kind !== 'string') return undefined
  const named = of.values.find(({ name }) => name === value.value)
  if (named) return named.number
  const number = integerOf(value)
  if (number !== undefined) return of.values.find((each) => BigInt(each.number) === number)?.number
  if (!caseInsensitive) return undefined
  const normal = value.value.toUpperCase().replaceAll('-', '_')
  return of.values.find(({ name }) => name === normal)?.number
}

function integerOf(value: JsonNode): bigint | undefined {
  if (value.kind === 'string') return /^[+-]?\d+$/.test(value.value) ? BigInt(value.value.replace('+', '')) : undefined
  if (value.kind !== 'number') return undefined
  if (/^-?\d+$/.test(value.text)) return BigInt(value.text)
  const number = Number(value.text)
  return Number.isInteger(number) ? BigInt(number) : undefined
}

function doubleOf(value: JsonNode): number | undefined {
  if (value.kind === 'number') return finite(Number(value.text))
  if (value.kind !== 'string') return undefined
  if (value.value === 'NaN') return Number.NaN
  if (value.value === 'Infinity') return Number.POSITIVE_INFINITY
  if (value.value === '-Infinity') return Number.NEGATIVE_INFINITY
  return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(value.value) ? finite(Number(value.value)) : undefined
}

function floatOf(value: JsonNode): number | undefined {
  const number = doubleOf(value)
  if (number === undefined || !Number.isFinite(number)) return number
  return finite(Math.fround(number))
}

function finite(number: number): number | undefined {
  return Number.isFinite(number) ? number : undefined
}

function boolOf(value: JsonNode): boolean | undefined {
  if (value.kind === 'boolean') return value.value
  if (value.kind !== 'string') return undefined
  return value.value === 'true' ? true : value.value === 'false' ? false : undefined
}

function bytesOf(value: JsonNode): Uint8Array | undefined {
  if (value.kind !== 'string') return undefined
  const digits = value.value.replace(/=+$/, '').replaceAll('-', '+').replaceAll('_', '/')
  if (!/^[A-Za-z0-9+/]*$/.test(digits) || digits.length % 4 === 1) return undefined
  return Uint8Array.from(atob(digits), (char) => char.charCodeAt(0))
}
