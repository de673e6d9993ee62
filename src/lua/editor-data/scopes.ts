import type { Chunk, Expression, FunctionDeclaration, Identifier, LuaNode, Statement } from './ast.ts'
import { childrenOf } from './walk.ts'

/** An expression that a variable gets a value of: which of its results (from 0), and whether a loop calls it for them. */
export interface Given {
  expression: Expression
  result: number
  iterator: boolean
}

/** A variable: a local, or a global the script makes. */
export interface Variable {
  name: string
  kind: 'local' | 'parameter' | 'loop' | 'function' | 'global'
  /** Where it is declared; a global where it is first assigned. */
  declaration: Identifier
  /** Every place that names it, the declaration among them, in order. */
  uses: Identifier[]
  /** From here to there a local can be seen. */
  scope: [number, number]
  /** What it was given where it is declared. */
  init: Given | undefined
  /** What it was given afterwards. */
  assigned: (Given | undefined)[]
  /** The function whose parameter it is, and its position. */
  parameterOf: { node: FunctionDeclaration; index: number } | undefined
  /** The function it names. */
  value: FunctionDeclaration | undefined
}

export interface Scopes {
  variables: Variable[]
  /** What an identifier stands for; names that the script never makes are missing. */
  of: Map<Identifier, Variable>
  /** Names that are read and never made, with each place. */
  free: Map<string, Identifier[]>
}

/** Finds what each name in a script stands for, by Lua's scoping. */
export function resolve(chunk: Chunk): Scopes {
  const resolver = new Resolver()
  resolver.block(chunk.body, chunk.range[1])
  return resolver.finish()
}

class Resolver {
  private readonly variables: Variable[] = []
  private readonly of = new Map<Identifier, Variable>()
  private readonly globals = new Map<string, Variable>()
  private readonly unresolved: Identifier[] = []
  private scopes: Map<string, Variable>[] = []

  block(statements: Statement[], end: number, before: (() => void) | undefined = undefined): void {
    this.scopes.push(new Map())
    before?.()
    for (const statement of statements) this.statement(statement, end)
    this.scopes.pop()
  }

  finish(): Scopes {
    const free = new Map<string, Identifier[]>()
    for (const identifier of this.unresolved) {
      const variable = this.globals.get(identifier.name)
      if (variable) this.use(identifier, variable)
      else free.set(identifier.name, [...(free.get(identifier.name) ?? []), identifier])
    }
    for (const variable of this.variables) variable.uses.sort((a, b) => a.range[0] - b.range[0])
    return { variables: this.variables, of: this.of, free }
  }

  private declare(identifier: Identifier, kind: Variable['kind'], end: number, more: Partial<Variable> = {}): Variable {
    const variable: Variable = {
      name: identifier.name,
      kind,
      declaration: identifier,
      uses: [],
      scope: [identifier.range[1], end],
      init: undefined,
      assigned: [],
      parameterOf: undefined,
      value: undefined,
      ...more,
    }
    this.variables.push(variable)
    this.use(identifier, variable)
    if (kind !== 'global') this.scopes.at(-1)!.set(identifier.name, variable)
    return variable
  }

  private use(identifier: Identifier, variable: Variable): void {
    this.of.set(identifier, variable)
    variable.uses.push(identifier)
  }

  private lookup(name: string): Variable | undefined {
    for (let i = this.scopes.length - 1; i >= 0; i--) {
      const found = this.scopes[i]!.get(name)
      if (found) return found
    }
    return undefined
  }

