/** The syntax tree of luaparse, as far as the editor looks at it. `range` is [start, end) in the source. */
interface Ranged {
  range: [number, number]
}

export interface Identifier extends Ranged {
  type: 'Identifier'
  name: string
}

export interface Chunk extends Ranged {
  type: 'Chunk'
  body: Statement[]
}

export interface FunctionDeclaration extends Ranged {
  type: 'FunctionDeclaration'
  identifier: Identifier | MemberExpression | null
  isLocal: boolean
  parameters: (Identifier | VarargLiteral)[]
  body: Statement[]
}

export interface MemberExpression extends Ranged {
  type: 'MemberExpression'
  indexer: '.' | ':'
  identifier: Identifier
  base: Expression
}

export interface IndexExpression extends Ranged {
  type: 'IndexExpression'
  base: Expression
  index: Expression
}

export interface CallExpression extends Ranged {
  type: 'CallExpression'
  base: Expression
  arguments: Expression[]
}

export interface TableCallExpression extends Ranged {
  type: 'TableCallExpression'
  base: Expression
  arguments: Expression
}

export interface StringCallExpression extends Ranged {
  type: 'StringCallExpression'
  base: Expression
  argument: Expression
}

export type AnyCall = CallExpression | TableCallExpression | StringCallExpression

interface VarargLiteral extends Ranged {
  type: 'VarargLiteral'
}

export interface StringLiteral extends Ranged {
  type: 'StringLiteral'
  value: string | null
  raw: string
}

interface OtherLiteral extends Ranged {
  type: 'NumericLiteral' | 'BooleanLiteral' | 'NilLiteral'
  raw: string
}

interface BinaryExpression extends Ranged {
  type: 'BinaryExpression' | 'LogicalExpression'
  operator: string
  left: Expression
  right: Expression
}

interface UnaryExpression extends Ranged {
  type: 'UnaryExpression'
  operator: string
  argument: Expression
}

export interface TableConstructor extends Ranged {
  type: 'TableConstructorExpression'
  fields: (
    | (Ranged & { type: 'TableKey'; key: Expression; value: Expression })
    | (Ranged & { type: 'TableKeyString'; key: Identifier; value: Expression })
    | (Ranged & { type: 'TableValue'; value: Expression })
  )[]
}

export type Expression =
  | Identifier
  | FunctionDeclaration
  | MemberExpression
  | IndexExpression
  | AnyCall
  | VarargLiteral
  | StringLiteral
  | OtherLiteral
  | BinaryExpression
  | UnaryExpression
  | TableConstructor

interface Clause extends Ranged {
  type: string
  condition?: Expression
  body: Statement[]
}

export type Statement =
  | FunctionDeclaration
  | (Ranged & { type: 'LocalStatement'; variables: Identifier[]; init: Expression[] })
  | (Ranged & { type: 'AssignmentStatement'; variables: Expression[]; init: Expression[] })
  | (Ranged & { type: 'CallStatement'; expression: AnyCall })
  | (Ranged & { type: 'DoStatement'; body: Statement[] })
  | (Ranged & { type: 'WhileStatement'; condition: Expression; body: Statement[] })
  | (Ranged & { type: 'RepeatStatement'; condition: Expression; body: Statement[] })
  | (Ranged & { type: 'IfStatement'; clauses: Clause[] })
  | (Ranged & {
      type: 'ForNumericStatement'
      variable: Identifier
      start: Expression
      end: Expression
      step: Expression | null
      body: Statement[]
    })
  | (Ranged & { type: 'ForGenericStatement'; variables: Identifier[]; iterators: Expression[]; body: Statement[] })
  | (Ranged & { type: 'ReturnStatement'; arguments: Expression[] })
  | (Ranged & { type: 'BreakStatement' | 'LabelStatement' | 'GotoStatement' })

export type LuaNode = Chunk | Statement | Expression | Clause | TableConstructor['fields'][number]
