import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf'
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'
import { latin1 } from '../../../engine/bytes.ts'

/** The texts that a message has along a path of fields. */
export type Extractor = (message: Uint8Array) => string[]

/**
 * Makes an extractor for a path like `author.name`; the reason when there can be none. Strings, numbers, timestamps and
 * maps of them may stand at its end, messages and lists of messages on the way (the proto-field-extraction library).
 */
export function fieldExtractor(message: DescMessage, path: string): Extractor | { error: string } {
  const fields: DescField[] = []
  let at: DescMessage | undefined = message
  for (const name of path.split('.')) {
    if (!at) return { error: `Invalid non-leaf node ${fields.at(-1)?.name} of non message type ().` }
    const field: DescField | undefined = at.fields.find((each) => each.name === name)
    if (!field)
      return {
        error: `Invalid fieldPath (${path}): no '${name}' field in 'type.googleapis.com/${at.typeName}' message`,
      }
    fields.push(field)
    at = field.message
  }
  const leaf = fields.at(-1)!
  const read = leafReader(leaf)
  if (!read) return { error: `leaf node '${leaf.name}' must be numerical/string or timestamp type` }
  return (bytes) => {
    let messages = [bytes]
    for (const field of fields.slice(0, -1)) messages = messages.flatMap((each) => submessages(each, field))
    return messages.flatMap((each) => read(each))
  }
}

type Read = (reader: BinaryReader) => string

function leafReader(field: DescField): Extractor | undefined {
  if (field.fieldKind === 'map') {
    const read = field.mapKind === 'scalar' ? scalarReader(field.scalar) : undefined
    return read && ((bytes) => occurrences(bytes, field.number, entryReader(read)))
  }
  if (field.message) {
    if (field.message.typeName !== 'google.protobuf.Timestamp') return undefined
    return only(field, (reader) => latin1(reader.bytes()))
  }
  const read = field.scalar === undefined ? undefined : scalarReader(field.scalar)
  return read && only(field, read)
}

/** Every value of a list, the last of anything else. */
function only(field: DescField, read: Read): Extractor {
  return (bytes) => {
    const values = occurrences(bytes, field.number, read, field.fieldKind === 'list')
    return field.fieldKind === 'list' ? values : values.slice(-1)
  }
}

function entryReader(read: Read): Read {
  return (reader) => occurrences(reader.bytes(), 2, read).at(-1) ?? ''
}

function submessages(bytes: Uint8Array, field: DescField): Uint8Array[] {
  const found: Uint8Array[] = []
  occurrences(bytes, field.number, (reader) => {
    found.push(reader.bytes())
    return ''
  })
  return field.fieldKind === 'list' ? found : found.slice(-1)
}

/** What is malformed ends the search: what was found before it counts. */
function occurrences(bytes: Uint8Array, number: number, read: Read, mayBePacked = false): string[] {
  const reader = new BinaryReader(bytes)
  const found: string[] = []
  try {
    while (reader.pos < reader.len) {
      const [no, wire] = reader.tag()
      if (no !== number) reader.skip(wire, no)
      else if (mayBePacked && wire === WireType.LengthDelimited && read !== readString) {
        const packed = new BinaryReader(reader.bytes())
        while (packed.pos < packed.len) found.push(read(packed))
      } else found.push(read(reader))
    }
  } catch {
    return found
  }
  return found
}

const readString: Read = (reader) => latin1(reader.bytes())

function scalarReader(type: ScalarType): Read | undefined {
  switch (type) {
    case ScalarType.STRING:
      return readString
    case ScalarType.INT32:
      return (reader) => String(reader.int32())
    case ScalarType.UINT32:
      return (reader) => String(reader.uint32())
    case ScalarType.SINT32:
      return (reader) => String(reader.sint32())
    case ScalarType.FIXED32:
      return (reader) => String(reader.fixed32())
    case ScalarType.SFIXED32:
      return (reader) => String(reader.sfixed32())
    case ScalarType.INT64:
      return (reader) => String(reader.int64())
    case ScalarType.UINT64:
      return (reader) => String(reader.uint64())
    case ScalarType.SINT64:
      return (reader) => String(reader.sint64())
    case ScalarType.FIXED64:
      return (reader) => String(reader.fixed64())
    case ScalarType.SFIXED64:
      return (reader) => String(reader.sfixed64())
    case ScalarType.FLOAT:
      return (reader) => sixDigits(reader.float())
    case ScalarType.DOUBLE:
      return (reader) => sixDigits(reader.double())
    default:
      return undefined
  }
}

/** printf's %g, as absl::StrCat writes numbers. */
function sixDigits(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  const [digits = '', exponent = '0'] = value.toExponential(5).split('e')
  const power = Number(exponent)
  const trimmed = (text: string) => (text.includes('.') ? text.replace(/\.?0+$/, '') : text)
  if (power >= -4 && power < 6) return trimmed(value.toFixed(5 - power))
  return `${trimmed(digits)}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
}
