import type { DescField, DescMessage, JsonObject, JsonValue, Registry } from '@bufbuild/protobuf'
import { isObject, setOwn, TYPED_STRUCT_TYPES, typeNameOf } from '../opaque.ts'

/**
 * Spells a message's JSON as the .proto file does: snake_case field names, lists as lists, nothing for null. Values are
 * left alone, and so is everything that Envoy does not know: unknown fields, Any of another vendor's type.
 */
export function normalise(typeName: string, json: JsonValue, types: Registry): JsonValue {
  const desc = types.getMessage(typeName)
  return desc ? normaliseMessage(desc, json, types) : json
}

function normaliseMessage(desc: DescMessage, json: JsonValue, types: Registry): JsonValue {
  if (!isObject(json)) return json
  if (desc.typeName === 'google.protobuf.Any') return normaliseAny(json, types)
  if (desc.typeName.startsWith('google.protobuf.')) return json
  const out: JsonObject = {}
  for (const [key, value] of Object.entries(json)) {
    const field = desc.fields.find((each) => each.name === key || each.jsonName === key)
    if (!field) setOwn(out, key, value)
    else if (value !== null || field.message?.typeName === 'google.protobuf.Value') {
      setOwn(out, field.name, normaliseField(field, value, types))
    }
  }
  return out
}

function normaliseField(field: DescField, json: JsonValue, types: Registry): JsonValue {
  const { message } = field
  const single = (value: JsonValue) => (message ? normaliseMessage(message, value, types) : value)
  if (field.fieldKind === 'list') return (Array.isArray(json) ? json : [json]).map(single)
  if (field.fieldKind !== 'map' || !isObject(json)) return single(json)
  const out: JsonObject = {}
  for (const [key, value] of Object.entries(json)) setOwn(out, key, single(value))
  return out
}

function normaliseAny(any: JsonObject, types: Registry): JsonValue {
  const typeName = typeNameOf(String(any['@type'] ?? ''))
  const desc = types.getMessage(typeName)
  if (!desc || desc.typeName.startsWith('google.protobuf.')) return any
  const { '@type': typeUrl, ...fields } = any
  const out = normaliseMessage(desc, fields, types) as JsonObject
  if (TYPED_STRUCT_TYPES.includes(typeName)) {
    const inner = types.getMessage(typeNameOf(String(out.type_url ?? '')))
    if (inner && isObject(out.value)) out.value = normaliseMessage(inner, out.value, types)
  }
  return { '@type': typeUrl!, ...out }
}
