import type { AnyCall, Chunk, Expression, FunctionDeclaration, Identifier } from './ast.ts'
import { type FunctionDoc, type LuaTypeName, typeOfReturn } from './doc-types.ts'
import { functionDoc, isObjectType, methodDoc, typeDoc } from './docs.ts'
import { Functions } from './functions.ts'
import { entryFunctions, libraries, libraryValues } from './library-docs.ts'
import { type Given, resolve, type Scopes, type Variable } from './scopes.ts'
import { type Field, Shapes } from './shapes.ts'
import { argumentsOf, dottedName, isCall, stringValue } from './walk.ts'

/**
 * A script with what its names stand for and what its expressions are. With `guess` an expression that may be several
 * things is the likeliest of them, which is what completion wants; without, it is then `any`, so that nothing is said
 * of it that need not be true.
 */
export class Model {
  readonly chunk: Chunk
  readonly scopes: Scopes
  readonly shapes: Shapes
  readonly functions: Functions
  private readonly guess: boolean
  private readonly types = new Map<Variable, LuaTypeName>()
  private readonly results = new Map<FunctionDeclaration, LuaTypeName[]>()

  constructor(chunk: Chunk, { guess = false }: { guess?: boolean } = {}) {
    this.chunk = chunk
    this.guess = guess
    this.scopes = resolve(chunk)
    this.shapes = new Shapes(chunk, this.scopes)
    this.functions = new Functions(chunk, this.scopes, this.shapes)
    this.shapes.functions = this.functions
  }

  variable(identifier: Identifier): Variable | undefined {
    return this.scopes.of.get(identifier)
  }

  /** Locals that can be seen at `offset`, inner ones first, and globals the script makes. */
  visible(offset: number): Variable[] {
    const seen = new Set<string>()
    return this.scopes.variables
      .filter((variable) => variable.kind === 'global' || (variable.scope[0] <= offset && offset <= variable.scope[1]))
      .sort((a, b) => b.declaration.range[0] - a.declaration.range[0])
      .filter((variable) => !seen.has(variable.name) && seen.add(variable.name))
  }

  typeOfVariable(variable: Variable): LuaTypeName {
    const known = this.types.get(variable)
    if (known) return known
    this.types.set(variable, 'any') // a variable made of itself
    const type = this.inferVariable(variable)
    this.types.set(variable, type)
    return type
  }

  private inferVariable(variable: Variable): LuaTypeName {
    const { init, assigned, parameterOf, value } = variable
    const later = assigned.map((given) => this.typeOfGiven(given))
    if (parameterOf) return this.join([this.typeOfParameter(parameterOf.node, parameterOf.index, variable), ...later])
    if (value) return this.join(['function', ...later])
    return this.join([...(init ? [this.typeOfGiven(init)] : []), ...later])
  }

  private typeOfGiven(given: Given | undefined): LuaTypeName {
    if (!given) return 'nil'
    const { expression, result, iterator } = given
    return iterator ? this.typeOfIterated(expression, result) : this.typeOf(expression, result)
  }

  /** One type for what may be any of several; nil apart, which everything may be. */
  private join(types: LuaTypeName[]): LuaTypeName {
    const some = types.filter((type) => type !== 'nil')
    const [first] = some
    if (!first) return types.length > 0 ? 'nil' : 'any'
    if (some.every((type) => type === first)) return first
    if (!this.guess) return 'any'
    return some.find((type) => isObjectType(type)) ?? some.find((type) => type !== 'any') ?? 'any'
  }

