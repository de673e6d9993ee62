import type { DescMessage, JsonObject, JsonValue, Registry } from '@bufbuild/protobuf'

export const TYPE_URL_PREFIX = 'type.googleapis.com/'
export const TYPED_STRUCT_TYPES = ['xds.type.v3.TypedStruct', 'udpa.type.v1.TypedStruct']

/** The name after the last slash of a type URL, which is all that Envoy looks at. */
export function typeNameOf(typeUrl: string): string {
  return typeUrl.slice(typeUrl.lastIndexOf('/') + 1)
}

/**
 * Rewrites proto3 JSON so that protobuf-es takes what Envoy's own parser takes, and what this registry does not know
 * is kept: enum values in any case become the declared ones (Envoy: source/common/protobuf/yaml_utility.cc asks for
 * case-insensitive enums), and an Any of an unknown type becomes a TypedStruct that carries its fields.
 */
export function tolerate(desc: DescMessage, json: JsonValue, types: Registry): JsonValue {
  if (desc.typeName === 'google.protobuf.Any') return tolerateAny(json, types)
  if (!isObject(json) || desc.typeName.startsWith('google.protobuf.')) return json
  const out: JsonObject = {}
  for (const [key, value] of Object.entries(json)) {
    const field = desc.fields.find((candidate) => candidate.name === key || candidate.jsonName === key)
    const single = (item: JsonValue): JsonValue => {
      if (field?.message) return tolerate(field.message, item, types)
      if (field?.enum) return declaredEnumName(field.enum.values, item)
      return item
    }
    let fixed = value
    if (field?.fieldKind === 'list') fixed = Array.isArray(value) ? value.map(single) : value
    else if (field?.fieldKind === 'map') fixed = isObject(value) ? mapValues(value, single) : value
    else if (field) fixed = single(value)
    setOwn(out, key, fixed)
  }
  return out
}

function tolerateAny(json: JsonValue, types: Registry): JsonValue {
  if (!isObject(json) || typeof json['@type'] !== 'string') return json
  const { '@type': typeUrl, ...fields } = json
  const desc = types.getMessage(typeNameOf(typeUrl as string))
  if (desc?.typeName.startsWith('google.protobuf.')) return json
  if (desc) return { '@type': typeUrl, ...(tolerate(desc, fields, types) as JsonObject) }
  return { '@type': `${TYPE_URL_PREFIX}${TYPED_STRUCT_TYPES[0]}`, type_url: typeUrl, value: fields }
}

function declaredEnumName(values: { name: string }[], json: JsonValue): JsonValue {
  if (typeof json !== 'string') return json
  const wanted = json.toUpperCase()
  return values.find((value) => value.name.toUpperCase() === wanted)?.name ?? json
}

function mapValues(object: JsonObject, change: (value: JsonValue) => JsonValue): JsonObject {
  const out: JsonObject = {}
  for (const [key, value] of Object.entries(object)) setOwn(out, key, change(value))
  return out
}

/** Assigns a key that came from a user's document: `__proto__` is a key like any other. */
export function setOwn(object: JsonObject, key: string, value: JsonValue): void {
  Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true })
}

export function isObject(json: unknown): json is JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
}
