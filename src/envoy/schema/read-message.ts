import type { DescEnum, DescField, DescMessage, JsonObject, JsonValue, Registry, ScalarType } from '@bufbuild/protobuf'
import { FeatureSet_FieldPresence } from '@bufbuild/protobuf/wkt'
import type { Path } from '../document/path.ts'
import { isObject, setOwn } from '../opaque.ts'
import type { Deprecation, FieldPlan, Planner } from './plan.ts'
import type { Problem } from './problem.ts'
import { readAny } from './read-any.ts'
import { adviceFor } from './removed-fields.ts'
import { display, readScalar, zeroJson, zeroOf } from './scalars.ts'
import { suggest } from './suggest.ts'
import { readWellKnown } from './well-known.ts'

/** protoc-gen-validate's checks (see rules.ts), handed in so that reading alone need not load them. */
export interface RuleChecks {
  checkScalar(rules: JsonObject | undefined, value: string | number | bigint | boolean): string | undefined
  checkCount(rules: JsonObject | undefined, count: number): string | undefined
  checkDuration(rules: JsonObject | undefined, nanoseconds: bigint): string | undefined
  duplicateIn(rules: JsonObject | undefined, list: JsonValue[]): number
  isRequired(rules: JsonObject | undefined): boolean
}

export interface ReadContext {
  types: Registry
  planner: Planner
  report(problem: Problem): void
  /** Absent: only the structure is checked. */
  rules?: RuleChecks
  /** A fragment that is merged into something else: what is missing may be there already. */
  partial?: boolean
  /** Whether an Any in a fragment is merged too, rather than put in the place of the one that is there. */
  mergesAny?(path: Path): boolean
  /** Called for each message after its fields were read, with its canonical JSON. */
  onMessage?(desc: DescMessage, json: JsonObject, path: Path, partial: boolean): void
}

/**
 * Reads a message's JSON as Envoy's parser does and gives it back as canonical proto3 JSON: .proto field names, enum
 * names, durations as strings, lists as lists, Any of an unknown type as TypedStruct. Everything that Envoy would
 * refuse, and what it takes but is rarely meant, is reported with its path.
 */
export function readMessage(desc: DescMessage, json: JsonValue, path: Path, context: ReadContext): JsonValue {
  if (desc.typeName === 'google.protobuf.Any') return readAny(json, path, context)
  const wellKnown = readWellKnown(desc, json, path, context)
  if (wellKnown) return wellKnown.json
  if (!isObject(json)) {
    context.report(wrongType(path, `expected an object (${desc.name}), found ${display(json)}`))
    return {}
  }

  const plan = context.planner.plan(desc)
  const out: JsonObject = {}
  const written = new Map<DescField, string>()
  for (const [key, value] of Object.entries(json)) {
    const known = plan.byName.get(key)
    if (!known) {
      reportUnknownField(desc, [...path, key], context)
      continue
    }
    if (value === null && known.field.message?.typeName !== 'google.protobuf.Value') continue
    written.set(known.field, key)
    reportDeprecated(known.deprecated, known.field.name, [...path, key], 'key', context)
    setOwn(out, known.field.name, readField(known, value, [...path, key], context))
  }
  checkOneofs(plan.requiredOneofs, desc, written, path, context)
  if (context.rules && !context.partial) {
    for (const each of plan.fields) if (!written.has(each.field)) checkAbsent(each, path, context)
  }
  context.onMessage?.(desc, out, path, context.partial ?? false)
  return out
}

function readField(plan: FieldPlan, json: JsonValue, path: Path, context: ReadContext): JsonValue {
  const { field, rules } = plan
  if (field.fieldKind === 'list') return readList(plan, json, path, context)
  if (field.fieldKind === 'map') return readMap(plan, json, path, context)
  return readSingle(field, rules, json, path, context)
}

type Single = { message?: DescMessage; enum?: DescEnum; scalar?: ScalarType }

