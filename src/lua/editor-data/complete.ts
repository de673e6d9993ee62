import type { Expression } from './ast.ts'
import { baseBefore, callAround, caretAt, modelAt } from './at.ts'
import type { Completion, LuaContext } from './context.ts'
import { type FunctionDoc, signatureText } from './doc-types.ts'
import { methodsOf, typeDoc } from './docs.ts'
import type { Model } from './infer.ts'
import { baseFunctions, entryFunctions, keywords, libraries, libraryValues } from './library-docs.ts'
import type { Field } from './shapes.ts'
import { snippets } from './snippets.ts'
import { argumentsOf, dottedName, parameterList } from './walk.ts'

/**
 * What may stand at `offset`: after a colon the methods of the object, after a dot the members of a library or of a table
 * of the script's, in the first argument of httpCall the clusters, elsewhere variables, functions, words and snippets.
 */
export function completeLua(source: string, offset: number, context: LuaContext = {}): Completion[] {
  const caret = caretAt(source, offset)
  if (caret.inside === 'comment') return []
  const model = modelAt(source, offset)
  if (caret.inside === 'string') return texts(model, caret.stringStart, context)
  if (caret.separator === ':') return methods(model, caret.start)
  if (caret.separator === '.') return members(model, caret.start)
  return names(model, offset)
}

function methods(model: Model, start: number): Completion[] {
  const base = baseBefore(model, start)
  if (!base) return []
  const own = fieldsOf(model, base).filter((completion) => completion.kind === 'function')
  const added = model.typeOf(base) === 'string' ? fields(model, model.shapes.addedTo('string')) : []
  return [...own, ...added, ...methodsOf(model.typeOf(base)).map((doc) => functionCompletion(doc, 'method'))]
}

function members(model: Model, start: number): Completion[] {
  const base = baseBefore(model, start)
  if (!base) return []
  const own = fieldsOf(model, base)
  const name = dottedName(base)
  if (!name || (base.type === 'Identifier' && model.variable(base))) return own
  const functions = (libraries[name] ?? []).map((doc) => functionCompletion(doc, 'function'))
  const values = Object.entries(libraryValues)
    .filter(([value]) => value.startsWith(`${name}.`))
    .map(([value, type]): Completion => ({ label: value.slice(name.length + 1), kind: 'field', detail: type, doc: '' }))
  return [...own, ...functions, ...values]
}

// What a script puts into a table, and what it finds there by its metatable.
function fieldsOf(model: Model, base: Expression): Completion[] {
  const all = new Map<string, Field>()
  for (let shape = model.shapes.of(base), depth = 0; shape && depth < 8; shape = shape.base, depth++)
    for (const part of [shape, ...shape.instances])
      for (const [name, field] of part.fields) if (!all.has(name)) all.set(name, field)
  return fields(model, all)
}

function fields(model: Model, all: ReadonlyMap<string, Field> = new Map()): Completion[] {
  return [...all.values()]
    .filter((field) => field.values.length > 0 && !field.name.startsWith('__'))
    .map((field): Completion => {
      const type = model.typeOfField(field)
      const own = model.functions.only(field.values.map((given) => given.expression))
      const detail = own ? `${field.name}${parameterList(own)}` : type
      return { label: field.name, kind: own ? 'function' : 'field', detail, doc: typeDoc(type)?.doc ?? '' }
    })
}

function names(model: Model, offset: number): Completion[] {
  const variables = model.visible(offset).map((variable): Completion => {
    const type = model.typeOfVariable(variable)
    return {
      label: variable.name,
      kind: type === 'function' ? 'function' : 'variable',
      detail: variable.value ? `${variable.name}${parameterList(variable.value)}` : type,
      doc: typeDoc(type)?.doc ?? '',
    }
  })
  const own = new Set(variables.map((variable) => variable.label))
  const entries = Object.entries(entryFunctions)
    .filter(([name]) => !own.has(name))
    .map(([label, { doc }]): Completion => ({ label, kind: 'function', detail: `${label}(handle)`, doc }))
  return [
    ...variables,
    ...entries,
    ...baseFunctions.filter((doc) => !own.has(doc.name)).map((doc) => functionCompletion(doc, 'function')),
    ...Object.keys(libraries).map((label): Completion => ({ label, kind: 'library', detail: 'library', doc: '' })),
    {
      label: 'EnvoyTimestampResolution',
      kind: 'library',
      detail: 'MILLISECOND, MICROSECOND',
      doc: 'What timestampString() takes.',
    },
    ...keywords.map((label): Completion => ({ label, kind: 'keyword', detail: '', doc: '' })),
    ...snippets.map(
      (snippet): Completion => ({
        label: snippet.prefix,
        kind: 'snippet',
        insert: snippet.body,
        detail: snippet.label,
        doc: snippet.doc,
      }),
    ),
  ]
}

// Clusters where one is called, namespaces where metadata is read.
function texts(model: Model, stringStart: number, context: LuaContext): Completion[] {
  const call = callAround(model, stringStart + 1)
  if (call?.base.type !== 'MemberExpression') return []
  const [first] = argumentsOf(call)
  if (first && first.range[0] !== stringStart) return []
  const { base, identifier } = call.base
  if (identifier.name === 'httpCall' || identifier.name === 'getCluster')
    return (context.clusters ?? []).map((label) => ({ label, kind: 'value', detail: 'cluster', doc: '' }))
  if (identifier.name !== 'get' || model.typeOf(base) !== 'DynamicMetadata') return []
  return (context.before ?? []).flatMap(({ name, writes }) =>
    writes
      .filter((label) => label !== '*')
      .map((label): Completion => ({ label, kind: 'value', detail: `written by ${name}`, doc: '' })),
  )
}

function functionCompletion(doc: FunctionDoc, kind: 'method' | 'function'): Completion {
  return { label: doc.name, kind, detail: signatureText(doc), doc: doc.doc, link: doc.link }
}
