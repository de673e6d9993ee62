import type { AnyCall, Chunk, Expression, FunctionDeclaration, Identifier, LuaNode } from './ast.ts'
import type { Scopes } from './scopes.ts'
import type { Shapes } from './shapes.ts'
import { argumentsOf, childrenOf, isCall } from './walk.ts'

interface Call {
  given: Expression[]
  /** The function the call stands in, undefined for the chunk itself. */
  from: FunctionDeclaration | undefined
}

// pcall(f, a): f is called with what stands behind it.
const CALLERS: Record<string, number> = { pcall: 1, xpcall: 2 }

/** The functions of a script: who calls them with what, what they return, where they stand. */
export class Functions {
  private readonly scopes: Scopes
  private readonly shapes: Shapes
  private readonly calls = new Map<FunctionDeclaration, Call[]>()
  private readonly returns = new Map<FunctionDeclaration, Expression[][]>()
  private readonly escaped = new Set<FunctionDeclaration>()
  private readonly around = new Map<LuaNode, FunctionDeclaration>()

  constructor(chunk: Chunk, scopes: Scopes, shapes: Shapes) {
    this.scopes = scopes
    this.shapes = shapes
    this.collect(chunk, undefined)
  }

  /** The function of the script that an expression stands for, when it can be no other. */
  of(node: Expression, depth = 0): FunctionDeclaration | undefined {
    if (node.type === 'FunctionDeclaration') return node
    return this.only(this.valuesOf(node), depth + 1)
  }

  /** The one function among the values that something is given. */
  only([value, ...others]: Expression[], depth = 0): FunctionDeclaration | undefined {
    return value && others.length === 0 && depth < 8 ? this.of(value, depth) : undefined
  }

  called(call: AnyCall): FunctionDeclaration | undefined {
    return this.of(call.base)
  }

  /** What calls hand to a parameter, counted from 0 and without self. */
  argumentsFor(node: FunctionDeclaration, index: number): Expression[] {
    return this.callsTo(node).flatMap((call) => call.given[index] ?? [])
  }

  callsTo(node: FunctionDeclaration): Call[] {
    return this.calls.get(node) ?? []
  }

  /** True when it is handed on as a value: then not all of its calls are known. */
  escapes(node: FunctionDeclaration): boolean {
    return this.escaped.has(node)
  }

  /** What each of its return statements gives. */
  returnsOf(node: FunctionDeclaration): Expression[][] {
    return this.returns.get(node) ?? []
  }

  /** Names of the global functions from which a call can be reached. */
  reachedFrom(call: AnyCall): Set<string> {
    const found = new Set<string>()
    const seen = new Set<FunctionDeclaration>()
    const climb = (node: FunctionDeclaration | undefined): void => {
      if (!node || seen.has(node)) return
      seen.add(node)
      if (node.identifier?.type === 'Identifier' && !node.isLocal) found.add(node.identifier.name)
      climb(this.around.get(node))
      for (const { from } of this.callsTo(node)) climb(from)
    }
    climb(this.around.get(call))
    return found
  }

  private valuesOf(node: Expression): Expression[] {
    if (node.type === 'MemberExpression')
      return (this.shapes.field(node.base, node.identifier.name)?.values ?? []).map((given) => given.expression)
    const variable = node.type === 'Identifier' ? this.scopes.of.get(node) : undefined
    if (!variable || variable.parameterOf) return []
    // Often declared first, and given its function later.
    const given = [variable.init, ...variable.assigned].flatMap((one) => (one ? [one.expression] : []))
    return variable.kind === 'function' && variable.value ? [variable.value, ...given] : given
  }

  private collect(node: LuaNode, within: FunctionDeclaration | undefined): void {
    if (within && (node.type === 'FunctionDeclaration' || isCall(node))) this.around.set(node, within)
    if (isCall(node)) this.call(node, within)
    if (node.type === 'ReturnStatement' && within) {
      const given = (node as { arguments: Expression[] }).arguments
      this.returns.set(within, [...(this.returns.get(within) ?? []), given])
    }
    const inner = node.type === 'FunctionDeclaration' ? (node as FunctionDeclaration) : within
    const silent = this.notRead(node)
    for (const child of childrenOf(node)) {
      const isName = child.type === 'Identifier' || child.type === 'MemberExpression'
      const value = isName && !silent.includes(child) ? this.of(child as Expression) : undefined
      if (value) this.escaped.add(value)
      if (child.type !== 'Identifier') this.collect(child, inner)
    }
  }

  // Children of a node that are declared, written to or called: functions do not get out that way.
  private notRead(node: LuaNode): readonly LuaNode[] {
    if (isCall(node))
      return this.callerOf(node) === undefined ? [node.base] : [node.base, ...argumentsOf(node).slice(0, 1)]
    switch (node.type) {
      case 'LocalStatement':
        return childrenOf(node)
      case 'AssignmentStatement':
        return (node as { variables: Expression[] }).variables
      case 'FunctionDeclaration': {
        const { identifier, parameters } = node as FunctionDeclaration
        return identifier ? [identifier, ...parameters] : parameters
      }
      case 'MemberExpression':
        return childrenOf(node)
      case 'TableKeyString':
        return [(node as unknown as { key: Identifier }).key]
      default:
        return []
    }
  }

  private callerOf(call: AnyCall): number | undefined {
    if (call.base.type !== 'Identifier' || this.scopes.of.has(call.base)) return undefined
    return Object.hasOwn(CALLERS, call.base.name) ? CALLERS[call.base.name] : undefined
  }

  private call(call: AnyCall, from: FunctionDeclaration | undefined): void {
    const given = argumentsOf(call)
    const skipped = this.callerOf(call)
    const target = skipped !== undefined && given[0] ? this.of(given[0]) : this.of(call.base)
    if (!target) return
    const list = this.calls.get(target) ?? []
    list.push({ given: skipped !== undefined ? given.slice(skipped) : aligned(call, target, given), from })
    this.calls.set(target, list)
  }
}

// Called with a colon and written with a dot, or the other way round: self is the first argument, or none.
function aligned(call: AnyCall, target: FunctionDeclaration, given: Expression[]): Expression[] {
  const { base } = call
  const withColon = base.type === 'MemberExpression' && base.indexer === ':'
  const { identifier } = target
  const hasSelf = identifier?.type === 'MemberExpression' && identifier.indexer === ':'
  if (withColon === hasSelf) return given
  return withColon ? [(base as { base: Expression }).base, ...given] : given.slice(1)
}
