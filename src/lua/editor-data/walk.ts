import type { AnyCall, Expression, LuaNode, Statement } from './ast.ts'

/** The nodes directly inside a node, in the order of the source. */
export function childrenOf(node: LuaNode): LuaNode[] {
  const found: LuaNode[] = []
  for (const [key, value] of Object.entries(node)) {
    if (key === 'range') continue
    for (const item of Array.isArray(value) ? value : [value]) if (isNode(item)) found.push(item)
  }
  return found.sort((a, b) => a.range[0] - b.range[0])
}

function isNode(value: unknown): value is LuaNode {
  return typeof value === 'object' && value !== null && 'type' in value && 'range' in value
}

/** Visits a node and all below it, outer ones first. */
export function walk(node: LuaNode, visit: (node: LuaNode) => void): void {
  visit(node)
  for (const child of childrenOf(node)) walk(child, visit)
}

/** The innermost node around `offset` for which `pick` holds; an offset just behind a node counts as inside. */
export function innermost<T extends LuaNode>(
  root: LuaNode,
  offset: number,
  pick: (node: LuaNode) => node is T,
): T | undefined {
  let found: T | undefined
  walk(root, (node) => {
    if (node.range[0] <= offset && offset <= node.range[1] && pick(node)) found = node
  })
  return found
}

export function isCall(node: LuaNode): node is AnyCall {
  return node.type === 'CallExpression' || node.type === 'TableCallExpression' || node.type === 'StringCallExpression'
}

export function argumentsOf(call: AnyCall): Expression[] {
  if (call.type === 'CallExpression') return call.arguments
  return [call.type === 'TableCallExpression' ? call.arguments : call.argument]
}

export function blocksOf(statement: Statement): Statement[][] {
  if (statement.type === 'IfStatement') return statement.clauses.map((clause) => clause.body)
  return 'body' in statement ? [statement.body] : []
}

/** `a.b.c` as text, undefined for anything but names joined by dots. */
export function dottedName(node: Expression): string | undefined {
  if (node.type === 'Identifier') return node.name
  if (node.type !== 'MemberExpression' || node.indexer !== '.') return undefined
  const base = dottedName(node.base)
  return base === undefined ? undefined : `${base}.${node.identifier.name}`
}

/** The text of a string literal, escapes undone for the plain ones. */
export function stringValue(node: Expression | undefined): string | undefined {
  if (node?.type !== 'StringLiteral') return undefined
  return node.value ?? node.raw.slice(1, -1)
}