  private typeOfParameter(node: FunctionDeclaration, index: number, variable: Variable): LuaTypeName {
    const { identifier } = node
    if (identifier?.type === 'Identifier' && index === 0) {
      const entry = Object.hasOwn(entryFunctions, identifier.name) ? entryFunctions[identifier.name] : undefined
      if (entry) return entry.parameter as LuaTypeName
    }
    const given = this.functions.argumentsFor(node, index).map((argument) => this.typeOf(argument))
    if (given.length > 0 && (this.guess || !this.functions.escapes(node))) {
      const type = this.join(given)
      if (type !== 'any' && type !== 'nil') return type
      if (!this.guess) return 'any'
    }
    const names = this.guess ? /^(request|response|stream)_?handle$|^handle$/i : /^(request|response|stream)_handle$/
    return names.test(variable.name) ? 'StreamHandle' : 'any'
  }

  private typeOfIterated(expression: Expression, result: number): LuaTypeName {
    if (!isCall(expression)) return 'any'
    const { base } = expression
    if (base.type === 'MemberExpression' && base.indexer === ':') {
      if (base.identifier.name === 'bodyChunks') return result === 0 ? 'Buffer' : 'nil'
      if (base.identifier.name === 'gmatch') return 'string'
    }
    const [subject] = argumentsOf(expression)
    if (base.type !== 'Identifier' || !subject) return dottedName(base) === 'string.gmatch' ? 'string' : 'any'
    if (base.name === 'ipairs') return result === 0 ? 'number' : 'any'
    if (base.name !== 'pairs') return 'any'
    const type = this.typeOf(subject)
    return typeDoc(type)?.pairs?.[result] ?? 'any'
  }

  /** What an expression gives; `result` counts the values of a call from 0. */
  typeOf(node: Expression, result = 0): LuaTypeName {
    switch (node.type) {
      case 'Identifier': {
        const variable = this.variable(node)
        if (variable) return this.typeOfVariable(variable)
        if (functionDoc(node.name)) return 'function'
        return Object.hasOwn(libraries, node.name) ? 'table' : 'any'
      }
      case 'StringLiteral':
        return 'string'
      case 'NumericLiteral':
        return 'number'
      case 'BooleanLiteral':
        return 'boolean'
      case 'NilLiteral':
        return 'nil'
      case 'TableConstructorExpression':
        return 'table'
      case 'FunctionDeclaration':
        return 'function'
      case 'UnaryExpression':
        return node.operator === 'not' ? 'boolean' : 'number'
      case 'BinaryExpression':
        return typeOfOperator(node.operator)
      case 'LogicalExpression':
        return this.typeOfLogical(node.operator, node.left, node.right)
      case 'MemberExpression':
        return this.typeOfMember(node)
      case 'CallExpression':
      case 'TableCallExpression':
      case 'StringCallExpression':
        return this.typeOfCall(node, result)
      default:
        return 'any'
    }
  }

  private typeOfLogical(operator: string, left: Expression, right: Expression): LuaTypeName {
    const second = this.typeOf(right)
    return operator === 'and' ? second : this.join([this.typeOf(left), second])
  }

  private typeOfMember(node: Extract<Expression, { type: 'MemberExpression' }>): LuaTypeName {
    const field = this.shapes.field(node.base, node.identifier.name)
    if (field) return this.typeOfField(field)
    if (node.indexer === '.') {
      const name = dottedName(node)
      if (name && Object.hasOwn(libraryValues, name)) return libraryValues[name] as LuaTypeName
      if (name && functionDoc(name)) return 'function'
    }
    return methodDoc(this.typeOf(node.base), node.identifier.name) ? 'function' : 'any'
  }

  /** What a name in a table is given. */
  typeOfField({ values }: Field): LuaTypeName {
    return this.join(values.map((given) => this.typeOfGiven(given)))
  }

  private typeOfCall(call: AnyCall, result: number): LuaTypeName {
    const own = this.functions.called(call)
    if (own) return this.typeOfResult(own, result)
    if (this.guess && this.isGlobal(call.base, 'pcall')) return this.typeOfProtected(call, result)
    const doc = this.docOfCall(call)
    if (doc?.name === 'setmetatable') return 'table'
    if (!doc) return 'any'
    const type = typeOfReturn(doc.returns[result])
    return isObjectType(type) || basicTypes.has(type) ? type : 'any'
  }

