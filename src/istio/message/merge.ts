import type { DescField, DescMessage, Registry } from '@bufbuild/protobuf'
import { fieldNamed } from './canonical.ts'
import { copy, isObject, type Json, type JsonObject, put } from './json.ts'
import { canonicalScalar } from './scalar.ts'
import { isWrapper, typeNameOf } from './well-known.ts'

/** Two messages of different types cannot be merged: istiod panics there and gives up on the rest of the patches. */
export class MergeMismatch extends Error {
  constructor(target: string, patch: string) {
    super(`a ${patch} cannot be merged into a ${target}`)
    this.name = 'MergeMismatch'
  }
}

/**
 * Merges one canonical message into another, in place, as istiod does: what the patch sets wins, lists are appended
 * (or replaced), map entries are replaced, nested messages merged, durations replaced. A default without presence
 * (false, 0, "") is not set in the patch and so changes nothing, and neither does a wrapper around a default.
 * An Any inside is merged as the two fields it has, so it is replaced as a whole.
 */
export function mergeMessage(
  registry: Registry,
  typeName: string,
  target: JsonObject,
  patch: JsonObject,
  options: { replaceLists: boolean } = { replaceLists: false },
): void {
  const type = registry.getMessage(typeName)
  if (type) new Merge(options.replaceLists).message(type, target, patch)
}

/**
 * Merges the message in one Any into the message in another and returns the result (istiod: MergeAnyWithAny).
 * @throws MergeMismatch when the two hold different types; undefined when a type is unknown, which istiod skips.
 */
export function mergeAny(registry: Registry, target: JsonObject, patch: JsonObject): JsonObject | undefined {
  const targetType = typeNameOf(String(target['@type'] ?? ''))
  const patchType = typeNameOf(String(patch['@type'] ?? ''))
  const type = registry.getMessage(targetType)
  if (!type || !registry.getMessage(patchType)) return undefined
  if (targetType !== patchType) throw new MergeMismatch(targetType, patchType)
  const merged = copy(target)
  new Merge(false).message(type, merged, patch)
  return merged
}

class Merge {
  private readonly replaceLists: boolean
  constructor(replaceLists: boolean) {
    this.replaceLists = replaceLists
  }

  message(type: DescMessage, target: JsonObject, patch: JsonObject): void {
    for (const [key, value] of Object.entries(patch)) {
      const field = fieldNamed(type, key)
      if (!field) continue
      if (field.oneof) {
        for (const sibling of field.oneof.fields) if (sibling !== field) delete target[sibling.name]
      }
      put(target, field.name, this.field(field, target[field.name], value))
    }
  }

  private field(field: DescField, target: Json | undefined, patch: Json): Json {
    switch (field.fieldKind) {
      case 'list':
        return this.replaceLists || !Array.isArray(target) ? copy(patch) : [...target, ...(copy(patch) as Json[])]
      case 'map': {
        const merged: JsonObject = isObject(target) ? target : {}
        for (const [key, value] of Object.entries(patch as JsonObject)) put(merged, key, copy(value))
        return merged
      }
      case 'message':
        return target === undefined ? copy(patch) : this.nested(field.message, target, patch)
      default:
        return copy(patch)
    }
  }

  private nested(type: DescMessage, target: Json, patch: Json): Json {
    if (type.typeName === 'google.protobuf.Any') return mergedAny(target, patch)
    if (isWrapper(type.typeName)) return isWrappedDefault(type, patch) ? target : copy(patch)
    if (type.typeName === 'google.protobuf.Struct' && isObject(target) && isObject(patch)) {
      for (const [key, value] of Object.entries(patch)) put(target, key, copy(value))
      return target
    }
    if (type.typeName === 'google.protobuf.ListValue' && Array.isArray(target) && Array.isArray(patch)) {
      return [...target, ...copy(patch)]
    }
    if (!isObject(target) || !isObject(patch) || type.typeName.startsWith('google.protobuf.')) return copy(patch)
    this.message(type, target, patch)
    return target
  }
}

/** An Any has a type and bytes; an empty message has no bytes, so it only changes the type. */
function mergedAny(target: Json, patch: Json): Json {
  if (!isObject(target) || !isObject(patch)) return copy(patch)
  const empty = Object.keys(patch).every((key) => key === '@type')
  if (!empty) return copy(patch)
  return patch['@type'] === undefined ? target : { ...target, '@type': patch['@type'] }
}

function isWrappedDefault(type: DescMessage, value: Json): boolean {
  const field = type.fields[0]
  if (field?.fieldKind !== 'scalar') return false
  const canonical = canonicalScalar(field.scalar, value, '')
  return canonical === false || canonical === 0 || canonical === '0' ? field.scalar !== 9 : canonical === ''
}
