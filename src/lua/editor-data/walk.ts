import type { AnyCall, Expression, FunctionDeclaration, LuaNode, Statement } from './ast.ts'

/** Where nodes have other nodes, in the order of the source; the other kinds have none. */
const PARTS: Record<string, readonly string[]> = {
  Chunk: ['body'],
  LocalStatement: ['variables', 'init'],
  AssignmentStatement: ['variables', 'init'],
  CallStatement: ['expression'],
  ReturnStatement: ['arguments'],
  DoStatement: ['body'],
  WhileStatement: ['condition', 'body'],
  RepeatStatement: ['body', 'condition'],
  IfStatement: ['clauses'],
  IfClause: ['condition', 'body'],
  ElseifClause: ['condition', 'body'],
  ElseClause: ['body'],
  ForNumericStatement: ['variable', 'start', 'end', 'step', 'body'],
  ForGenericStatement: ['variables', 'iterators', 'body'],
  FunctionDeclaration: ['identifier', 'parameters', 'body'],
  CallExpression: ['base', 'arguments'],
  TableCallExpression: ['base', 'arguments'],
  StringCallExpression: ['base', 'argument'],
  MemberExpression: ['base', 'identifier'],
  IndexExpression: ['base', 'index'],
  BinaryExpression: ['left', 'right'],
  LogicalExpression: ['left', 'right'],
  UnaryExpression: ['argument'],
  TableConstructorExpression: ['fields'],
  TableKey: ['key', 'value'],
  TableKeyString: ['key', 'value'],
  TableValue: ['value'],
}

const none: readonly LuaNode[] = []
const known = new WeakMap<LuaNode, readonly LuaNode[]>()

/** The nodes directly inside a node, in the order of the source. */
export function childrenOf(node: LuaNode): readonly LuaNode[] {
  const parts = PARTS[node.type]
  if (!parts) return none
  const before = known.get(node)
  if (before) return before
  const found: LuaNode[] = []
  for (const part of parts) {
    const value = (node as unknown as Record<string, LuaNode | LuaNode[] | null>)[part]
    if (Array.isArray(value)) found.push(...value)
    else if (value) found.push(value)
  }
  known.set(node, found)
  return found
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
  const look = (node: LuaNode): void => {
    if (node.range[0] > offset || offset > node.range[1]) return
    if (pick(node)) found = node
    for (const child of childrenOf(node)) look(child)
  }
  // A chunk's range may leave out what stands around its statements.
  if (pick(root)) found = root
  for (const child of childrenOf(root)) look(child)
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

/** `(handle, ...)`: the parameters of a function of the script. */
export function parameterList({ parameters }: FunctionDeclaration): string {
  return `(${parameters.map((parameter) => (parameter.type === 'Identifier' ? parameter.name : '...')).join(', ')})`
}
