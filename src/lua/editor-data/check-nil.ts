import type { Expression, Identifier, LuaNode } from './ast.ts'
import type { Finding } from './diagnose.ts'
import type { Model } from './infer.ts'
import type { Variable } from './scopes.ts'
import { argumentsOf, childrenOf, isCall } from './walk.ts'

const WHEN_NIL: Record<string, string> = {
  body: 'when there is no body',
  trailers: 'when there are no trailers',
  downstreamSslConnection: 'when the client did not use TLS',
  ssl: 'when the client did not use TLS',
  get: 'when it is missing',
}

/** What may be nil and is used as if it could not be: at once, or through a variable that nobody asks about. */
export function nilChecks(model: Model, source: string): Finding[] {
  const found: Finding[] = []
  const parents = new Map<LuaNode, LuaNode>()
  const visit = (node: LuaNode): void => {
    for (const child of childrenOf(node)) {
      parents.set(child, node)
      const use = whatIsDone(child, node)
      const finding = use && isCall(child) ? atOnce(model, source, child, use) : undefined
      if (finding) found.push(finding)
      visit(child)
    }
  }
  visit(model.chunk)
  for (const variable of model.scopes.variables) {
    const finding = unasked(model, variable, parents)
    if (finding) found.push(finding)
  }
  return found
}

/** What is done with a value that nil cannot stand for. */
function whatIsDone(node: LuaNode, parent: LuaNode): string | undefined {
  if (parent.type === 'MemberExpression' && (parent as { base: Expression }).base === node)
    return `${(parent as { indexer: string }).indexer === ':' ? 'calling' : 'reading'} ${(parent as { identifier: Identifier }).identifier.name} on it`
  const isConcat = parent.type === 'BinaryExpression' && (parent as { operator: string }).operator === '..'
  return isConcat ? 'putting it in a string' : undefined
}

/** The method that gives nil, and when; undefined for what always gives something. */
function nilOf(model: Model, node: Expression): { name: string; when: string; at: Identifier } | undefined {
  if (!isCall(node) || node.base.type !== 'MemberExpression') return undefined
  const doc = model.docOfCall(node)
  const when = doc && Object.hasOwn(WHEN_NIL, doc.name) ? WHEN_NIL[doc.name] : undefined
  if (!doc?.returns[0]?.endsWith('?') || !when) return undefined
  const [first] = argumentsOf(node)
  // body(true) is always there; so are :path and its like, as good as always.
  if ((doc.name === 'body' && first) || model.textOf(first)?.startsWith(':')) return undefined
  return { name: doc.name, when, at: node.base.identifier }
}

function atOnce(model: Model, source: string, node: Expression, use: string): Finding | undefined {
  const nil = nilOf(model, node)
  if (!nil) return undefined
  // The same words before may be the question whether it is there.
  const [start, end] = node.range
  if (source.indexOf(source.slice(start, end)) < start) return undefined
  const severity = nil.name.startsWith('get') ? ('info' as const) : ('warning' as const)
  const message = `${nil.name}() gives nil ${nil.when}, and ${use} is an error then`
  return { start: nil.at.range[0], end: nil.at.range[1], severity, code: 'perhaps-nil', message }
}

// Only a variable that is never compared, tested, handed on or given something else: then nobody can have asked.
function unasked(model: Model, variable: Variable, parents: ReadonlyMap<LuaNode, LuaNode>): Finding | undefined {
  const { init, assigned, declaration, uses } = variable
  if (!init || init.iterator || init.result > 0 || assigned.length > 0 || variable.kind === 'global') return undefined
  const nil = nilOf(model, init.expression)
  if (!nil) return undefined
  const others = uses.filter((use) => use !== declaration)
  const how = others.map((use) => whatIsDone(use, parents.get(use) ?? model.chunk))
  const [first] = how
  if (!first || how.includes(undefined)) return undefined
  const [start, end] = others[0]!.range
  const message = `${variable.name} is nil ${nil.when}, and ${first} is an error then`
  return { start, end, severity: 'info', code: 'perhaps-nil', message }
}
