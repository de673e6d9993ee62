import type { Json } from '../../../model/json.ts'
import { type FormField, fieldOf } from '../form/fields.ts'
import { placeAt, siblingsOf } from './place.ts'
import { expectedAt, typeUrlsFor, type YamlSchema } from './schema.ts'

export interface YamlCompletion {
  label: string
  kind: 'field' | 'value' | 'type'
  /** What is inserted; a snippet where it has `$`. */
  insert: string
  detail: string
  deprecated: boolean
  required: boolean
}

/** What may stand at `offset`, and where the text that it replaces begins. `json`: the last text that could be read. */
export function completeYaml(
  text: string,
  offset: number,
  json: Json | undefined,
  schema: YamlSchema,
): { start: number; items: YamlCompletion[] } {
  const place = placeAt(text, offset)
  const siblings = siblingsOf(text, offset, place.indent)
  const type = siblings.get('@type')
  const expected = expectedAt(
    schema,
    json,
    place.path,
    type === undefined ? undefined : type.replace(/^["']|["']$/g, ''),
  )
  const { start } = place
  if (place.part === 'value') {
    if (place.key === '@type') return { start, items: expected.any ? types(schema, expected.any) : [] }
    const plan = expected.message && schema.planner.plan(expected.message).byName.get(place.key ?? '')
    return { start, items: plan ? values(fieldOf(plan), schema) : [] }
  }
  const items: YamlCompletion[] = []
  if (expected.any && !siblings.has('@type')) {
    items.push({
      label: '@type',
      kind: 'field',
      insert: '"@type": ',
      detail: 'which message the other fields are',
      deprecated: false,
      required: true,
    })
  }
  if (expected.message) {
    const { fields } = schema.planner.plan(expected.message)
    const present = (name: string, jsonName: string): boolean => siblings.has(name) || siblings.has(jsonName)
    for (const plan of fields) {
      if (present(plan.field.name, plan.field.jsonName)) continue
      items.push(fieldItem(fieldOf(plan)))
    }
  } else if (expected.field && place.path.at(-1) !== expected.field.name) {
    items.push(...values({ ...expected.field, container: 'single' }, schema))
  }
  return { start, items }
}

function fieldItem(field: FormField): YamlCompletion {
  return {
    label: field.name,
    kind: 'field',
    insert: `${field.name}:${startOf(field)}`,
    detail: field.about,
    deprecated: field.deprecated !== undefined,
    required: field.required,
  }
}

/** What follows the colon: the place for a plain value, or the lines of a list or message. */
function startOf(field: FormField): string {
  const { kind } = field.shape
  if (field.container === 'list') return '\n  - $0'
  if (field.container === 'map') return '\n  $1: $0'
  if (kind === 'any') return '\n  "@type": $0'
  return kind === 'message' || kind === 'json' ? '\n  $0' : ' $0'
}

function values(field: FormField, schema: YamlSchema): YamlCompletion[] {
  if (field.container !== 'single') return []
  const plain = { kind: 'value' as const, deprecated: false, required: false }
  if (field.shape.kind === 'bool')
    return ['true', 'false'].map((label) => ({ ...plain, label, insert: label, detail: '' }))
  if (field.shape.kind === 'enum') {
    return field.shape.enum!.values.map((value) => ({
      ...plain,
      label: value.name,
      insert: value.name,
      detail: field.shape.enum!.name,
      deprecated: schema.planner.enumValueDeprecation(value) !== undefined,
    }))
  }
  if (field.shape.kind === 'duration')
    return ['1s', '0.25s', '60s'].map((label) => ({ ...plain, label, insert: label, detail: 'duration' }))
  return []
}

function types(schema: YamlSchema, any: string): YamlCompletion[] {
  return typeUrlsFor(schema, any).map(({ url, detail }) => ({
    label: url.slice(url.lastIndexOf('.') + 1),
    kind: 'type',
    insert: url,
    detail: `${detail} · ${url.slice(url.lastIndexOf('/') + 1)}`,
    deprecated: false,
    required: false,
  }))
}

/** What the schema says of the key at `offset`: its type, rules, and whether it is deprecated or required. */
export function hoverYaml(
  text: string,
  offset: number,
  json: Json | undefined,
  schema: YamlSchema,
): { start: number; end: number; title: string; notes: string[] } | undefined {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1
  const found = /^(\s*(?:-\s+)*)(["']?)([\w@.-]+)\2\s*:(?=\s|$)/.exec(text.slice(lineStart).split('\n', 1)[0]!)
  if (!found) return undefined
  const [, space = '', quote = '', key = ''] = found
  const start = lineStart + space.length
  const end = start + key.length + quote.length * 2
  if (offset < start || offset > end) return undefined
  const place = placeAt(text, end)
  const siblings = siblingsOf(text, end, place.indent)
  const type = siblings.get('@type')?.replace(/^["']|["']$/g, '')
  const expected = expectedAt(schema, json, place.path, type)
  if (key === '@type') {
    return {
      start,
      end,
      title: '@type',
      notes: [expected.message ? expected.message.typeName : 'not a type of Envoy 1.40'],
    }
  }
  const plan = expected.message && schema.planner.plan(expected.message).byName.get(key)
  if (!plan) return undefined
  const field = fieldOf(plan)
  const notes = [field.about]
  if (field.required) notes.push('required')
  if (field.field.oneof) notes.push(`one of ${field.field.oneof.fields.map((one) => one.name).join(', ')}`)
  if (field.default) notes.push(`default: ${field.default}`)
  if (field.deprecated) notes.push(`deprecated${field.deprecated.since ? ` since ${field.deprecated.since}` : ''}`)
  return { start, end, title: `${plan.field.parent.name}.${plan.field.name}`, notes }
}