  private statement(node: Statement, end: number): void {
    switch (node.type) {
      case 'LocalStatement':
        for (const init of node.init) this.expression(init)
        node.variables.forEach((identifier, i) => {
          const given = initOf(node.init, i)
          const value = given?.expression.type === 'FunctionDeclaration' ? given.expression : undefined
          this.declare(identifier, 'local', end, { init: given, value, scope: [node.range[1], end] })
        })
        return
      case 'AssignmentStatement':
        for (const init of node.init) this.expression(init)
        node.variables.forEach((target, i) => {
          if (target.type === 'Identifier') this.assign(target, initOf(node.init, i))
          else this.expression(target)
        })
        return
      case 'FunctionDeclaration':
        this.functionStatement(node, end)
        return
      case 'ForNumericStatement':
        for (const part of [node.start, node.end, node.step]) if (part) this.expression(part)
        this.block(node.body, node.range[1], () => void this.declare(node.variable, 'loop', node.range[1]))
        return
      case 'ForGenericStatement':
        for (const iterator of node.iterators) this.expression(iterator)
        this.block(node.body, node.range[1], () => {
          node.variables.forEach((identifier, i) => {
            const expression = node.iterators[0]
            const init = expression && { expression, result: i, iterator: true }
            this.declare(identifier, 'loop', node.range[1], { init })
          })
        })
        return
      case 'RepeatStatement':
        // The condition still sees the locals of the body.
        this.scopes.push(new Map())
        for (const inner of node.body) this.statement(inner, node.range[1])
        this.expression(node.condition)
        this.scopes.pop()
        return
      case 'IfStatement':
        for (const clause of node.clauses) {
          if (clause.condition) this.expression(clause.condition)
          this.block(clause.body, clause.range[1])
        }
        return
      case 'WhileStatement':
        this.expression(node.condition)
        this.block(node.body, node.range[1])
        return
      case 'DoStatement':
        this.block(node.body, node.range[1])
        return
      case 'GotoStatement':
      case 'LabelStatement':
      case 'BreakStatement':
        return
      default:
        for (const child of childrenOf(node)) this.expression(child as Expression)
    }
  }

  private functionStatement(node: FunctionDeclaration, end: number): void {
    const { identifier } = node
    if (identifier?.type === 'Identifier') {
      if (node.isLocal) this.declare(identifier, 'function', end, { value: node })
      else this.assign(identifier, { expression: node, result: 0, iterator: false })
    } else if (identifier) this.expression(identifier)
    this.functionBody(node)
  }

  private functionBody(node: FunctionDeclaration): void {
    this.block(node.body, node.range[1], () => {
      const { identifier } = node
      if (identifier?.type === 'MemberExpression' && identifier.indexer === ':') {
        const self: Identifier = { type: 'Identifier', name: 'self', range: identifier.range }
        this.scopes.at(-1)!.set('self', this.hidden(self, identifier.base, node.range[1]))
      }
      node.parameters.forEach((parameter, index) => {
        if (parameter.type === 'Identifier')
          this.declare(parameter, 'parameter', node.range[1], { parameterOf: { node, index } })
      })
    })
  }

  // The self of a method is the table that the method is put into, as far as can be told.
  private hidden(identifier: Identifier, owner: Expression, end: number): Variable {
    return {
      name: identifier.name,
      kind: 'parameter',
      declaration: identifier,
      uses: [],
      scope: [identifier.range[0], end],
      init: { expression: owner, result: 0, iterator: false },
      assigned: [],
      parameterOf: undefined,
      value: undefined,
    }
  }

  private assign(identifier: Identifier, init: Given | undefined): void {
    const local = this.lookup(identifier.name)
    if (local) {
      local.assigned.push(init)
      this.use(identifier, local)
      return
    }
    const global = this.globals.get(identifier.name)
    if (global) {
      global.assigned.push(init)
      this.use(identifier, global)
      return
    }
    const value = init?.expression.type === 'FunctionDeclaration' ? init.expression : undefined
    this.globals.set(identifier.name, this.declare(identifier, 'global', Number.POSITIVE_INFINITY, { init, value }))
  }

  private expression(node: Expression | LuaNode): void {
    switch (node.type) {
      case 'Identifier': {
        const local = this.lookup((node as Identifier).name)
        if (local) this.use(node as Identifier, local)
        else this.unresolved.push(node as Identifier)
        return
      }
      case 'FunctionDeclaration':
        this.functionBody(node as FunctionDeclaration)
        return
      case 'MemberExpression':
        this.expression((node as { base: Expression }).base)
        return
      case 'TableKeyString':
        this.expression((node as { value: Expression }).value)
        return
      default:
        for (const child of childrenOf(node)) this.expression(child)
    }
  }
}

/** What the name at `index` of an assignment is given. */
export function initOf(init: Expression[], index: number): Given | undefined {
  const direct = init[index]
  if (direct) return { expression: direct, result: 0, iterator: false }
  const last = init.at(-1)
  return last ? { expression: last, result: index - init.length + 1, iterator: false } : undefined
}
