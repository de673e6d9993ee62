import type { DescField, DescMessage, Registry } from '@bufbuild/protobuf'
import { isObject, type Json, type JsonObject, put } from './json.ts'
import { canonicalEnum, canonicalScalar, inWords, isDefault, MessageError, type Reader } from './scalar.ts'
import { canonicalWellKnown, isWellKnown, typeNameOf } from './well-known.ts'

/** How strictly a message is read. */
export interface CanonicalOptions {
  /**
   * `istiod`: as istiod reads a patch's value, with the older of Go's two JSON readers: unknown fields are dropped, a
   * wrong type, an unknown enum value or an unknown Any is an error, durations are Go's ("500ms", "1h30m").
   * `keep`: as a proxy's configuration is read: what the descriptors do not know stays as it is.
   */
  mode: 'istiod' | 'keep'
  /** Called for each unknown field that was dropped. */
  onUnknown?: (path: string, message: string) => void
}

/**
 * A message in the one form of proto3 JSON that can be compared: proto field names, no defaults that have no presence,
 * enums by name, 64-bit numbers as strings, durations and base64 in their usual form, Any unfolded by its `@type`.
 * @throws MessageError in mode `istiod`, naming the field.
 */
export function canonicalMessage(
  registry: Registry,
  typeName: string,
  value: Json,
  options: CanonicalOptions,
  path = '',
): Json {
  const type = registry.getMessage(typeName)
  if (!type) {
    if (options.mode === 'keep') return value
    throw new MessageError(path, `no such message type: ${typeName}`)
  }
  return new Canonical(registry, options).message(type, value, path)
}

class Canonical {
  private readonly registry: Registry
  private readonly options: CanonicalOptions
  constructor(registry: Registry, options: CanonicalOptions) {
    this.registry = registry
    this.options = options
  }

  private get reader(): Reader {
    return this.options.mode === 'istiod' ? 'istiod' : 'proto3'
  }

  message(type: DescMessage, value: Json, path: string): Json {
    // Only in lists and maps; elsewhere null is the same as absent.
    if (value === null && type.typeName !== 'google.protobuf.Value') return isWellKnown(type.typeName) ? value : {}
    if (type.typeName === 'google.protobuf.Any') return this.any(value, path)
    if (isWellKnown(type.typeName))
      return this.tolerate(value, () => canonicalWellKnown(type, value, path, this.reader))
    if (!isObject(value)) {
      if (this.options.mode === 'keep') return value
      throw new MessageError(path, `expected ${shortName(type)}, found ${inWords(value)}`)
    }
    return this.fields(type, value, path)
  }

  private fields(type: DescMessage, value: JsonObject, path: string, out: JsonObject = {}): JsonObject {
    const oneofs = new Map<string, DescField>()
    for (const [key, entry] of Object.entries(value)) {
      if (key === '@type' && Object.hasOwn(out, '@type')) continue
      const field = fieldNamed(type, key)
      const where = path === '' ? key : `${path}.${key}`
      if (!field) {
        if (this.options.mode === 'keep') put(out, key, entry)
        else this.options.onUnknown?.(where, `no such field in ${shortName(type)}`)
        continue
      }
      if (entry === null && !acceptsNull(field)) continue
      const canonical = this.field(field, entry, where)
      if (canonical === undefined) continue
      if (field.oneof && !this.takesOneof(oneofs, field, out, where)) continue
      put(out, field.name, canonical)
    }
    return out
  }

  /** Of two members of a oneof, the one that the message declares later wins; the other is dropped. */
  private takesOneof(oneofs: Map<string, DescField>, field: DescField, out: JsonObject, path: string): boolean {
    const name = field.oneof?.name ?? ''
    const other = oneofs.get(name)
    const later = !other || field.parent.fields.indexOf(field) > other.parent.fields.indexOf(other)
    if (other) {
      const [lost, kept] = later ? [other, field] : [field, other]
      this.options.onUnknown?.(path, `${lost.name} and ${kept.name} exclude each other: ${lost.name} is dropped`)
      if (later) delete out[other.name]
    }
    if (later) oneofs.set(name, field)
    return later
  }

