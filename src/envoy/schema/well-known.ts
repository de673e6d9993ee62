import type { DescMessage, JsonObject, JsonValue } from '@bufbuild/protobuf'
import type { Path } from '../document/path.ts'
import { isObject } from '../opaque.ts'
import { formatDuration, parseDuration } from './duration.ts'
import { type ReadContext, reportConstraint, wrongType } from './read-message.ts'
import { display, readScalar, zeroJson } from './scalars.ts'

const PREFIX = 'google.protobuf.'
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/

/**
 * Reads the messages that proto3 JSON writes in a way of their own: durations, wrappers, Struct and the like. Undefined
 * for every other type, and for Any.
 */
export function readWellKnown(
  desc: DescMessage,
  json: JsonValue,
  path: Path,
  context: ReadContext,
  rules?: JsonObject,
): { json: JsonValue } | undefined {
  if (!desc.typeName.startsWith(PREFIX)) return undefined
  const refuse = (expected: string, instead: JsonValue): { json: JsonValue } => {
    context.report(wrongType(path, `expected ${expected}, found ${display(json)}`))
    return { json: instead }
  }
  switch (desc.typeName.slice(PREFIX.length)) {
    case 'Duration': {
      const nanoseconds = parseDuration(json)
      if (nanoseconds === undefined) {
        const message = `expected a duration such as "1.5s", found ${display(json)}`
        context.report({ path, severity: 'error', rule: 'duration', message, suggestion: meantDuration(json) })
        return { json: '0s' }
      }
      reportConstraint(context.rules?.checkDuration(rules, nanoseconds), path, context)
      return { json: formatDuration(nanoseconds) }
    }
    case 'Timestamp':
      return typeof json === 'string' && TIMESTAMP.test(json)
        ? { json }
        : refuse('a time such as "2026-01-31T12:00:00Z"', '1970-01-01T00:00:00Z')
    case 'FieldMask':
      return typeof json === 'string' ? { json } : refuse('a comma-separated list of fields', '')
    case 'Struct':
      return isObject(json) ? { json } : refuse('an object', {})
    case 'ListValue':
      return Array.isArray(json) ? { json } : refuse('a list', [])
    case 'Value':
      return { json }
    case 'Empty':
      return isObject(json) && Object.keys(json).length === 0 ? { json } : refuse('an empty object', {})
  }
  const wrapped = desc.fields[0]
  if (!desc.typeName.endsWith('Value') || wrapped?.fieldKind !== 'scalar') return undefined
  // Envoy's parser also takes a wrapper written as the message it is: {value: 5}.
  const asMessage = isObject(json) && Object.keys(json).every((key) => key === 'value')
  if (asMessage && json.value === undefined) return { json: zeroJson(wrapped.scalar) }
  const inner = asMessage ? json.value! : json
  const reading = readScalar(wrapped.scalar, inner)
  if (reading.mistake !== undefined) {
    context.report(wrongType(path, reading.mistake))
    return { json: null }
  }
  reportConstraint(context.rules?.checkScalar(rules, reading.value), path, context)
  return { json: reading.json }
}

/** `5`, `"5"`, `"5m"` -> what proto3 JSON wants instead. */
function meantDuration(json: JsonValue): string | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(String(json).trim())
  if (!match) return undefined
  const milliseconds = Number(match[1]) * { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[match[2] ?? 's']!
  return Number.isSafeInteger(milliseconds) ? formatDuration(BigInt(milliseconds) * 1_000_000n) : undefined
}
