import { type DescEnum, type DescMessage, ScalarType } from '@bufbuild/protobuf'
import { zeroJson } from '../../../envoy/schema/scalars.ts'
import type { Json } from '../../../model/json.ts'

/** How one value is edited. Well-known messages are what proto3 JSON makes of them, not messages. */
export type Kind =
  | 'text'
  | 'bytes'
  | 'integer'
  | 'number'
  | 'bool'
  | 'enum'
  | 'duration'
  | 'timestamp'
  /** Free JSON: Struct, Value, ListValue. */
  | 'json'
  | 'empty'
  | 'any'
  | 'message'

export interface Shape {
  kind: Kind
  /** A google.protobuf wrapper: absent is not the same as zero or empty. */
  wrapper: boolean
  scalar?: ScalarType
  enum?: DescEnum
  message?: DescMessage
}

/** What a descriptor says of a singular field, a list's element or a map's value. */
export interface Typed {
  scalar?: ScalarType
  enum?: DescEnum
  message?: DescMessage
}

const WELL_KNOWN: Record<string, Kind> = {
  Duration: 'duration',
  Timestamp: 'timestamp',
  Struct: 'json',
  Value: 'json',
  ListValue: 'json',
  FieldMask: 'text',
  Empty: 'empty',
  Any: 'any',
}
const PREFIX = 'google.protobuf.'

/** The shape of a value, from its descriptor. */
export function shapeOf(of: Typed): Shape {
  if (of.enum) return { kind: 'enum', wrapper: false, enum: of.enum }
  if (!of.message) return { kind: kindOfScalar(of.scalar!), wrapper: false, scalar: of.scalar }
  const { message } = of
  if (!message.typeName.startsWith(PREFIX)) return { kind: 'message', wrapper: false, message }
  const known = WELL_KNOWN[message.typeName.slice(PREFIX.length)]
  if (known) return { kind: known, wrapper: false, message }
  const wrapped = message.fields[0]
  if (message.typeName.endsWith('Value') && wrapped?.fieldKind === 'scalar') {
    return { kind: kindOfScalar(wrapped.scalar), wrapper: true, scalar: wrapped.scalar }
  }
  return { kind: 'message', wrapper: false, message }
}

function kindOfScalar(scalar: ScalarType): Kind {
  switch (scalar) {
    case ScalarType.STRING:
      return 'text'
    case ScalarType.BYTES:
      return 'bytes'
    case ScalarType.BOOL:
      return 'bool'
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return 'number'
    default:
      return 'integer'
  }
}

/** The JSON that stands for a value that was just added and not filled in yet. */
export function emptyJson(shape: Shape): Json {
  switch (shape.kind) {
    case 'enum':
      return shape.enum!.values[0]!.name
    case 'duration':
      return '1s'
    case 'timestamp':
      return '1970-01-01T00:00:00Z'
    case 'json':
      return shape.message!.typeName.endsWith('ListValue') ? [] : {}
    case 'message':
    case 'any':
    case 'empty':
      return {}
    default:
      return shape.scalar === undefined ? '' : (zeroJson(shape.scalar) as Json)
  }
}

/** The type in a few words: `text`, `list of HeaderMutation`, `duration`. */
export function typeText(shape: Shape): string {
  if (shape.kind === 'enum') return shape.enum!.name
  if (shape.kind === 'message') return shape.message!.name
  if (shape.kind === 'any') return 'any type'
  if (shape.kind === 'json') return shape.message!.name === 'Struct' ? 'JSON object' : 'JSON value'
  if (shape.kind === 'bool') return 'true or false'
  if (shape.kind === 'bytes') return 'bytes, base64'
  if (shape.kind === 'timestamp') return 'time'
  return shape.wrapper ? `${shape.kind}, optional` : shape.kind
}
