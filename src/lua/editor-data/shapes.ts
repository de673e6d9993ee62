import type { AnyCall, Chunk, Expression, FunctionDeclaration, Identifier, LuaNode, TableConstructor } from './ast.ts'
import type { Functions } from './functions.ts'
import { type Given, initOf, type Scopes, type Variable } from './scopes.ts'
import { childrenOf, isCall } from './walk.ts'

/** One name in a table: where it stands, and what a script puts there. */
export interface Field {
  name: string
  /** Every place that names it. */
  places: Set<Identifier>
  /** Those where it is given a value. */
  written: Identifier[]
  values: Given[]
  shape: Shape | undefined
}

/** What is known of a table: the names that a script gives values in it. */
export interface Shape {
  fields: Map<string, Field>
  /** Where names are looked up that it does not have: `setmetatable(t, { __index = base })`. */
  base: Shape | undefined
  /** Tables that look names up in this one: what its methods may be called on. */
  instances: Set<Shape>
}

/** The tables of a script: modules, options, objects with methods. */
export class Shapes {
  private readonly scopes: Scopes
  private readonly ofVariables = new Map<Variable, Shape>()
  private readonly ofTables = new Map<TableConstructor, Shape>()
  /** Of tables the script did not make: `function string.trim(s)` adds to one. */
  private readonly ofFree = new Map<string, Shape>()
  private readonly chunk: Chunk
  private readonly all: Shape[] = []
  private placesRead = false
  private readonly busy = new Set<LuaNode>()
  /** The functions of the script, once they are known: tables are handed to them and come from them. */
  functions: Functions | undefined

  constructor(chunk: Chunk, scopes: Scopes) {
    this.chunk = chunk
    this.scopes = scopes
    this.collect(chunk)
  }

  /** The table an expression stands for; `make`: it is being written to, so there is one. */
  of(node: Expression, make = false): Shape | undefined {
    if (this.busy.has(node)) return undefined
    this.busy.add(node)
    try {
      return this.find(node, make)
    } finally {
      this.busy.delete(node)
    }
  }

  /** A name in the table that `base` stands for, or in those behind it. */
  field(base: Expression, name: string): Field | undefined {
    return fieldOf(this.of(base), name)
  }

  /** The field that a place names, and the table it is in. */
  fieldAt(place: Identifier): { field: Field; shape: Shape } | undefined {
    if (!this.placesRead) this.readPlaces(this.chunk)
    this.placesRead = true
    for (const shape of this.all)
      for (const field of shape.fields.values())
        if (field.places.has(place) && field.written.length > 0) return { field, shape }
    return undefined
  }

  /** What a script adds to a library, or to _G. */
  addedTo(library: string): ReadonlyMap<string, Field> | undefined {
    return this.ofFree.get(library)?.fields
  }

  private find(node: Expression, make: boolean): Shape | undefined {
    switch (node.type) {
      case 'TableConstructorExpression':
        return this.ofTable(node)
      case 'Identifier':
        return this.ofName(node, make)
      case 'MemberExpression': {
        const owner = this.of(node.base, make)
        const field =
          fieldOf(owner, node.identifier.name) ?? (make && owner ? addField(owner, node.identifier) : undefined)
        if (!field) return undefined
        field.shape ??= this.ofGiven(field.values[0]) ?? (make ? this.made() : undefined)
        return field.shape
      }
      case 'CallExpression':
        return this.ofMetatable(node) ?? this.ofResult(node)
      default:
        return undefined
    }
  }

  private ofName(node: Identifier, make: boolean): Shape | undefined {
    const variable = this.scopes.of.get(node)
    if (!variable) {
      const known = this.ofFree.get(node.name)
      if (known || !make) return known
      const made = this.made()
      this.ofFree.set(node.name, made)
      return made
    }
    const known = this.ofVariables.get(variable)
    if (known) return known
    const given = [variable.init, ...variable.assigned].map((one) => this.ofGiven(one)).find((one) => one !== undefined)
    const shape = given ?? this.ofArgument(variable) ?? (make ? this.made() : undefined)
    if (shape) this.ofVariables.set(variable, shape)
    return shape
  }

