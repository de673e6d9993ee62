import { type DescEnum, type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf'
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { fromLatin1, textOf } from '../../../engine/bytes.ts'
import { type JsonNode, shown, TranscodeError } from './json-reader.ts'
import { scalarOf } from './scalars.ts'
import { fieldNamed, noWeave, type Weave } from './weave.ts'
import { wellKnown } from './well-known.ts'

export interface WriterOptions {
  caseInsensitiveEnums: boolean
  /** A field that both path or query and body give is refused when they differ. */
  rejectCollisions: boolean
}

/** What a value is written as. */
type Target = DescMessage | DescEnum | ScalarType

/**
 * Writes a JSON value as a message in the order of the JSON, as the transcoding library streams it: zeros are written,
 * lists are not packed, unknown members are passed over. Values of path and query come behind what the body has and
 * give way to it. (The library's RequestMessageTranslator and RequestWeaver.) One writer for one message.
 */
export class MessageWriter {
  private readonly options: WriterOptions
  // Writing goes on after an error, and the last one is what the client is told.
  private problem: string | undefined

  constructor(options: WriterOptions) {
    this.options = options
  }

  /** Throws TranscodeError for a value that does not fit. `weave` is used up. */
  message(desc: DescMessage, body: JsonNode, weave: Weave): Uint8Array {
    if (body.kind !== 'object') throw new TranscodeError(': Root element must be a message.')
    const out = new BinaryWriter()
    this.members(out, desc, body.members, weave, '')
    if (this.problem !== undefined) throw new TranscodeError(this.problem)
    return out.finish()
  }

  private members(
    out: BinaryWriter,
    desc: DescMessage,
    members: readonly [string, JsonNode][],
    weave: Weave,
    path: string,
  ): void {
    const taken = new Set<string>()
    const isFree = (field: DescField): boolean => {
      const oneof = field.oneof?.name
      if (oneof === undefined) return true
      if (taken.has(oneof))
        this.invalid(path, `oneof field '${oneof}' is already set. Cannot set '${field.name}'`, 'oneof')
      const free = !taken.has(oneof)
      taken.add(oneof)
      return free
    }
    for (const [name, value] of members) {
      const field = fieldNamed(desc, name)
      if (!field || (value.kind !== 'null' && !isFree(field))) continue
      if (value.kind !== 'array' && value.kind !== 'object') this.giveWay(out, weave, name, value, path)
      this.member(out, field, value, takeMessage(weave, name), path)
    }
    for (const { field, value } of weave.values) if (isFree(field)) this.woven(out, field, value, path)
    for (const { field, weave: inner } of weave.messages)
      if (isFree(field)) this.value(out, field.number, targetOf(field), NOTHING, inner, join(path, field.name))
  }

  private woven(out: BinaryWriter, field: DescField, value: string, path: string): void {
    const node: JsonNode = { kind: 'string', value: textOf(fromLatin1(value)) }
    const at = join(path, field.name)
    if (field.fieldKind === 'map') this.invalid(at, shown(node), `type.googleapis.com/${entryType(field)}`)
    else this.value(out, field.number, targetOf(field), node, noWeave(), at)
  }

  // The body has this field: what the path or the query said of it goes first when it repeats, and is dropped when not.
  private giveWay(out: BinaryWriter, weave: Weave, name: string, value: JsonNode, path: string): void {
    weave.values = weave.values.filter((binding) => {
      if (binding.field.name !== name) return true
      if (binding.field.fieldKind === 'list') this.woven(out, binding.field, binding.value, path)
      else if (this.options.rejectCollisions && asText(value) !== binding.value)
        this.problem = `The binding value "${binding.value}" of the field ${name} is conflicting with the value ${shown(value)} in the body.`
      return false
    })
  }

  private member(out: BinaryWriter, field: DescField, value: JsonNode, weave: Weave, path: string): void {
    const target = targetOf(field)
    const at = join(path, field.name)
    const takesList = typeof target === 'object' && LISTS.has(target.typeName)
    if (value.kind === 'null' && !isValue(target)) return
    if (field.fieldKind === 'map') this.map(out, field, target, value, path)
    else if (value.kind !== 'array' || (takesList && field.fieldKind !== 'list'))
      this.value(out, field.number, target, value, weave, at, path)
    else if (field.fieldKind === 'list')
      value.items.forEach((item, i) => {
        this.value(out, field.number, target, item, noWeave(), `${at}[${i}]`)
      })
    else this.problem = `${path}: Proto field is not repeating, cannot start list.`
  }

  private map(
    out: BinaryWriter,
    field: DescField & { fieldKind: 'map' },
    target: Target,
    value: JsonNode,
    path: string,
  ): void {
    if (value.kind !== 'object') {
      this.invalid(path, `Cannot bind a list to map for field '${field.name}'.`, 'Map')
      return
    }
    value.members.forEach(([key, item], i) => {
      const entry = new BinaryWriter()
      const at = `${join(path, field.name)}[${i}]`
      this.value(entry, 1, field.mapKey, { kind: 'string', value: key }, noWeave(), `${at}.key`)
      this.value(entry, 2, target, item, noWeave(), `${at}.value`)
      out.tag(field.number, WireType.LengthDelimited).bytes(entry.finish())
    })
  }

  private value(
    out: BinaryWriter,
    number: number,
    target: Target,
    value: JsonNode,
    weave: Weave,
    path: string,
    parent = path,
  ): void {
    if (value.kind === 'null' && !isValue(target)) return
    // A list in a list counts as the list itself.
    if (value.kind === 'array' && !(typeof target === 'object' && LISTS.has(target.typeName))) {
      for (const item of value.items) this.value(out, number, target, item, noWeave(), path, parent)
      return
    }
    if (typeof target === 'object' && target.kind === 'message') {
      this.nested(out, number, target, value, weave, path)
      return
    }
    if (value.kind === 'object') {
      this.invalid(parent, 'Starting an object on a scalar field', path.slice(parent === '' ? 0 : parent.length + 1))
      return
    }
    const { type, wire, write } = scalarOf(target, value, this.options.caseInsensitiveEnums)
    if (!write) {
      this.invalid(path, shown(value), type)
      return
    }
    out.tag(number, wire)
    write(out)
  }

  private nested(
    out: BinaryWriter,
    number: number,
    message: DescMessage,
    value: JsonNode,
    weave: Weave,
    path: string,
  ): void {
    const special = wellKnown(message.typeName, value, path.slice(path.lastIndexOf('.') + 1))
    const members = special ?? (value.kind === 'object' ? value.members : { problem: shown(value) })
    if (!Array.isArray(members)) {
      this.invalid(path, members.problem, `type.googleapis.com/${message.typeName}`)
      return
    }
    const inner = new BinaryWriter()
    this.members(inner, message, members, special ? noWeave() : weave, path)
    out.tag(number, WireType.LengthDelimited).bytes(inner.finish())
  }

  private invalid(path: string, value: string, type: string): void {
    this.problem = `${path}: invalid value ${value} for type ${type}`
  }
}

const NOTHING: JsonNode = { kind: 'object', members: [] }
const LISTS = new Set(['google.protobuf.ListValue', 'google.protobuf.Value'])

function takeMessage(weave: Weave, name: string): Weave {
  const found = weave.messages.findIndex(({ field }) => field.name === name)
  return found < 0 ? noWeave() : weave.messages.splice(found, 1)[0]!.weave
}

function targetOf(field: DescField): Target {
  return field.message ?? field.enum ?? field.scalar ?? ScalarType.STRING
}

/** The message that protoc makes for the entries of a map. */
function entryType(field: DescField): string {
  const pascal = field.name.replace(/(?:^|_)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
  return `${field.parent.typeName}.${pascal}Entry`
}

function isValue(target: Target): boolean {
  return typeof target === 'object' && target.typeName === 'google.protobuf.Value'
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}

function asText(value: JsonNode): string {
  if (value.kind === 'string') return value.value
  if (value.kind === 'number') return value.text
  return value.kind === 'boolean' ? String(value.value) : ''
}
