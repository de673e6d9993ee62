import type { JsonObject, JsonValue } from '@bufbuild/protobuf'

export const TYPE_URL_PREFIX = 'type.googleapis.com/'
export const TYPED_STRUCT_TYPES = ['xds.type.v3.TypedStruct', 'udpa.type.v1.TypedStruct']

/** The name after the last slash of a type URL, which is all that Envoy looks at. */
export function typeNameOf(typeUrl: string): string {
  return typeUrl.slice(typeUrl.lastIndexOf('/') + 1)
}

/** Assigns a key that came from a user's document: `__proto__` is a key like any other. */
export function setOwn(object: JsonObject, key: string, value: JsonValue): void {
  Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true })
}

export function isObject(json: unknown): json is JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
}
