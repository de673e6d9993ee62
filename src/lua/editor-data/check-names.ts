import type { AnyCall, Expression, MemberExpression } from './ast.ts'
import type { LuaContext } from './context.ts'
import type { Finding } from './diagnose.ts'
import { methodsOf, typeDoc } from './docs.ts'
import type { Model } from './infer.ts'
import { entryFunctions, globalNames, libraries, libraryValues } from './library-docs.ts'
import { closest } from './suggest.ts'
import { argumentsOf, dottedName, isCall, walk } from './walk.ts'

/** Names, members and methods that do not exist, and entry functions that are missing or misspelt. */
export function nameChecks(model: Model, context: LuaContext): Finding[] {
  return [...undefinedGlobals(model), ...members(model), ...entries(model, context)]
}

// Names that are made through _G, or that cannot be known.
function madeElsewhere(model: Model): { names: Set<string>; any: boolean } {
  const names = new Set(model.shapes.addedTo('_G')?.keys())
  let any = model.scopes.free.has('setfenv') || model.scopes.free.has('module')
  walk(model.chunk, (node) => {
    const first = isCall(node) ? argumentsOf(node)[0] : undefined
    const isRaw = first && ['rawset', 'setmetatable'].includes(dottedName((node as AnyCall).base) ?? '')
    if (isRaw && first.type === 'Identifier' && first.name === '_G') any = true
    if (node.type !== 'AssignmentStatement') return
    for (const target of (node as { variables: Expression[] }).variables) {
      if (target.type !== 'IndexExpression' || target.base.type !== 'Identifier' || target.base.name !== '_G') continue
      const name = model.textOf(target.index)
      if (name === undefined) any = true
      else names.add(name)
    }
  })
  return { names, any }
}

function undefinedGlobals(model: Model): Finding[] {
  const found: Finding[] = []
  const made = madeElsewhere(model)
  if (made.any) return found
  for (const [name, places] of model.scopes.free) {
    if (globalNames.has(name) || made.names.has(name)) continue
    const visible = model.visible(places[0]!.range[0]).map((variable) => variable.name)
    const candidates = [...new Set([...visible, ...globalNames])]
    const message = `${name} is never given a value: it is nil`
    const finding = withSuggestion(name, candidates, {
      start: 0,
      end: 0,
      severity: 'warning',
      code: 'undefined-global',
      message,
    })
    for (const { range } of places) found.push({ ...finding, start: range[0], end: range[1] })
  }
  return found
}

function members(model: Model): Finding[] {
  const found: Finding[] = []
  walk(model.chunk, (node) => {
    if (node.type === 'MemberExpression') {
      const member = node as MemberExpression
      const finding = member.indexer === '.' ? libraryMember(model, member) : method(model, member)
      if (finding) found.push(finding)
    }
  })
  return found
}

function libraryMember(model: Model, { base, identifier }: MemberExpression): Finding | undefined {
  const owner = base.type === 'Identifier' && !model.variable(base) ? base.name : undefined
  const library = owner && Object.hasOwn(libraries, owner) ? libraries[owner] : undefined
  const { name, range } = identifier
  if (!owner || !library || `${owner}.${name}` in libraryValues || library.some((doc) => doc.name === name)) return
  if (model.shapes.addedTo(owner)?.has(name)) return
  const at = { start: range[0], end: range[1] }
  const names = library.map((doc) => doc.name)
  return withSuggestion(name, names, {
    ...at,
    severity: 'error',
    code: 'unknown-member',
    message: `${owner} has no ${name}`,
  })
}

function method(model: Model, { base, identifier }: MemberExpression): Finding | undefined {
  const { name, range } = identifier
  const at = { start: range[0], end: range[1] }
  if (base.type === 'Identifier' && !model.variable(base) && libraries[base.name]?.some((doc) => doc.name === name)) {
    const message = `${name} is a function of ${base.name}: call it with a dot`
    const from = { start: range[0] - 1, end: range[1] }
    return { ...from, severity: 'warning', code: 'colon-for-dot', message, suggestion: `.${name}` }
  }
  const type = model.typeOf(base)
  const methods = methodsOf(type)
  if (methods.length === 0 || methods.some((method) => method.name === name)) return
  if (type === 'string' && model.shapes.addedTo('string')?.has(name)) return
  const names = methods.map((method) => method.name)
  const message = `${typeDoc(type) ? `a ${type} object` : 'a string'} has no method ${name}`
  return withSuggestion(name, names, { ...at, severity: 'error', code: 'unknown-method', message })
}

function entries(model: Model, context: LuaContext): Finding[] {
  const kind = context.kind ?? 'http'
  const wanted = {
    http: ['envoy_on_request', 'envoy_on_response'],
    clusterSpecifier: ['envoy_on_route'],
    stringMatcher: ['envoy_match'],
  }[kind]
  const globals = model.scopes.variables.filter((variable) => variable.kind === 'global')
  const locals = model.scopes.variables.filter((variable) => variable.kind === 'function' || variable.kind === 'local')
  const found: Finding[] = []
  for (const local of locals)
    if (Object.hasOwn(entryFunctions, local.name))
      found.push({
        start: local.declaration.range[0],
        end: local.declaration.range[1],
        severity: 'error',
        code: 'local-entry',
        message: `${local.name} is local, so Envoy does not find it: leave out local`,
      })
  if (globals.some((variable) => wanted.includes(variable.name))) return found
  for (const variable of globals) {
    const meant = variable.value && closest(variable.name, wanted)
    if (!meant) continue
    const [start, end] = variable.declaration.range
    const message = `Envoy does not call ${variable.name}: did you mean ${meant}?`
    found.push({ start, end, severity: 'warning', code: 'entry-name', message, suggestion: meant })
  }
  if (found.length === 0 && model.chunk.body.length > 0)
    found.push({
      start: 0,
      end: 0,
      severity: 'warning',
      code: 'no-entry',
      message: `the script defines neither ${wanted.join(' nor ')}: it is loaded and never called`,
    })
  return found
}

function withSuggestion(word: string, candidates: Iterable<string>, finding: Finding): Finding {
  const suggestion = closest(word, candidates)
  if (suggestion === undefined || suggestion === word) return finding
  return { ...finding, message: `${finding.message}; did you mean ${suggestion}?`, suggestion }
}
