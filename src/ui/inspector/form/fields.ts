import type { DescField, DescMessage, DescOneof, JsonObject as ProtoJson } from '@bufbuild/protobuf'
import { FeatureSet_FieldPresence } from '@bufbuild/protobuf/wkt'
import type { Deprecation, FieldPlan, MessagePlan } from '../../../envoy/schema/plan.ts'
import { checkCount, checkScalar, isRequired } from '../../../envoy/schema/rules.ts'
import { zeroJson, zeroOf } from '../../../envoy/schema/scalars.ts'
import { type Json, type JsonObject, member } from '../../../model/json.ts'
import { ruleTexts } from './rule-text.ts'
import { emptyJson, type Shape, shapeOf, type Typed, typeText } from './shape.ts'

/** One field of a message as the form shows it. */
export interface FormField {
  /** As in the .proto file. */
  name: string
  field: DescField
  /** Of the value, of a list's elements or of a map's values. */
  shape: Shape
  container: 'single' | 'list' | 'map'
  required: boolean
  deprecated?: Deprecation
  /** Absent and zero are one and the same to Envoy: clearing it takes the field away. */
  implicit: boolean
  /** Its type and its rules in words, for the hint. */
  about: string
  /** What Envoy takes when it is not there, where the schema says so. */
  default?: string
}

/** A row of the form: a field, or a choice of which one member is set. */
export type FormItem =
  | { kind: 'field'; name: string; field: FormField; set: boolean }
  | { kind: 'choice'; name: string; required: boolean; members: FormField[]; chosen?: FormField; set: boolean }

export interface Form {
  /** In the order of the .proto file: what is set, what must be, and the rest if there is little of it. */
  shown: FormItem[]
  /** What can be added, deprecated fields last. */
  more: FormItem[]
  /** Members that the message type does not have. */
  unknown: string[]
}

/** A message with no more fields than this is shown whole. */
const SMALL = 7

/** The key that a field has in a message, or would get: documents may spell fields in camelCase. */
export function keyOf(field: DescField, value: JsonObject): string {
  return member(value, field.name) === undefined && member(value, field.jsonName) !== undefined
    ? field.jsonName
    : field.name
}

/** The value of a field, null and absent being the same. */
export function valueIn(field: DescField, value: JsonObject): Json | undefined {
  return member(value, keyOf(field, value)) ?? undefined
}

/** What the form shows of a message with these fields set. */
export function formOf(plan: MessagePlan, value: JsonObject): Form {
  const items = itemsOf(plan, value)
  const current = items.filter((item) => item.set || !isDeprecated(item))
  const whole = current.length <= SMALL
  const isShown = (item: FormItem): boolean => item.set || mustBe(item) || (whole && !isDeprecated(item))
  const hidden = items.filter((item) => !isShown(item))
  const shown = items.filter(isShown)
  return {
    // A name comes first, wherever the .proto file has it.
    shown: [...shown.filter((item) => item.name === 'name'), ...shown.filter((item) => item.name !== 'name')],
    more: [...hidden.filter((item) => !isDeprecated(item)), ...hidden.filter(isDeprecated)],
    unknown: Object.keys(value).filter((key) => key !== '@type' && !plan.byName.has(key)),
  }
}

function itemsOf(plan: MessagePlan, value: JsonObject): FormItem[] {
  const items: FormItem[] = []
  const seen = new Set<DescOneof>()
  for (const each of plan.fields) {
    const { oneof } = each.field
    if (!oneof) {
      const field = fieldOf(each)
      items.push({ kind: 'field', name: field.name, field, set: valueIn(each.field, value) !== undefined })
    } else if (!seen.has(oneof)) {
      seen.add(oneof)
      items.push(choiceOf(plan, oneof, value))
    }
  }
  return items
}

function choiceOf(plan: MessagePlan, oneof: DescOneof, value: JsonObject): FormItem {
  const members = oneof.fields.map((field) => fieldOf(plan.byName.get(field.name)!))
  const chosen = members.find(({ field }) => valueIn(field, value) !== undefined)
  const required = plan.requiredOneofs.includes(oneof)
  return {
    kind: 'choice',
    name: oneof.name,
    required,
    members: members.filter((one) => !one.deprecated || one === chosen),
    chosen,
    set: chosen !== undefined,
  }
}

function mustBe(item: FormItem): boolean {
  return item.kind === 'field' ? item.field.required : item.required
}