/** One value: a singular field's, a list's element, a map's value. */
function readSingle(
  of: Single,
  rules: JsonObject | undefined,
  json: JsonValue,
  path: Path,
  context: ReadContext,
): JsonValue {
  if (of.enum) return readEnum(of.enum, rules, json, path, context)
  if (of.message) {
    const wellKnown = readWellKnown(of.message, json, path, context, rules)
    return wellKnown ? wellKnown.json : readMessage(of.message, json, path, context)
  }
  const reading = readScalar(of.scalar!, json)
  if (reading.mistake !== undefined) {
    context.report(wrongType(path, reading.mistake))
    return json
  }
  reportConstraint(context.rules?.checkScalar(rules, reading.value), path, context)
  return reading.json
}

function readList(plan: FieldPlan, json: JsonValue, path: Path, context: ReadContext): JsonValue {
  let items: JsonValue[]
  if (Array.isArray(json)) items = json
  else {
    items = [json]
    context.report({
      path,
      severity: 'info',
      rule: 'single-value',
      message: `${plan.field.name} is a list; Envoy takes the single value for one of one element`,
    })
  }
  const of = plan.field as Single
  const itemRules = (plan.rules?.repeated as JsonObject | undefined)?.items as JsonObject | undefined
  const read = (item: JsonValue, index: number) =>
    readSingle(of, itemRules, item ?? absent(of), [...path, index], context)
  const list = items.flatMap((item, index): JsonValue[] => {
    // Envoy's parser lays a list inside a list flat, and takes null for an element with nothing set.
    if (Array.isArray(item) && !of.message?.typeName.startsWith('google.protobuf.'))
      return item.map((inner) => read(inner, index))
    return [read(item, index)]
  })
  reportConstraint(context.rules?.checkCount(plan.rules, list.length), path, context)
  const duplicate = context.rules?.duplicateIn(plan.rules, list) ?? -1
  if (duplicate >= 0) reportConstraint('must not repeat an earlier element', [...path, duplicate], context)
  return list
}

function readMap(plan: FieldPlan, json: JsonValue, path: Path, context: ReadContext): JsonValue {
  if (!isObject(json)) {
    context.report(wrongType(path, `expected an object of names and values, found ${display(json)}`))
    return {}
  }
  const rules = plan.rules?.map as JsonObject | undefined
  const out: JsonObject = {}
  for (const [key, value] of Object.entries(json)) {
    reportConstraint(context.rules?.checkScalar(rules?.keys as JsonObject | undefined, key), [...path, key], context)
    const given = value ?? (plan.field.message ? {} : null)
    const read = readSingle(
      plan.field as Single,
      rules?.values as JsonObject | undefined,
      given,
      [...path, key],
      context,
    )
    setOwn(out, key, read)
  }
  reportConstraint(context.rules?.checkCount(plan.rules, Object.keys(json).length), path, context)
  return out
}

/** Envoy's parser takes enum names in any case, and numbers, also in quotes. */
function readEnum(
  desc: DescEnum,
  rules: JsonObject | undefined,
  json: JsonValue,
  path: Path,
  context: ReadContext,
): JsonValue {
  const numeric =
    typeof json === 'number' || (typeof json === 'string' && /^-?\d+$/.test(json)) ? Number(json) : undefined
  const word = typeof json === 'string' ? json.toUpperCase().replaceAll('-', '_') : undefined
  const value = desc.values.find((each) =>
    numeric === undefined ? each.name.toUpperCase() === word : each.number === numeric,
  )
  if (!value && (numeric === undefined || !Number.isInteger(numeric))) {
    const names = desc.values.map((each) => each.name)
    const meant = typeof json === 'string' ? suggest(json, names) : undefined
    context.report({
      path,
      severity: 'error',
      rule: 'enum',
      message: `${display(json)} is no value of ${desc.name}; ${meant ? `did you mean ${meant}?` : `expected ${listed(names)}`}`,
      suggestion: meant,
    })
    return desc.values[0]!.name
  }
  if (!value && (rules?.enum as JsonObject | undefined)?.defined_only === true) {
    reportConstraint(`must be one of the values of ${desc.name}`, path, context)
  }
  reportConstraint(context.rules?.checkScalar(rules, value?.number ?? numeric!), path, context)
  if (value) reportDeprecated(context.planner.enumValueDeprecation(value), value.name, path, undefined, context)
  return value?.name ?? numeric!
}

