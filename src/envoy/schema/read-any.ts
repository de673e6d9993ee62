import type { DescMessage, JsonObject, JsonValue } from '@bufbuild/protobuf'
import type { Path } from '../document/path.ts'
import { isObject, TYPE_URL_PREFIX, TYPED_STRUCT_TYPES, typeNameOf } from '../opaque.ts'
import { type ReadContext, readMessage, wrongType } from './read-message.ts'
import { display } from './scalars.ts'
import { suggest } from './suggest.ts'
import { successorOf } from './versions.ts'

const WELL_KNOWN = 'google.protobuf.'

/**
 * Reads `{"@type": ..., fields}`. An Any of a type that Envoy does not have is reported and kept as a TypedStruct; a
 * TypedStruct that names a known type has its fields checked against it.
 */
export function readAny(json: JsonValue, path: Path, outer: ReadContext): JsonValue {
  const context = outer.partial && !outer.mergesAny?.(path) ? { ...outer, partial: false } : outer
  if (!isObject(json)) {
    context.report(wrongType(path, `expected an object with "@type", found ${display(json)}`))
    return {}
  }
  // An empty Any is no mistake of its own: some places take it for none (see validate/chains.ts for those that do not).
  if (Object.keys(json).length === 0) return {}
  const { '@type': typeUrl, ...fields } = json
  if (typeof typeUrl !== 'string' || typeUrl === '') {
    const message = '@type is missing: it names the type of the other fields, such as type.googleapis.com/...'
    context.report({ path, severity: 'error', rule: 'missing-type', message })
    return {}
  }
  const typeName = typeNameOf(typeUrl)
  if (!typeUrl.includes('/')) {
    const meant = TYPE_URL_PREFIX + typeName
    const message = `a type URL has a host and a slash before the type; did you mean ${meant}?`
    context.report({ path: [...path, '@type'], severity: 'error', rule: 'unknown-type', message, suggestion: meant })
  }
  const desc = context.types.getMessage(typeName)
  if (!desc) {
    reportUnknownType(typeName, [...path, '@type'], context)
    return { '@type': TYPE_URL_PREFIX + TYPED_STRUCT_TYPES[0], type_url: typeUrl, value: fields }
  }
  reportContrib(desc, [...path, '@type'], context)
  if (typeName.startsWith(WELL_KNOWN)) return readWrapped(desc, typeUrl, fields, path, context)

  const read = readMessage(desc, fields, path, context) as JsonObject
  if (TYPED_STRUCT_TYPES.includes(typeName)) read.value = readTypedStruct(read, path, context)
  return { '@type': typeUrl, ...read }
}

/** An Any of a well-known type holds its JSON under `value`. */
function readWrapped(
  desc: DescMessage,
  typeUrl: string,
  fields: JsonObject,
  path: Path,
  context: ReadContext,
): JsonObject {
  if (desc.typeName === 'google.protobuf.Empty') return { '@type': typeUrl, value: {} }
  return { '@type': typeUrl, value: readMessage(desc, fields.value ?? null, [...path, 'value'], context) }
}

function readTypedStruct(read: JsonObject, path: Path, context: ReadContext): JsonValue {
  const value = read.value ?? {}
  const typeName = typeNameOf(String(read.type_url ?? ''))
  const desc = context.types.getMessage(typeName)
  if (desc) {
    reportContrib(desc, [...path, 'type_url'], context)
    return readMessage(desc, value, [...path, 'value'], context)
  }
  reportUnknownType(typeName, [...path, 'type_url'], context)
  return value
}

/** Types of the contrib module: Envoy's own image lacks them, its contrib image and Istio's proxy have their share. */
function reportContrib(desc: DescMessage, path: Path, context: ReadContext): void {
  if (!desc.file.name.startsWith('contrib/')) return
  const message = `${desc.typeName} is not in Envoy's default build, only in its contrib image or in Istio's proxy`
  context.report({ path, severity: 'info', rule: 'contrib-type', message })
}

function reportUnknownType(typeName: string, path: Path, context: ReadContext): void {
  const successor = successorOf(typeName, context.types)
  if (successor !== undefined) {
    const message = `${typeName} is of Envoy's v2 API, which is gone; ${successor ? `use ${successor}` : 'use its v3 successor'}`
    const suggestion = successor ? TYPE_URL_PREFIX + successor : undefined
    context.report({ path, severity: 'error', rule: 'v2-type', message, suggestion })
    return
  }
  if (typeName === '') {
    context.report({ path, severity: 'error', rule: 'missing-type', message: 'expected the type URL of the value' })
    return
  }
  const meant = suggest(typeName, messageNames(context))
  const message = `Envoy 1.40 has no type ${typeName}${meant ? `; did you mean ${meant}?` : ''}`
  const suggestion = meant ? TYPE_URL_PREFIX + meant : undefined
  context.report({ path, severity: 'error', rule: 'unknown-type', message, suggestion })
}

function messageNames(context: ReadContext): string[] {
  const names: string[] = []
  for (const type of context.types) if (type.kind === 'message') names.push(type.typeName)
  return names
}
