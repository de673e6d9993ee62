import type { DescField, DescMessage } from '@bufbuild/protobuf'
import { typeNameOf } from '../../../envoy/opaque.ts'
import type { EnvoyRegistry } from '../../../envoy/registry.ts'
import type { Planner } from '../../../envoy/schema/plan.ts'
import { isObject, type Json, member, type Path } from '../../../model/json.ts'
import { typeChoices } from '../form/any-types.ts'
import { type FormField, fieldOf } from '../form/fields.ts'

export interface YamlSchema {
  registry: EnvoyRegistry
  planner: Planner
  /** The message that the text is. */
  typeName: string
}

/** What the schema expects at a path. */
export interface Expected {
  /** The message whose fields stand there; undefined where free JSON or plain values do. */
  message: DescMessage | undefined
  /** The field that leads there. */
  field?: FormField
  /** In an Any: the field that holds it, by its full name; it tells which types fit. */
  any?: string
}

/**
 * What stands at a path of a text: messages are followed through lists, maps and Any, whose type is read from `json`, the
 * last text that could be read.
 */
export function expectedAt(schema: YamlSchema, json: Json | undefined, path: Path, typeHere?: string): Expected {
  const { registry } = schema
  let at: Expected = { message: registry.message(schema.typeName) }
  let value: Json | undefined = json
  let holder = ''
  for (const [index, step] of path.entries()) {
    value = value === undefined ? undefined : member(value, step)
    if (typeof step === 'number') continue
    const plan = at.message && schema.planner.plan(at.message).byName.get(step)
    if (!plan) {
      // A map's key: what the map holds.
      if (at.field?.container === 'map' && path[index - 1] === at.field.name) continue
      return { message: undefined }
    }
    const field = fieldOf(plan)
    const name = fullName(plan.field)
    at = { message: field.shape.kind === 'message' ? field.shape.message : undefined, field }
    if (field.shape.kind !== 'any') {
      holder = name
      continue
    }
    const where = plan.field.parent.name === 'TypedExtensionConfig' ? holder : name
    at = { ...at, any: where }
    // A map of Any: its type stands one step further.
    const next = path[index + 1]
    const inner = field.container === 'single' ? value : next === undefined ? undefined : member(value, next)
    const last = index === path.length - 1 || (field.container !== 'single' && index === path.length - 2)
    const type = last && typeHere !== undefined ? typeHere : isObject(inner) ? inner['@type'] : undefined
    if (typeof type === 'string') at.message = registry.message(typeNameOf(type))
  }
  return at
}

function fullName(field: DescField): string {
  return `${field.parent.typeName}.${field.name}`
}

/** The type URLs that fit an Any. */
export function typeUrlsFor(schema: YamlSchema, any: string): { url: string; detail: string }[] {
  return typeChoices(any, schema.registry).map(({ typeName, detail }) => ({
    url: `type.googleapis.com/${typeName}`,
    detail,
  }))
}
