import { fromLatin1, fromUtf8 } from '../../../engine/bytes.ts'
import { ConfigError, type FilterFactoryContext } from '../../../engine/catalogue.ts'
import { jsonText, toByteJson } from '../../../engine/format/index.ts'
import { isObject, type JsonValue } from '../../../engine/stream-info.ts'
import type { JsonContentParser } from '../../../envoy/types/envoy/extensions/content_parsers/json/v3/json_content_parser_pb.d.ts'
import type { JsonToMetadata_KeyValuePair } from '../../../envoy/types/envoy/extensions/filters/http/json_to_metadata/v3/json_to_metadata_pb.d.ts'
import { isWhole, parseWritten, plainJson, writtenNumber } from '../../common/written-json.ts'

const STRING = 1
const NUMBER = 2
const DEFAULT_NAMESPACE = 'envoy.content_parsers.json'

/** A value for dynamic metadata. */
export interface MetadataWrite {
  namespace: string
  key: string
  value: JsonValue
  /** Only where there is none yet. */
  preserve: boolean
}

/** Reads the events of one stream. */
export interface EventParser {
  /** What the event's data writes; `stop` when nothing of later events matters. */
  parse(data: string): { writes: MetadataWrite[]; stop: boolean }
  /** What rules that never matched write when the stream is over. */
  finish(): MetadataWrite[]
}

interface Rule {
  keys: readonly string[]
  present: Target | undefined
  missing: Target | undefined
  error: Target | undefined
  /** Matches after which the rule is done; 0 is never. */
  limit: number
}

type Target = (found: JsonValue | undefined) => MetadataWrite[]

/** Envoy: source/extensions/content_parsers/json/json_content_parser_impl.cc. Makes a parser for each stream. */
export function jsonContentParser(
  config: JsonContentParser,
  path: string,
  context: FilterFactoryContext,
): () => EventParser {
  const rules = config.rules.map(({ rule, stopProcessingAfterMatches }, i): Rule => {
    const at = `${path}.rules[${i}].rule`
    const target = (pair: JsonToMetadata_KeyValuePair | undefined) => pair && targetOf(pair, context)
    if (!rule?.onPresent && !rule?.onMissing) throw new ConfigError(at, 'needs on_present or on_missing')
    for (const [field, pair] of [['on_missing', rule.onMissing] as const, ['on_error', rule.onError] as const])
      if (pair && pair.valueType.case === undefined) throw new ConfigError(`${at}.${field}.value`, 'is required')
    return {
      keys: rule.selectors.map((selector) => selector.selector.value ?? ''),
      present: target(rule.onPresent),
      missing: target(rule.onMissing),
      error: target(rule.onError),
      limit: stopProcessingAfterMatches,
    }
  })
  return () => eventParser(rules)
}

function eventParser(rules: readonly Rule[]): EventParser {
  const states = rules.map((rule) => ({ rule, matches: 0, missed: false }))
  let failed = false
  return {
    parse(data) {
      const parsed = parseWritten(data)
      if (parsed === 'invalid') {
        failed = true
        return { writes: [], stop: false }
      }
      const writes = states.flatMap((state) => {
        const { rule } = state
        if (rule.limit > 0 && state.matches >= rule.limit) return []
        const value = select(parsed.json, rule.keys)
        if (value === undefined) {
          state.missed = true
          return []
        }
        state.matches++
        return rule.present?.(value) ?? []
      })
      return { writes, stop: states.every(({ rule, matches }) => rule.limit > 0 && matches >= rule.limit) }
    },
    finish: () =>
      states.flatMap(({ rule, matches, missed }) => {
        if (matches > 0) return []
        if (failed && rule.error) return rule.error(undefined)
        return missed ? (rule.missing?.(undefined) ?? []) : []
      }),
  }
}

/** The value at a path: text, number, truth value or object; lists and null are not found. */
function select(json: JsonValue, keys: readonly string[]): JsonValue | undefined {
  let node: JsonValue | undefined = json
  for (const key of keys) {
    if (!isObject(node) || writtenNumber(node) !== undefined || !Object.hasOwn(node, key)) return undefined
    node = node[key]
  }
  return node === null || Array.isArray(node) ? undefined : node
}

function targetOf(pair: JsonToMetadata_KeyValuePair, { services }: FilterFactoryContext): Target {
  const { valueType, type, key, preserveExistingMetadataValue: preserve } = pair
  const namespace = pair.metadataNamespace || DEFAULT_NAMESPACE
  const fixed = valueType.case === 'value' ? (services.registry.toJson(valueType.value) as JsonValue) : undefined
  return (found) => {
    const value = fixed ?? (found === undefined ? undefined : convert(found, type))
    return value === undefined ? [] : [{ namespace, key, value, preserve }]
  }
}

function convert(value: JsonValue, type: number): JsonValue | undefined {
  const written = writtenNumber(value)
  const plain = written === undefined && isObject(value) ? objectText(value) : value
  if (type === STRING) return written === undefined ? String(plain) : numberText(written)
  if (type !== NUMBER) return written === undefined ? plain : Number(written)
  if (written !== undefined) return Number(written)
  if (typeof plain === 'boolean') return plain ? 1 : 0
  const number = Number(plain)
  return String(plain).trim() === '' || Number.isNaN(number) ? undefined : number
}

function objectText(value: JsonValue): string {
  return fromUtf8(fromLatin1(jsonText(toByteJson(plainJson(value)))))
}

/** Whole numbers as they are, fractions as C's %g prints them: six digits that count, 1e+10, 1.5e-05. */
function numberText(written: string): string {
  if (isWhole(written)) return String(BigInt(written))
  const number = Number(written)
  if (number === 0) return Object.is(number, -0) ? '-0' : '0'
  const [mantissa = '', exponent] = number.toExponential(5).split('e')
  const power = Number(exponent)
  if (power >= -4 && power < 6) return String(Number(number.toPrecision(6)))
  const digits = String(Math.abs(power)).padStart(2, '0')
  return `${Number(mantissa)}e${power < 0 ? '-' : '+'}${digits}`
}
