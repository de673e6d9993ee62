/** Names of what an expression can be: Envoy's objects, and Lua's own types. */
export type ObjectTypeName =
  | 'StreamHandle'
  | 'Headers'
  | 'Buffer'
  | 'Metadata'
  | 'StreamInfo'
  | 'DynamicMetadata'
  | 'FilterState'
  | 'ConnectionStreamInfo'
  | 'ConnectionDynamicMetadata'
  | 'Connection'
  | 'SslConnection'
  | 'ParsedName'
  | 'VirtualHost'
  | 'Route'
  | 'PublicKey'
  | 'Stats'
  | 'Counter'
  | 'Gauge'
  | 'Histogram'
  | 'RouteHandle'
  | 'RouteHeaders'
  | 'Cluster'
export type LuaTypeName = ObjectTypeName | 'string' | 'number' | 'boolean' | 'table' | 'function' | 'nil' | 'any'

export interface ParameterDoc {
  name: string
  /** In words Lua users know: string, number, table, boolean; `string | table` where several will do. */
  type: string
  optional?: boolean
  doc: string
}

export interface FunctionDoc {
  name: string
  parameters: ParameterDoc[]
  /** What it returns, first value first. A `?` behind a type: it may be nil. */
  returns: string[]
  /** One paragraph of plain text. */
  doc: string
  /** Where it is described in full. */
  link: string
  /** Takes any number of further arguments. */
  variadic?: boolean
}

export interface TypeDoc {
  name: ObjectTypeName
  /** How to get one, and how long it is good for. */
  doc: string
  link: string
  methods: FunctionDoc[]
  /** What `pairs` over it gives, where that works. */
  pairs?: [key: LuaTypeName, value: LuaTypeName]
}

/** The type in a return description: `Buffer?` is a Buffer. */
export function typeOfReturn(text: string | undefined): LuaTypeName {
  return (text?.replace('?', '') ?? 'nil') as LuaTypeName
}

/** `name(a, b?)`, as signatures are written. */
export function signatureText(doc: FunctionDoc): string {
  const parameters = doc.parameters.map((parameter) => parameter.name + (parameter.optional ? '?' : ''))
  if (doc.variadic) parameters.push('...')
  const returns = doc.returns.length > 0 ? ` -> ${doc.returns.join(', ')}` : ''
  return `${doc.name}(${parameters.join(', ')})${returns}`
}
