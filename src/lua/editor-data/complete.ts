import { baseBefore, callAround, caretAt, modelAt } from './at.ts'
import type { Completion, LuaContext } from './context.ts'
import { type FunctionDoc, signatureText } from './doc-types.ts'
import { methodsOf, typeDoc } from './docs.ts'
import type { Model } from './infer.ts'
import { baseFunctions, entryFunctions, keywords, libraries, libraryValues } from './library-docs.ts'
import { snippets } from './snippets.ts'
import { argumentsOf, dottedName } from './walk.ts'

/**
 * What may stand at `offset`: after a colon the methods of the object, after a dot the members of a library or the keys
 * of a known table, in the first argument of httpCall the clusters, elsewhere variables, functions, words and snippets.
 */
export function completeLua(source: string, offset: number, context: LuaContext = {}): Completion[] {
  const caret = caretAt(source, offset)
  if (caret.inside === 'comment') return []
  const model = modelAt(source, offset)
  if (caret.inside === 'string') return clusterNames(model, caret.stringStart, context)
  if (caret.separator === ':') return methods(model, caret.start)
  if (caret.separator === '.') return members(model, caret.start)
  return names(model, offset)
}

function methods(model: Model, start: number): Completion[] {
  const base = baseBefore(model, start)
  return base ? methodsOf(model.typeOf(base)).map((doc) => functionCompletion(doc, 'method')) : []
}

function members(model: Model, start: number): Completion[] {
  const base = baseBefore(model, start)
  const name = base && dottedName(base)
  if (!base || !name) return []
  if (base.type === 'Identifier' && model.variable(base)) return tableKeys(model, base.name)
  const functions = (libraries[name] ?? []).map((doc) => functionCompletion(doc, 'function'))
  const values = Object.entries(libraryValues)
    .filter(([value]) => value.startsWith(`${name}.`))
    .map(([value, type]): Completion => ({ label: value.slice(name.length + 1), kind: 'field', detail: type, doc: '' }))
  return [...functions, ...values]
}

// Keys a script gives a table where it makes it: local config = { limit = 5 }.
function tableKeys(model: Model, name: string): Completion[] {
  const variable = model.scopes.variables.find((candidate) => candidate.name === name)
  const made = variable?.init?.expression
  if (made?.type !== 'TableConstructorExpression') return []
  return made.fields.flatMap((field): Completion[] => {
    if (field.type !== 'TableKeyString') return []
    return [{ label: field.key.name, kind: 'field', detail: model.typeOf(field.value), doc: '' }]
  })
}

function names(model: Model, offset: number): Completion[] {
  const variables = model.visible(offset).map((variable): Completion => {
    const type = model.typeOfVariable(variable)
    return {
      label: variable.name,
      kind: type === 'function' ? 'function' : 'variable',
      detail: type,
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

function clusterNames(model: Model, stringStart: number, context: LuaContext): Completion[] {
  const call = callAround(model, stringStart + 1)
  if (!call || !context.clusters) return []
  const { base } = call
  const method = base.type === 'MemberExpression' ? base.identifier.name : ''
  if (method !== 'httpCall' && method !== 'getCluster') return []
  const [first] = argumentsOf(call)
  if (first && first.range[0] !== stringStart) return []
  return context.clusters.map((label) => ({ label, kind: 'value', detail: 'cluster', doc: '' }))
}

function functionCompletion(doc: FunctionDoc, kind: 'method' | 'function'): Completion {
  return { label: doc.name, kind, detail: signatureText(doc), doc: doc.doc, link: doc.link }
}
