import {
  type DescField,
  type DescMessage,
  fromBinary,
  type Message,
  type Registry,
  ScalarType,
  toJson,
} from '@bufbuild/protobuf'
import { type ReflectMessage, reflect } from '@bufbuild/protobuf/reflect'
import type { Any } from '@bufbuild/protobuf/wkt'

/** GrpcJsonTranscoder.PrintOptions, as far as one message goes. */
export interface PrintOptions {
  whitespace: boolean
  primitives: boolean
  enumsAsInts: boolean
  protoNames: boolean
}

interface Tree {
  /** Members of an object. */
  members?: [name: string, value: Tree][]
  items?: Tree[]
  /** Anything else, as JSON. */
  text?: string
}

/**
 * A message as JSON text, as protobuf's own printer writes it: fields by number, 64-bit integers as strings, `<` and `>`
 * escaped, and one blank for each level and a line break at the end when whitespace is asked for.
 */
export function printMessage(desc: DescMessage, message: Message, registry: Registry, options: PrintOptions): string {
  const tree = new Printer(registry, options).message(reflect(desc, message))
  return options.whitespace ? `${indented(tree, '')}\n` : compact(tree)
}

/** A google.rpc.Status, which the descriptors need not have. Throws when they lack a detail's type. */
export function printStatus(status: RpcStatus, registry: Registry, options: PrintOptions): string {
  const { code, message, details } = status
  const printer = new Printer(registry, options)
  const members: [string, Tree][] = []
  if (code !== 0 || options.primitives) members.push(['code', { text: String(code) }])
  if (message !== '' || options.primitives) members.push(['message', { text: quoted(message) }])
  if (details.length > 0 || options.primitives)
    members.push(['details', { items: details.map((detail) => printer.any(detail)) }])
  const tree = { members }
  return options.whitespace ? `${indented(tree, '')}\n` : compact(tree)
}

export interface RpcStatus {
  code: number
  message: string
  details: Any[]
}

class Printer {
  private readonly registry: Registry
  private readonly options: PrintOptions

  constructor(registry: Registry, options: PrintOptions) {
    this.registry = registry
    this.options = options
  }

  message(message: ReflectMessage): Tree {
    if (message.desc.typeName === 'google.protobuf.Any') return this.any(message.message as Any)
    if (message.desc.typeName.startsWith('google.protobuf.'))
      return treeOf(toJson(message.desc, message.message, { registry: this.registry }))
    const members: [string, Tree][] = []
    for (const field of [...message.sortedFields]) {
      if (!message.isSet(field) && !this.always(field)) continue
      members.push([this.options.protoNames ? field.name : field.jsonName, this.field(message, field)])
    }
    return { members }
  }

  /** A message in an Any: its fields behind its type, or its value when it has a JSON form of its own. */
  any(any: Any): Tree {
    if (any.typeUrl === '') return { members: [] }
    const name = any.typeUrl.slice(any.typeUrl.lastIndexOf('/') + 1)
    const desc = this.registry.getMessage(name)
    if (!desc) throw new Error(`no type ${name}`)
    const inner = this.message(reflect(desc, fromBinary(desc, any.value)))
    const type: [string, Tree] = ['@type', { text: quoted(any.typeUrl) }]
    const plain = inner.members && !name.startsWith('google.protobuf.')
    return { members: plain ? [type, ...inner.members!] : [type, ['value', inner]] }
  }

  // Fields that cannot tell unset from zero: singular scalars and enums, lists, maps.
  private always(field: DescField): boolean {
    return this.options.primitives && field.presence === 2 && field.fieldKind !== 'message'
  }

  private field(message: ReflectMessage, field: DescField): Tree {
    if (field.fieldKind === 'list') {
      const items = [...message.get(field)]
      return { items: items.map((item) => this.single(field, item)) }
    }
    if (field.fieldKind === 'map') {
      const members = [...message.get(field)].map(([key, value]): [string, Tree] => [
        String(key),
        this.single(field, value),
      ])
      return { members }
    }
    return this.single(field, message.get(field))
  }

  private single(field: DescField, value: unknown): Tree {
    if (field.message) return this.message(value as ReflectMessage)
    if (field.enum) {
      const name = field.enum.value[value as number]?.name
      if (field.enum.typeName === 'google.protobuf.NullValue') return { text: 'null' }
      return { text: name === undefined || this.options.enumsAsInts ? String(value) : quoted(name) }
    }
    switch (field.scalar) {
      case ScalarType.STRING:
        return { text: quoted(value as string) }
      case ScalarType.BYTES:
        return { text: `"${btoa(String.fromCharCode(...(value as Uint8Array)))}"` }
      case ScalarType.BOOL:
        return { text: String(value) }
      case ScalarType.DOUBLE:
        return { text: decimal(value as number, 15, 17) }
      case ScalarType.FLOAT:
        return { text: decimal(value as number, 6, 9) }
      default:
        return { text: typeof value === 'bigint' ? `"${value}"` : String(value) }
    }
  }
}

function treeOf(json: unknown): Tree {
  if (Array.isArray(json)) return { items: json.map(treeOf) }
  if (typeof json === 'object' && json !== null)
    return { members: Object.entries(json).map(([name, value]) => [name, treeOf(value)]) }
  if (typeof json === 'string') return { text: quoted(json) }
  return { text: typeof json === 'number' ? decimal(json, 15, 17) : String(json) }
}

function compact({ members, items, text }: Tree): string {
  if (members) return `{${members.map(([name, value]) => `${quoted(name)}:${compact(value)}`).join(',')}}`
  return items ? `[${items.map(compact).join(',')}]` : text!
}

function indented({ members, items, text }: Tree, margin: string): string {
  const inner = `${margin} `
  const block = (open: string, lines: string[], close: string) =>
    lines.length === 0 ? `${open}${close}` : `${open}\n${lines.join(',\n')}\n${margin}${close}`
  if (members)
    return block(
      '{',
      members.map(([name, value]) => `${inner}${quoted(name)}: ${indented(value, inner)}`),
      '}',
    )
  return items
    ? block(
        '[',
        items.map((item) => `${inner}${indented(item, inner)}`),
        ']',
      )
    : text!
}

/** As few digits as bring the number back, but first as C's %.{short}g has it. */
export function decimal(value: number, short: number, long: number): string {
  if (!Number.isFinite(value)) return `"${value}"`
  const single = long < 17
  const brings = (text: string) => (single ? Math.fround(Number(text)) : Number(text)) === value
  const first = general(value, short)
  return brings(first) ? first : general(value, long)
}

/** printf's %.{digits}g. */
function general(value: number, digits: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0' : '0'
  const [mantissa, power] = value.toExponential(digits - 1).split('e') as [string, string]
  const exponent = Number(power)
  const trim = (text: string) => (text.includes('.') ? text.replace(/\.?0+$/, '') : text)
  if (exponent >= -4 && exponent < digits) return trim(value.toFixed(Math.max(0, digits - 1 - exponent)))
  const sign = exponent < 0 ? '-' : '+'
  return `${trim(mantissa)}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`
}

const INVISIBLE =
  /[\u0000-\u001f"<>\\\u007f\u00ad\u0600-\u0603\u06dd\u070f\u17b4\u17b5\u200b-\u200f\u2028-\u202e\u2060-\u2064\u206a-\u206f\ufeff\ufff9-\ufffb]/g
const SHORT: Record<string, string> = {
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '"': '\\"',
  '\\': '\\\\',
}

function quoted(text: string): string {
  const escaped = (char: string) => SHORT[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
  return `"${text.replace(INVISIBLE, escaped)}"`
}
