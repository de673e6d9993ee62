import type { Expression, LuaNode, MemberExpression } from './ast.ts'
import type { Finding } from './diagnose.ts'
import { type FunctionDoc, type ParameterDoc, signatureText } from './doc-types.ts'
import { methodDoc, methodsOf, typeDoc } from './docs.ts'
import type { Model } from './infer.ts'
import { argumentsOf, isCall, walk } from './walk.ts'

type Index = Extract<Expression, { type: 'IndexExpression' }>

/** Envoy's objects used as what they are not: with fields, or in the place of a string. */
export function objectChecks(model: Model): Finding[] {
  const found: Finding[] = []
  const called = new Set<LuaNode>()
  const add = (finding: Finding | undefined) => finding && found.push(finding)
  walk(model.chunk, (node) => {
    if (node.type === 'MemberExpression') {
      const member = node as MemberExpression
      if (member.indexer === '.') add(fieldOfObject(model, member, member.identifier.range, member.identifier.name))
      add(methodNotCalled(model, member.base))
    }
    if (isCall(node)) called.add(node.base)
    if (node.type === 'IndexExpression') {
      const { base, index } = node as Index
      const name = model.textOf(index)
      // handle["log" .. level](handle, text) means a method.
      if (name !== undefined || !called.has(node)) add(fieldOfObject(model, node as Index, index.range, name))
      add(methodNotCalled(model, base))
    }
    if (isCall(node) && node.base.type === 'MemberExpression' && node.base.indexer === ':') {
      const doc = model.docOfCall(node)
      if (doc && typeDoc(model.typeOf(node.base.base))) found.push(...argumentTypes(model, doc, argumentsOf(node)))
    }
  })
  return found
}

// Their metatable looks up methods and nothing else (Envoy: source/extensions/filters/common/lua/lua.h).
function fieldOfObject(
  model: Model,
  { base }: MemberExpression | Index,
  [start, end]: [number, number],
  name: string | undefined,
): Finding | undefined {
  const type = model.typeOf(base)
  if (!typeDoc(type) || (name !== undefined && methodDoc(type, name))) return undefined
  const getter = methodDoc(type, 'get')
  if (!getter && name === undefined) return undefined
  const way = getter ? `: write :get(${name === undefined ? 'name' : JSON.stringify(name)})` : ''
  const message = `a ${type} object has methods and no fields${way}`
  return { start, end, severity: 'error', code: 'no-fields', message }
}

function methodNotCalled(model: Model, base: Expression): Finding | undefined {
  if (base.type !== 'MemberExpression' || base.indexer !== '.') return undefined
  const { name, range } = base.identifier
  const type = model.typeOf(base.base)
  if (!typeDoc(type) || !methodDoc(type, name)) return undefined
  const message = `${name} is a method: call it with a colon`
  const suggestion = `:${name}()`
  return { start: range[0] - 1, end: range[1], severity: 'error', code: 'dot-for-colon', message, suggestion }
}

function argumentTypes(model: Model, doc: FunctionDoc, given: Expression[]): Finding[] {
  return doc.parameters.flatMap((parameter, index) => {
    const argument = given[index]
    const type = argument && model.typeOf(argument)
    if (!argument || !type || accepts(parameter, type)) return []
    const [start, end] = (argument as LuaNode).range
    const what =
      methodsOf(type).length > 0 && type !== 'string' ? `a ${type} object` : type === 'nil' ? 'nil' : `a ${type}`
    const message = `${signatureText(doc)}: ${parameter.name} must be a ${parameter.type.replace(' | ', ' or a ')}, not ${what}`
    return [{ start, end, severity: 'error' as const, code: 'argument-type', message }]
  })
}

/** Whether Envoy takes a value of this type there; what is not known is taken. Numbers and strings stand for each other. */
function accepts({ type: wanted, optional }: ParameterDoc, type: string): boolean {
  const kinds = wanted.split(' | ')
  if (type === 'any' || (type === 'nil' && optional) || kinds.includes(type)) return true
  if (!kinds.every((kind) => ['string', 'number', 'table'].includes(kind))) return true
  return (type === 'string' || type === 'number') && (kinds.includes('string') || kinds.includes('number'))
}
