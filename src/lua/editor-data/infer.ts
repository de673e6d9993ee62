import type { AnyCall, Chunk, Expression, FunctionDeclaration, Identifier } from './ast.ts'
import { type FunctionDoc, type LuaTypeName, typeOfReturn } from './doc-types.ts'
import { functionDoc, isObjectType, methodDoc, typeDoc } from './docs.ts'
import { entryFunctions, libraries, libraryValues } from './library-docs.ts'
import { resolve, type Scopes, type Variable } from './scopes.ts'
import { argumentsOf, dottedName, isCall, walk } from './walk.ts'

/** A script with what its names stand for and what its expressions are. */
export class Model {
  readonly chunk: Chunk
  readonly scopes: Scopes
  private readonly types = new Map<Variable, LuaTypeName>()
  private readonly callsOf = new Map<Variable, AnyCall[]>()

  constructor(chunk: Chunk) {
    this.chunk = chunk
    this.scopes = resolve(chunk)
    walk(chunk, (node) => {
      if (!isCall(node) || node.base.type !== 'Identifier') return
      const variable = this.scopes.of.get(node.base)
      if (variable) this.callsOf.set(variable, [...(this.callsOf.get(variable) ?? []), node])
    })
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
    if (variable.value) return 'function'
    if (variable.parameterOf)
      return this.typeOfParameter(variable.parameterOf.node, variable.parameterOf.index, variable)
    const { init } = variable
    if (!init) return 'any'
    return init.iterator ? this.typeOfIterated(init.expression, init.result) : this.typeOf(init.expression, init.result)
  }

  private typeOfParameter(node: FunctionDeclaration, index: number, variable: Variable): LuaTypeName {
    const { identifier } = node
    if (identifier?.type === 'Identifier' && index === 0) {
      const entry = Object.hasOwn(entryFunctions, identifier.name) ? entryFunctions[identifier.name] : undefined
      if (entry) return entry.parameter as LuaTypeName
    }
    const owner = this.scopes.variables.find((candidate) => candidate.value === node)
    for (const call of owner ? (this.callsOf.get(owner) ?? []) : []) {
      const given = argumentsOf(call)[index]
      const type = given ? this.typeOf(given) : 'any'
      if (type !== 'any' && type !== 'nil') return type
    }
    return /^(request|response|stream)_?handle$|^handle$/i.test(variable.name) ? 'StreamHandle' : 'any'
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
    const first = this.typeOf(left)
    const second = this.typeOf(right)
    if (operator === 'and') return second
    return first === 'any' || first === 'nil' ? second : first
  }

  private typeOfMember(node: Extract<Expression, { type: 'MemberExpression' }>): LuaTypeName {
    if (node.indexer === '.') {
      const name = dottedName(node)
      if (name && Object.hasOwn(libraryValues, name)) return libraryValues[name] as LuaTypeName
      if (name && functionDoc(name)) return 'function'
    }
    return methodDoc(this.typeOf(node.base), node.identifier.name) ? 'function' : 'any'
  }

  private typeOfCall(call: AnyCall, result: number): LuaTypeName {
    const doc = this.docOfCall(call)
    if (!doc) return 'any'
    const type = typeOfReturn(doc.returns[result])
    return isObjectType(type) || basicTypes.has(type) ? type : 'any'
  }

  /** The documented function a call goes to. */
  docOfCall(call: AnyCall): FunctionDoc | undefined {
    const { base } = call
    if (base.type === 'MemberExpression' && base.indexer === ':')
      return methodDoc(this.typeOf(base.base), base.identifier.name)
    const name = dottedName(base)
    if (!name || this.isOwn(base)) return undefined
    return functionDoc(name)
  }

  private isOwn(base: Expression): boolean {
    if (base.type === 'Identifier') return this.variable(base) !== undefined
    return base.type === 'MemberExpression' && this.isOwn(base.base)
  }
}

const basicTypes = new Set<string>(['string', 'number', 'boolean', 'table', 'function', 'nil'])

function typeOfOperator(operator: string): LuaTypeName {
  if (operator === '..') return 'string'
  return ['==', '~=', '<', '>', '<=', '>='].includes(operator) ? 'boolean' : 'number'
}