  private typeOfResult(node: FunctionDeclaration, result: number): LuaTypeName {
    const known = this.results.get(node) ?? []
    this.results.set(node, known)
    if (known[result]) return known[result]
    known[result] = 'any' // a function that returns what it returns
    const types = this.functions.returnsOf(node).map((given) => {
      const direct = given[result]
      if (direct) return this.typeOf(direct)
      const last = given.at(-1)
      return last && isCall(last) ? this.typeOf(last, result - given.length + 1) : 'nil'
    })
    known[result] = types.length > 0 ? this.join(types) : 'nil'
    return known[result]
  }

  // pcall(f, ...): true and what f returns, when all goes well.
  private typeOfProtected(call: AnyCall, result: number): LuaTypeName {
    if (result === 0) return 'boolean'
    const [first] = argumentsOf(call)
    const own = first && this.functions.of(first)
    return own ? this.typeOfResult(own, result - 1) : 'any'
  }

  private isGlobal(base: Expression, name: string): boolean {
    return base.type === 'Identifier' && base.name === name && !this.variable(base)
  }

  /** The documented function a call goes to. */
  docOfCall(call: AnyCall): FunctionDoc | undefined {
    return this.docOf(call.base)
  }

  private docOf(base: Expression, depth = 0): FunctionDoc | undefined {
    if (base.type === 'MemberExpression' && base.indexer === ':')
      return this.shapes.field(base.base, base.identifier.name)
        ? undefined
        : this.methodOf(this.typeOf(base.base), base.identifier.name)
    // local format = string.format
    const variable = base.type === 'Identifier' ? this.variable(base) : undefined
    const alias = variable && variable.assigned.length === 0 ? variable.init : undefined
    if (alias && !alias.iterator && alias.result === 0 && depth < 4 && dottedName(alias.expression))
      return this.docOf(alias.expression, depth + 1)
    const name = dottedName(base)
    if (!name || this.isOwn(base)) return undefined
    return functionDoc(name)
  }

  // What a script adds to the string library is no method of Envoy's any more.
  private methodOf(type: LuaTypeName, name: string): FunctionDoc | undefined {
    if (type === 'string' && this.shapes.addedTo('string')?.has(name)) return undefined
    return methodDoc(type, name)
  }

  private isOwn(base: Expression): boolean {
    if (base.type === 'Identifier') return this.variable(base) !== undefined
    if (base.type !== 'MemberExpression') return false
    return this.isOwn(base.base) || this.shapes.field(base.base, base.identifier.name) !== undefined
  }

  /** The string an expression always gives: a literal, a constant, or several put together. */
  textOf(node: Expression | undefined, depth = 0): string | undefined {
    if (!node || depth > 8) return undefined
    if (node.type === 'BinaryExpression' && node.operator === '..') {
      const left = this.textOf(node.left, depth + 1)
      const right = this.textOf(node.right, depth + 1)
      return left === undefined || right === undefined ? undefined : left + right
    }
    const given = this.constantOf(node)
    return given ? this.textOf(given.expression, depth + 1) : stringValue(node)
  }

  private constantOf(node: Expression): Given | undefined {
    if (node.type === 'MemberExpression') {
      const values = this.shapes.field(node.base, node.identifier.name)?.values ?? []
      return values.length === 1 && values[0]?.result === 0 ? values[0] : undefined
    }
    const variable = node.type === 'Identifier' ? this.variable(node) : undefined
    const { init } = variable ?? {}
    return init && !init.iterator && init.result === 0 && variable?.assigned.length === 0 ? init : undefined
  }
}

const basicTypes = new Set<string>(['string', 'number', 'boolean', 'table', 'function', 'nil'])

function typeOfOperator(operator: string): LuaTypeName {
  if (operator === '..') return 'string'
  return ['==', '~=', '<', '>', '<=', '>='].includes(operator) ? 'boolean' : 'number'
}
