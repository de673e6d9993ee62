import type { AnyCall, FunctionDeclaration, Identifier, LuaNode, MemberExpression } from './ast.ts'
import { callAround, caretAt, identifierAt, modelAt } from './at.ts'
import { type FunctionDoc, signatureText } from './doc-types.ts'
import { functionDoc, methodDoc, typeDoc } from './docs.ts'
import type { Model } from './infer.ts'
import { entryFunctions } from './library-docs.ts'
import { argumentsOf, dottedName, innermost, parameterList } from './walk.ts'

export interface Hover {
  start: number
  end: number
  /** `headers:get(name) -> string?`, or `local body: Buffer`. */
  title: string
  doc: string
  link?: string
}

/** What is known of the name at `offset`; undefined for everything that has no name. */
export function hoverLua(source: string, offset: number): Hover | undefined {
  if (caretAt(source, offset).inside !== 'code') return undefined
  const model = modelAt(source, source.length)
  const identifier = identifierAt(model, offset)
  if (!identifier) return undefined
  const at = { start: identifier.range[0], end: identifier.range[1] }
  const member = memberOf(model, identifier)
  if (member) return hoverMember(source, model, member, at)
  const variable = model.variable(identifier)
  if (variable) {
    const entry = Object.hasOwn(entryFunctions, variable.name) ? entryFunctions[variable.name] : undefined
    if (entry) return { ...at, title: `function ${variable.name}(handle: ${entry.parameter})`, doc: entry.doc }
    const own = model.functions.of(identifier)
    if (own) return { ...at, title: `function ${variable.name}${parameterList(own)}`, doc: commentAbove(source, own) }
    const type = model.typeOfVariable(variable)
    const kind = variable.kind === 'global' ? 'global' : variable.kind === 'parameter' ? 'parameter' : 'local'
    const about = typeDoc(type)
    return {
      ...at,
      title: `${kind} ${variable.name}: ${type}`,
      doc: about?.doc ?? '',
      ...(about ? { link: about.link } : {}),
    }
  }
  const doc = functionDoc(identifier.name)
  return doc && { ...at, title: signatureText(doc), doc: doc.doc, link: doc.link }
}

function memberOf(model: Model, identifier: Identifier): MemberExpression | undefined {
  return innermost(
    model.chunk,
    identifier.range[0],
    (node: LuaNode): node is MemberExpression =>
      node.type === 'MemberExpression' && (node as MemberExpression).identifier === identifier,
  )
}

function hoverMember(
  source: string,
  model: Model,
  member: MemberExpression,
  at: { start: number; end: number },
): Hover | undefined {
  const field = model.shapes.field(member.base, member.identifier.name)
  const name = source.slice(member.range[0], member.range[1])
  if (field) {
    const own = model.functions.of(member)
    if (own) return { ...at, title: `function ${name}${parameterList(own)}`, doc: commentAbove(source, own) }
    const about = typeDoc(model.typeOfField(field))
    const link = about ? { link: about.link } : {}
    return { ...at, title: `field ${name}: ${model.typeOfField(field)}`, doc: about?.doc ?? '', ...link }
  }
  const doc = docOfMember(model, member)
  return doc && { ...at, title: doc.title, doc: doc.doc.doc, link: doc.doc.link }
}

/** The comment that stands right above a function of the script: what its author says of it. */
function commentAbove(source: string, { range }: FunctionDeclaration): string {
  const lines = source
    .slice(0, source.lastIndexOf('\n', range[0]) + 1)
    .split('\n')
    .slice(0, -1)
  const comment: string[] = []
  for (let i = lines.length - 1; i >= 0; i--) {
    const found = /^\s*--+(?!\[=*\[)\s?(.*)$/.exec(lines[i]!)
    if (!found) break
    comment.unshift(found[1]!)
  }
  return comment.join('\n')
}

function docOfMember(model: Model, member: MemberExpression): { title: string; doc: FunctionDoc } | undefined {
  const type = model.typeOf(member.base)
  const method = methodDoc(type, member.identifier.name)
  if (method) return { title: `${type}:${signatureText(method)}`, doc: method }
  const name = dottedName(member)
  const doc = name ? functionDoc(name) : undefined
  return doc && { title: `${name!.slice(0, name!.lastIndexOf('.') + 1)}${signatureText(doc)}`, doc }
}

export interface SignatureHelp {
  title: string
  doc: string
  parameters: { label: string; doc: string }[]
  /** Which parameter the caret is at, from 0; past the last one it stays there. */
  active: number
}

/** The function whose arguments are being typed at `offset`. */
export function signatureLua(source: string, offset: number): SignatureHelp | undefined {
  if (caretAt(source, offset).inside === 'comment') return undefined
  const model = modelAt(source, offset)
  const call = callAround(model, offset)
  if (!call) return undefined
  const doc = model.docOfCall(call) ?? docOfOwn(source, model, call)
  if (!doc) return undefined
  const parameters = doc.parameters.map((parameter) => ({
    label: `${parameter.name}${parameter.optional ? '?' : ''}: ${parameter.type}`,
    doc: parameter.doc,
  }))
  const active = Math.min(argumentIndex(source, call, offset), Math.max(0, parameters.length - 1))
  return { title: signatureText(doc), doc: doc.doc, parameters, active }
}

// A function of the script's own: its parameters by name.
function docOfOwn(source: string, model: Model, call: AnyCall): FunctionDoc | undefined {
  const own = model.functions.called(call)
  const { base } = call
  const name =
    base.type === 'Identifier' ? base.name : base.type === 'MemberExpression' ? base.identifier.name : undefined
  if (!own || !name) return undefined
  const names = own.parameters.flatMap((parameter) => (parameter.type === 'Identifier' ? [parameter] : []))
  const parameters = names.map((parameter) => {
    const variable = model.variable(parameter)
    return { name: parameter.name, type: variable ? model.typeOfVariable(variable) : 'any', doc: '' }
  })
  const variadic = names.length < own.parameters.length
  return { name, parameters, returns: [], doc: commentAbove(source, own), link: '', ...(variadic ? { variadic } : {}) }
}

function argumentIndex(source: string, call: AnyCall, offset: number): number {
  const given = argumentsOf(call)
  const index = given.findIndex((argument) => offset <= argument.range[1])
  if (index >= 0) return index
  const last = given.at(-1)
  if (!last) return 0
  return source.slice(last.range[1], offset).includes(',') ? given.length : given.length - 1
}