function isDeprecated(item: FormItem): boolean {
  return item.kind === 'field' ? item.field.deprecated !== undefined : item.members.length === 0
}

/** What the form needs to know of one field. */
export function fieldOf(plan: FieldPlan): FormField {
  const { field, rules, deprecated } = plan
  const container = field.fieldKind === 'list' || field.fieldKind === 'map' ? field.fieldKind : 'single'
  const shape = shapeOf(field as Typed)
  const implicit = container === 'single' && !field.oneof && field.presence === FeatureSet_FieldPresence.IMPLICIT
  const type = container === 'single' ? typeText(shape) : `${container} of ${typeText(shape)}`
  return {
    name: field.name,
    field,
    shape,
    container,
    required: isMandatory(field, shape, container, implicit, rules),
    ...(deprecated ? { deprecated } : {}),
    implicit,
    about: [type, ...ruleTexts(rules)].join('; '),
    ...(implicit ? { default: defaultText(shape) } : {}),
  }
}

function isMandatory(
  field: DescField,
  shape: Shape,
  container: FormField['container'],
  implicit: boolean,
  rules: ProtoJson | undefined,
): boolean {
  if (!rules || field.oneof) return false
  if (container !== 'single') return checkCount(rules, 0) !== undefined
  if (field.message) return isRequired(rules)
  return implicit && checkScalar(rules, shape.enum ? 0 : zeroOf(shape.scalar!)) !== undefined
}

function defaultText(shape: Shape): string {
  if (shape.enum) return shape.enum.values[0]!.name
  if (shape.scalar === undefined) return ''
  return String(zeroJson(shape.scalar))
}

/** The message with one member of a oneof in the place of another; undefined as member: none of them. */
export function chooseMember(
  value: JsonObject,
  members: readonly FormField[],
  chosen: FormField | undefined,
): JsonObject {
  const taken = new Set(members.flatMap(({ field }) => [field.name, field.jsonName]))
  const rest = Object.fromEntries(Object.entries(value).filter(([key]) => !taken.has(key)))
  return chosen ? { ...rest, [chosen.name]: startValue(chosen) } : rest
}

/** What a field holds right after it was added. */
export function startValue(field: FormField): Json {
  if (field.container === 'list') return field.shape.kind === 'message' || field.shape.kind === 'any' ? [{}] : []
  if (field.container === 'map') return {}
  return emptyJson(field.shape)
}

/** A map with one of its keys renamed, its place kept; a key that is taken already is refused. */
export function renameKey(map: JsonObject, from: string, to: string): JsonObject | undefined {
  if (from === to) return map
  if (Object.hasOwn(map, to)) return undefined
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key === from ? to : key, value]))
}

/** A key that a map does not have yet. */
export function freeKey(map: JsonObject, wanted = 'name'): string {
  let key = wanted
  for (let count = 2; Object.hasOwn(map, key); count++) key = `${wanted}-${count}`
  return key
}

/** One line that tells a message in a list from its neighbours: its name, else the first text in it. */
export function summaryOf(value: Json | undefined, depth = 0): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (Array.isArray(value)) return value.map((one) => summaryOf(one, depth + 1)).find(Boolean) ?? ''
  if (typeof value !== 'object' || value === null || depth > 3) return ''
  const named = value.name ?? value.key
  if (typeof named === 'string' && named !== '') return named
  const { '@type': type, ...fields } = value
  for (const [key, inner] of Object.entries(fields)) {
    const text = summaryOf(inner, depth + 1)
    if (text) return typeof inner === 'object' ? text : `${key}: ${text}`
  }
  return typeof type === 'string' ? type.slice(type.lastIndexOf('.') + 1) : ''
}

/** Fields whose objects have cards of their own on the canvas: the form counts them, and does not draw them again. */
const ON_CANVAS: Record<string, readonly string[]> = {
  'envoy.config.listener.v3.Listener': ['listener_filters', 'filter_chains', 'default_filter_chain'],
  'envoy.config.listener.v3.FilterChain': ['filters'],
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager': ['http_filters', 'route_config'],
  'envoy.config.route.v3.RouteConfiguration': ['virtual_hosts'],
  'envoy.config.route.v3.VirtualHost': ['routes'],
}

/** Whether a field's objects are edited through their cards on the canvas. */
export function isOnCanvas(desc: DescMessage, name: string): boolean {
  return ON_CANVAS[desc.typeName]?.includes(name) === true
}