function checkOneofs(
  required: DescMessage['oneofs'],
  desc: DescMessage,
  written: Map<DescField, string>,
  path: Path,
  context: ReadContext,
): void {
  for (const oneof of desc.oneofs) {
    const set = [...written.keys()].filter((field) => field.oneof === oneof)
    if (set.length > 1) {
      const message = `${set.map((field) => field.name).join(' and ')} exclude each other; keep one of them`
      context.report({ path: [...path, written.get(set[1]!)!], at: 'key', severity: 'error', rule: 'oneof', message })
    }
    if (set.length === 0 && required.includes(oneof) && context.rules && !context.partial) {
      const names = oneof.fields.filter((field) => !field.deprecated).map((field) => field.name)
      const message = `${desc.name} needs one of ${listed(names)}`
      context.report({ path, severity: 'error', rule: 'required', message })
    }
  }
}

/** What is not written has its default, and that may break a rule too. */
function checkAbsent(plan: FieldPlan, path: Path, context: ReadContext): void {
  const { field, rules } = plan
  if (!rules || field.oneof) return
  const report = (message: string) =>
    context.report({ path: [...path, field.name], severity: 'error', rule: 'required', message })
  if (field.fieldKind === 'list' || field.fieldKind === 'map') {
    const problem = context.rules!.checkCount(rules, 0)
    if (problem) report(problem)
  } else if (field.message) {
    if (context.rules!.isRequired(rules)) report(`is required in ${field.parent.name}`)
  } else if (field.presence === FeatureSet_FieldPresence.IMPLICIT) {
    const problem = context.rules!.checkScalar(rules, field.enum ? 0 : zeroOf(field.scalar!))
    if (problem) report(`is required in ${field.parent.name}: ${problem}`)
  }
}

/** What null means as an element of a list or a value of a map. */
function absent(of: Single): JsonValue {
  if (of.message) return {}
  return of.enum ? 0 : zeroJson(of.scalar!)
}

export function reportConstraint(message: string | undefined, path: Path, context: ReadContext): void {
  if (message !== undefined) context.report({ path, severity: 'error', rule: 'constraint', message })
}

export function wrongType(path: Path, message: string): Problem {
  return { path, severity: 'error', rule: 'wrong-type', message }
}

function reportUnknownField(desc: DescMessage, path: Path, context: ReadContext): void {
  const key = path.at(-1) as string
  const camelCase = /[A-Z]/.test(key)
  const meant = suggest(
    key,
    desc.fields.map((field) => (camelCase ? field.jsonName : field.name)),
  )
  const advice = adviceFor(desc.name, key)
  if (advice) {
    const message = `${desc.name} has no field ${key} any more; ${advice}`
    context.report({ path, at: 'key', severity: 'error', rule: 'unknown-field', message })
    return
  }
  const message = `no such field in ${desc.name}${meant ? `; did you mean ${meant}?` : ''}`
  context.report({ path, at: 'key', severity: 'error', rule: 'unknown-field', message, suggestion: meant })
}

function reportDeprecated(
  deprecation: Deprecation | undefined,
  name: string,
  path: Path,
  at: 'key' | undefined,
  context: ReadContext,
): void {
  if (!deprecation) return
  const since = deprecation.since ? ` since version ${deprecation.since} of the API` : ''
  const consequence = deprecation.disallowed ? '; Envoy refuses it unless deprecated features are switched on' : ''
  const severity = deprecation.disallowed ? 'error' : 'warning'
  context.report({ path, at, severity, rule: 'deprecated', message: `${name} is deprecated${since}${consequence}` })
}

function listed(names: string[]): string {
  const shown = names.slice(0, 12)
  return names.length > shown.length ? `${shown.join(', ')} ... (${names.length} in all)` : shown.join(', ')
}
