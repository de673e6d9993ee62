import type { LuaContext } from './context.ts'
import type { Finding } from './diagnose.ts'
import { methodsOf, typeDoc } from './docs.ts'
import type { Model } from './infer.ts'
import { entryFunctions, globalNames, libraries, libraryValues } from './library-docs.ts'
import { closest } from './suggest.ts'
import { dottedName, walk } from './walk.ts'

/** Names, members and methods that do not exist, and entry functions that are missing or misspelt. */
export function nameChecks(model: Model, context: LuaContext): Finding[] {
  return [...undefinedGlobals(model), ...members(model), ...entries(model, context)]
}

function undefinedGlobals(model: Model): Finding[] {
  const found: Finding[] = []
  for (const [name, places] of model.scopes.free) {
    if (globalNames.has(name)) continue
    for (const place of places) {
      const visible = model.visible(place.range[0]).map((variable) => variable.name)
      found.push(
        withSuggestion(name, [...visible, ...globalNames], {
          start: place.range[0],
          end: place.range[1],
          severity: 'warning',
          code: 'undefined-global',
          message: `${name} is never given a value: it is nil`,
        }),
      )
    }
  }
  return found
}

function members(model: Model): Finding[] {
  const found: Finding[] = []
  walk(model.chunk, (node) => {
    if (node.type !== 'MemberExpression' || !('base' in node) || !('indexer' in node)) return
    const { name, range } = node.identifier
    const at = { start: range[0], end: range[1] }
    if (node.indexer === '.') {
      const base = node.base.type === 'Identifier' && !model.variable(node.base) ? dottedName(node.base) : undefined
      const library = base && Object.hasOwn(libraries, base) ? libraries[base] : undefined
      if (!library || `${base}.${name}` in libraryValues || library.some((doc) => doc.name === name)) return
      const message = `${base} has no ${name}`
      found.push(
        withSuggestion(
          name,
          library.map((doc) => doc.name),
          { ...at, severity: 'error', code: 'unknown-member', message },
        ),
      )
      return
    }
    const type = model.typeOf(node.base)
    const methods = methodsOf(type)
    if (methods.length === 0 || methods.some((method) => method.name === name)) return
    const what = typeDoc(type) ? `a ${type} object` : 'a string'
    found.push(
      withSuggestion(
        name,
        methods.map((method) => method.name),
        {
          ...at,
          severity: 'error',
          code: 'unknown-method',
          message: `${what} has no method ${name}`,
        },
      ),
    )
  })
  return found
}

function entries(model: Model, context: LuaContext): Finding[] {
  const kind = context.kind ?? 'http'
  const wanted = {
    http: ['envoy_on_request', 'envoy_on_response'],
    clusterSpecifier: ['envoy_on_route'],
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