  private ofGiven(given: Given | undefined): Shape | undefined {
    return given && given.result === 0 && !given.iterator ? this.of(given.expression) : undefined
  }

  private ofArgument({ parameterOf }: Variable): Shape | undefined {
    if (!parameterOf || !this.functions) return undefined
    return firstOf(this.functions.argumentsFor(parameterOf.node, parameterOf.index), (given) => this.of(given))
  }

  private ofResult(call: AnyCall): Shape | undefined {
    const called = this.functions?.called(call)
    if (!called) return undefined
    return firstOf(this.functions!.returnsOf(called), ([first]) => first && this.of(first))
  }

  private ofTable(node: TableConstructor): Shape {
    const known = this.ofTables.get(node)
    if (known) return known
    const shape = this.made()
    this.ofTables.set(node, shape)
    for (const field of node.fields)
      if (field.type === 'TableKeyString')
        addField(shape, field.key, { expression: field.value, result: 0, iterator: false })
    return shape
  }

  // setmetatable(t, m): t, and behind it m.__index.
  private ofMetatable(node: Extract<Expression, { type: 'CallExpression' }>): Shape | undefined {
    if (node.base.type !== 'Identifier' || node.base.name !== 'setmetatable' || this.scopes.of.has(node.base)) return
    const [table, metatable] = node.arguments
    const own = table && this.of(table)
    if (!own || !metatable) return own
    const index = this.of(metatable)?.fields.get('__index')?.values[0]
    own.base ??= this.ofGiven(index)
    if (own.base && own.base !== own) own.base.instances.add(own)
    return own
  }

  private made(): Shape {
    const shape: Shape = { fields: new Map(), base: undefined, instances: new Set() }
    this.all.push(shape)
    return shape
  }

  private collect(node: LuaNode): void {
    if (node.type === 'AssignmentStatement') {
      const { variables, init } = node as { variables: Expression[]; init: Expression[] }
      variables.forEach((target, i) => {
        if (target.type === 'MemberExpression') this.write(target.base, target.identifier, initOf(init, i))
      })
    }
    if (node.type === 'FunctionDeclaration') {
      const { identifier } = node as FunctionDeclaration
      const given = { expression: node as FunctionDeclaration, result: 0, iterator: false }
      if (identifier?.type === 'MemberExpression') this.write(identifier.base, identifier.identifier, given)
    }
    for (const child of childrenOf(node)) this.collect(child)
    if (isCall(node) && node.type === 'CallExpression') this.ofMetatable(node)
  }

  private write(base: Expression, name: Identifier, given: Given | undefined): void {
    const shape = this.of(base, true)
    if (shape) addField(shape, name, given)
  }

  private readPlaces(node: LuaNode): void {
    if (node.type === 'MemberExpression') {
      const { base, identifier } = node as Extract<Expression, { type: 'MemberExpression' }>
      const field = this.field(base, identifier.name)
      field?.places.add(identifier)
    }
    for (const child of childrenOf(node)) this.readPlaces(child)
  }
}

function firstOf<T, R>(list: Iterable<T>, pick: (item: T) => R | undefined): R | undefined {
  for (const item of list) {
    const found = pick(item)
    if (found !== undefined) return found
  }
  return undefined
}

function addField(shape: Shape, place: Identifier, given?: Given): Field {
  const known = shape.fields.get(place.name)
  const field: Field = known ?? { name: place.name, places: new Set(), written: [], values: [], shape: undefined }
  shape.fields.set(place.name, field)
  field.places.add(place)
  if (given) {
    field.written.push(place)
    field.values.push(given)
  }
  return field
}

function fieldOf(shape: Shape | undefined, name: string): Field | undefined {
  for (let at = shape, depth = 0; at && depth < 8; at = at.base, depth++) {
    const field = at.fields.get(name)
    if (field) return field
  }
  for (const instance of shape?.instances ?? []) {
    const field = instance.fields.get(name)
    if (field) return field
  }
  return undefined
}
