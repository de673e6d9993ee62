import type { DescField, DescMessage, Registry } from '@bufbuild/protobuf'
import { fieldNamed } from '../message/canonical.ts'
import { copy, equal, isObject, type Json, type JsonObject, put } from '../message/json.ts'
import { mergeMessage } from '../message/merge.ts'
import { isWrapper, typeNameOf } from '../message/well-known.ts'

/**
 * The smallest message that istiod's MERGE turns `from` into `to` with, or undefined when no merge can: it cannot take a
 * field away, set a default, or change what stands in a list. Both messages are canonical.
 */
export function mergePatch(
  registry: Registry,
  typeName: string,
  from: JsonObject,
  to: JsonObject,
): JsonObject | undefined {
  const type = registry.getMessage(typeName)
  const patch = type && messagePatch(type, from, to)
  if (!patch) return undefined
  const merged = copy(from)
  mergeMessage(registry, typeName, merged, patch)
  return equal(merged, to) ? patch : undefined
}

/** The patch for the message in an Any, with its `@type`. */
export function mergeAnyPatch(registry: Registry, from: JsonObject, to: JsonObject): JsonObject | undefined {
  const url = to['@type']
  if (typeof url !== 'string' || from['@type'] !== url) return undefined
  const without = ({ '@type': _, ...fields }: JsonObject) => fields
  const patch = mergePatch(registry, typeNameOf(url), without(from), without(to))
  return patch && { '@type': url, ...patch }
}

function messagePatch(type: DescMessage, from: JsonObject, to: JsonObject): JsonObject | undefined {
  const patch: JsonObject = {}
  for (const key of Object.keys(from)) {
    const field = fieldNamed(type, key)
    const replaced = field?.oneof?.fields.some((sibling) => sibling !== field && Object.hasOwn(to, sibling.name))
    if (!Object.hasOwn(to, key) && !replaced) return undefined
  }
  for (const [key, wanted] of Object.entries(to)) {
    if (equal(from[key], wanted)) continue
    const field = fieldNamed(type, key)
    if (!field) return undefined
    const value = fieldPatch(field, from[key], wanted)
    if (value === undefined) return undefined
    put(patch, key, value)
  }
  return patch
}

function fieldPatch(field: DescField, from: Json | undefined, to: Json): Json | undefined {
  if (from === undefined) return to
  switch (field.fieldKind) {
    case 'list': {
      if (!Array.isArray(from) || !Array.isArray(to) || to.length <= from.length) return undefined
      return equal(from, to.slice(0, from.length)) ? to.slice(from.length) : undefined
    }
    case 'map':
      return changedKeys(from, to)
    case 'message': {
      const name = field.message.typeName
      if (name === 'google.protobuf.Struct') return changedKeys(from, to)
      if (name === 'google.protobuf.Any' || isWrapper(name) || name.startsWith('google.protobuf.')) return to
      return isObject(from) && isObject(to) ? messagePatch(field.message, from, to) : undefined
    }
    default:
      return to
  }
}

function changedKeys(from: Json, to: Json): Json | undefined {
  if (!isObject(from) || !isObject(to)) return undefined
  if (Object.keys(from).some((key) => !Object.hasOwn(to, key))) return undefined
  const patch: JsonObject = {}
  for (const [key, value] of Object.entries(to)) if (!equal(from[key], value)) put(patch, key, value)
  return patch
}
