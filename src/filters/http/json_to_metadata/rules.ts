import { ConfigError, type FilterFactoryContext } from '../../../engine/catalogue.ts'
import { compileRegex } from '../../../engine/match/index.ts'
import { type DynamicMetadata, isObject, type JsonObject, type JsonValue } from '../../../engine/stream-info.ts'
import type {
  JsonToMetadata_KeyValuePair,
  JsonToMetadata_MatchRules,
} from '../../../envoy/types/envoy/extensions/filters/http/json_to_metadata/v3/json_to_metadata_pb.d.ts'
import { isWhole, writtenNumber } from '../../common/written-json.ts'
import { about } from './about.ts'

const STRING = 1
const NUMBER = 2
const DEFAULT_TYPE = 'application/json'
/** Longer texts are not written. */
const MAX_VALUE = 8 * 1024

/** What is known of a body: its JSON, that it is none, that there is no body, or that its type is not looked at. */
export type BodyJson = { json: JsonValue } | 'invalid' | 'none' | 'other type'

/** Where a value goes. */
interface Target {
  namespace: string
  key: string
  /** Written instead of what was found. */
  fixed: JsonValue | undefined
  type: number
  preserve: boolean
}

interface Rule {
  keys: readonly string[]
  present: Target | undefined
  missing: Target | undefined
  error: Target | undefined
}

/** The rules for requests or for responses, made ready. */
export interface MatchRules {
  accepts(contentType: string): boolean
  /** What the rules write, by namespace, and notes on it. */
  apply(body: BodyJson, metadata: DynamicMetadata): { found: Map<string, JsonObject>; notes: string[] }
}

/** Throws ConfigError for rules that Envoy refuses. */
export function matchRules(config: JsonToMetadata_MatchRules, path: string, context: FilterFactoryContext): MatchRules {
  const { allowContentTypes, allowEmptyContentType, allowContentTypesRegex } = config
  const regex =
    allowContentTypesRegex && compileRegex(allowContentTypesRegex.regex, `${path}.allow_content_types_regex`)
  const types = allowContentTypes.length > 0 ? allowContentTypes : [DEFAULT_TYPE]
  const rules = config.rules.map((rule, i): Rule => {
    const at = `${path}.rules[${i}]`
    const target = (pair: JsonToMetadata_KeyValuePair | undefined) => pair && targetOf(pair, context)
    const made: Rule = {
      keys: rule.selectors.map((selector) => selector.selector.value ?? ''),
      present: target(rule.onPresent),
      missing: target(rule.onMissing),
      error: target(rule.onError),
    }
    if (!made.present && !made.missing) throw new ConfigError(at, 'needs on_present or on_missing')
    if (made.missing && made.missing.fixed === undefined) throw new ConfigError(`${at}.on_missing.value`, 'is required')
    if (made.error && made.error.fixed === undefined) throw new ConfigError(`${at}.on_error.value`, 'is required')
    return made
  })
  return {
    accepts: (contentType) =>
      contentType === ''
        ? allowEmptyContentType
        : types.includes(contentType) || (regex?.matches(contentType) ?? false),
    apply: (body, metadata) => apply(rules, body, metadata),
  }
}

function targetOf(pair: JsonToMetadata_KeyValuePair, context: FilterFactoryContext): Target {
  const { valueType } = pair
  return {
    namespace: pair.metadataNamespace || about.name,
    key: pair.key,
    fixed: valueType.case === 'value' ? (context.services.registry.toJson(valueType.value) as JsonValue) : undefined,
    type: pair.type,
    preserve: pair.preserveExistingMetadataValue,
  }
}

function apply(rules: readonly Rule[], body: BodyJson, metadata: DynamicMetadata) {
  const found = new Map<string, JsonObject>()
  const notes: string[] = []
  const write = (target: Target | undefined, value: JsonValue | undefined) => {
    if (!target || value === undefined) return
    if (target.preserve && Object.hasOwn(metadata.get(target.namespace) ?? {}, target.key)) {
      notes.push(`${target.namespace}: ${target.key} is kept as it is`)
      return
    }
    found.set(target.namespace, { ...found.get(target.namespace), [target.key]: value })
    notes.push(`${target.namespace}: ${target.key} = ${JSON.stringify(value)}`)
  }
  for (const { keys, present, missing, error } of rules) {
    if (body === 'invalid' || body === 'other type') write(error, error?.fixed)
    else if (body === 'none') write(missing, missing?.fixed)
    else {
      const value = valueFor(body.json, keys, present)
      if (value === 'unfit') write(missing, missing?.fixed)
      else if (value !== 'nothing') write(present, value.is)
    }
  }
  return { found, notes }
}

/** What a rule writes for a body; `unfit` leads to on_missing. */
function valueFor(
  json: JsonValue,
  keys: readonly string[],
  target: Target | undefined,
): { is: JsonValue } | 'unfit' | 'nothing' {
  let parent: JsonValue = json
  for (const key of keys.slice(0, -1)) {
    const next = member(parent, key)
    if (!isObject(next) || writtenNumber(next) !== undefined) return 'unfit'
    parent = next
  }
  if (typeof parent !== 'object' || parent === null || writtenNumber(parent) !== undefined) return 'unfit'
  // A fixed value asks for the last key's object only, not for the key.
  if (!target) return 'nothing'
  if (target.fixed !== undefined) return { is: target.fixed }
  const value = member(parent, keys.at(-1)!)
  return value === undefined ? 'unfit' : convert(value, target.type)
}

function member(node: JsonValue, key: string): JsonValue | undefined {
  return isObject(node) && Object.hasOwn(node, key) ? node[key] : undefined
}

/** The value as the target's type. */
function convert(value: JsonValue, type: number): { is: JsonValue } | 'unfit' | 'nothing' {
  const written = writtenNumber(value)
  if (written === undefined && typeof value !== 'string' && typeof value !== 'boolean') return 'unfit'
  if (type === NUMBER) {
    const number = written === undefined ? numberOf(value as string | boolean) : Number(written)
    return number === undefined ? 'unfit' : { is: number }
  }
  if (type === STRING) {
    const text = written === undefined ? textOf(value as string | boolean) : numberText(written)
    if (text.length > MAX_VALUE) return 'unfit'
    return text === '' ? 'nothing' : { is: text }
  }
  if (written !== undefined) return { is: Number(written) }
  return typeof value === 'string' && value.length > MAX_VALUE ? 'unfit' : { is: value }
}

function numberOf(value: string | boolean): number | undefined {
  if (typeof value === 'boolean') return value ? 1 : 0
  const text = value.trim().toLowerCase()
  if (text === 'nan') return Number.NaN
  const infinite = /^([+-]?)inf(?:inity)?$/.exec(text)
  if (infinite) return infinite[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  const number = Number(text)
  return text === '' || Number.isNaN(number) ? undefined : number
}

function textOf(value: string | boolean): string {
  return typeof value === 'string' ? value : value ? '1' : '0'
}

/** Whole numbers as they are, fractions with six places. */
function numberText(written: string): string {
  return isWhole(written) ? String(BigInt(written)) : sixPlaces(Number(written))
}

function sixPlaces(number: number): string {
  if (Object.is(number, -0)) return '-0.000000'
  return Math.abs(number) < 1e21 ? number.toFixed(6) : `${BigInt(number)}.000000`
}
