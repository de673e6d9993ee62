import type { DescField, DescMessage } from '@bufbuild/protobuf'
import type { Binding } from './path-matcher.ts'

/** Values that come from the path and the query, by the message that they belong to. */
export interface Weave {
  /** Byte strings. */
  values: { field: DescField; value: string }[]
  messages: { field: DescField; weave: Weave }[]
}

export function noWeave(): Weave {
  return { values: [], messages: [] }
}

/** The fields on the way to a binding's field, or the library's words for why there are none. */
export function resolveFieldPath(message: DescMessage, path: readonly string[]): DescField[] | { error: string } {
  const fields: DescField[] = []
  let at: DescMessage | undefined = message
  for (const name of path) {
    if (!at)
      return {
        error: `Encountered a non-leaf field "${fields.at(-1)!.name}" that is not a message while parsing a field path`,
      }
    const field = fieldNamed(at, name)
    if (!field) return { error: `Could not find field "${name}" in the type "${at.typeName}".` }
    fields.push(field)
    at = field.fieldKind === 'message' ? field.message : undefined
  }
  return fields
}

/** A field by the name that it was declared with, or its JSON name. */
export function fieldNamed(message: DescMessage, name: string): DescField | undefined {
  return message.fields.find((field) => field.name === name || field.jsonName === name)
}

export function addBinding(weave: Weave, fields: readonly DescField[], value: Binding['value']): void {
  let at = weave
  for (const field of fields.slice(0, -1)) {
    let next = at.messages.find((each) => each.field === field)
    if (!next) {
      next = { field, weave: noWeave() }
      at.messages.push(next)
    }
    at = next.weave
  }
  at.values.push({ field: fields.at(-1)!, value })
}

/** A copy to be used up by one message. */
export function copyWeave({ values, messages }: Weave): Weave {
  return {
    values: [...values],
    messages: messages.map(({ field, weave }) => ({ field, weave: copyWeave(weave) })),
  }
}
