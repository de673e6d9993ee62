import {
  type DescEnumValue,
  type DescField,
  type DescMessage,
  type DescOneof,
  getOption,
  hasOption,
  type JsonObject,
  type Registry,
  toJson,
} from '@bufbuild/protobuf'

/** What a field's options say, read once. */
export interface FieldPlan {
  field: DescField
  /** protoc-gen-validate's `validate.FieldRules` as JSON with .proto names; undefined when there are none. */
  rules?: JsonObject
  deprecated?: Deprecation
}

export interface Deprecation {
  /** The minor version that deprecated it, such as "3.0" or "1.24"; absent when the API does not say. */
  since?: string
  /** Envoy refuses the field unless a runtime flag allows deprecated features. */
  disallowed: boolean
}

export interface MessagePlan {
  desc: DescMessage
  /** By the name in the .proto file and by the JSON name. */
  byName: Map<string, FieldPlan>
  fields: FieldPlan[]
  /** Oneofs of which one member must be set. */
  requiredOneofs: DescOneof[]
}

export interface Planner {
  plan(desc: DescMessage): MessagePlan
  enumValueDeprecation(value: DescEnumValue): Deprecation | undefined
}

/** Reads the options of messages when they are first asked for: validation rules, required oneofs, deprecations. */
export function createPlanner(types: Registry): Planner {
  const extension = (name: string) => {
    const found = types.getExtension(name)
    if (!found) throw new Error(`The descriptor set has no extension ${name}`)
    return found
  }
  const rules = extension('validate.rules')
  const disabled = extension('validate.disabled')
  const required = extension('validate.required')
  const since = extension('envoy.annotations.deprecated_at_minor_version')
  const sinceOfValue = extension('envoy.annotations.deprecated_at_minor_version_enum')
  const disallowed = extension('envoy.annotations.disallowed_by_default')
  const disallowedValue = extension('envoy.annotations.disallowed_by_default_enum')
  const plans = new Map<string, MessagePlan>()

  const planField = (field: DescField, unchecked: boolean): FieldPlan => {
    const plan: FieldPlan = { field }
    if (!unchecked && hasOption(field, rules) && rules.message) {
      plan.rules = toJson(rules.message, getOption(field, rules) as never, { useProtoFieldName: true }) as JsonObject
    }
    if (field.deprecated) {
      plan.deprecated = { since: text(getOption(field, since)), disallowed: Boolean(getOption(field, disallowed)) }
    }
    return plan
  }

  return {
    plan(desc) {
      let plan = plans.get(desc.typeName)
      if (plan) return plan
      const unchecked = Boolean(getOption(desc, disabled))
      const fields = desc.fields.map((field) => planField(field, unchecked))
      plan = {
        desc,
        fields,
        byName: new Map(
          fields.flatMap((each) => [
            [each.field.name, each],
            [each.field.jsonName, each],
          ]),
        ),
        requiredOneofs: unchecked ? [] : desc.oneofs.filter((oneof) => Boolean(getOption(oneof, required))),
      }
      plans.set(desc.typeName, plan)
      return plan
    },
    enumValueDeprecation(value) {
      if (!value.deprecated) return undefined
      return { since: text(getOption(value, sinceOfValue)), disallowed: Boolean(getOption(value, disallowedValue)) }
    },
  }
}

function text(option: unknown): string | undefined {
  return typeof option === 'string' && option !== '' ? option : undefined
}