  /** The field's canonical value; undefined when proto3 would not write it. */
  private field(field: DescField, value: Json, path: string): Json | undefined {
    if (field.fieldKind === 'list') {
      if (!Array.isArray(value)) {
        if (this.options.mode === 'keep') return value
        throw new MessageError(path, `expected a list, found ${inWords(value)}`)
      }
      return value.length === 0 ? undefined : value.map((entry, i) => this.element(field, entry, `${path}[${i}]`))
    }
    if (field.fieldKind === 'map') {
      if (!isObject(value)) {
        if (this.options.mode === 'keep') return value
        throw new MessageError(path, `expected a map, found ${inWords(value)}`)
      }
      const out: JsonObject = {}
      for (const [key, entry] of Object.entries(value)) put(out, key, this.mapEntry(field, entry, `${path}[${key}]`))
      return Object.keys(out).length === 0 ? undefined : out
    }
    if (field.fieldKind === 'message') return this.message(field.message, value, path)
    const canonical = this.tolerate(value, () =>
      field.fieldKind === 'enum'
        ? canonicalEnum(field.enum, value, path)
        : canonicalScalar(field.scalar, value, path, this.reader),
    )
    return hasPresence(field) || !isDefault(field, canonical) ? canonical : undefined
  }

  private element(field: DescField & { fieldKind: 'list' }, value: Json, path: string): Json {
    if (field.listKind === 'message') return this.message(field.message, value, path)
    return this.tolerate(value, () =>
      field.listKind === 'enum'
        ? canonicalEnum(field.enum, value, path)
        : canonicalScalar(field.scalar, value, path, this.reader),
    )
  }

  private mapEntry(field: DescField & { fieldKind: 'map' }, value: Json, path: string): Json {
    if (field.mapKind === 'message') return this.message(field.message, value, path)
    return this.tolerate(value, () =>
      field.mapKind === 'enum'
        ? canonicalEnum(field.enum, value, path)
        : canonicalScalar(field.scalar, value, path, this.reader),
    )
  }

  private any(value: Json, path: string): Json {
    if (!isObject(value)) {
      if (this.options.mode === 'keep') return value
      throw new MessageError(path, `expected a message with @type, found ${inWords(value)}`)
    }
    const url = value['@type']
    if (typeof url !== 'string') {
      if (this.options.mode === 'keep') return value
      throw new MessageError(path, 'an Any needs @type')
    }
    const type = this.registry.getMessage(typeNameOf(url))
    if (!type) {
      if (this.options.mode === 'keep') return value
      throw new MessageError(`${path}.@type`, `istiod does not know the type ${url}`)
    }
    const out: JsonObject = { '@type': url }
    if (type.typeName === 'google.protobuf.Empty' && value.value === undefined && this.options.mode === 'istiod') {
      throw new MessageError(path, `${url} needs value`)
    }
    if (isWellKnown(type.typeName) || type.typeName === 'google.protobuf.Any') {
      if (value.value === undefined && this.options.mode === 'istiod')
        throw new MessageError(path, `${url} needs value`)
      put(out, 'value', this.message(type, value.value ?? {}, `${path}.value`))
      return out
    }
    return this.fields(type, value, path, out)
  }

  /** In mode `keep`, what cannot be read stays as it is. */
  private tolerate(value: Json, read: () => Json): Json {
    if (this.options.mode === 'istiod') return read()
    try {
      return read()
    } catch (error) {
      if (error instanceof MessageError) return value
      throw error
    }
  }
}

const fieldsByName = new WeakMap<DescMessage, Map<string, DescField>>()

/** The field with this proto name or JSON name. */
export function fieldNamed(type: DescMessage, key: string): DescField | undefined {
  let fields = fieldsByName.get(type)
  if (!fields) {
    fields = new Map(type.fields.flatMap((field) => [[field.name, field] as const, [field.jsonName, field] as const]))
    fieldsByName.set(type, fields)
  }
  return fields.get(key)
}

/** True when the field is written even with its default value. */
export function hasPresence(field: DescField): boolean {
  // 1 is EXPLICIT: proto3 `optional`, members of a oneof, every proto2 field.
  return field.presence === 1 || field.oneof !== undefined
}

function acceptsNull(field: DescField): boolean {
  return (
    (field.fieldKind === 'message' && field.message.typeName === 'google.protobuf.Value') ||
    (field.fieldKind === 'enum' && field.enum.typeName === 'google.protobuf.NullValue')
  )
}

function shortName(type: DescMessage): string {
  return type.typeName.slice(type.typeName.lastIndexOf('.') + 1)
}
