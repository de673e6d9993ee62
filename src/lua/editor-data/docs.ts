import type { FunctionDoc, LuaTypeName, ObjectTypeName, TypeDoc } from './doc-types.ts'
import { routeHandleDocs, streamHandleDoc } from './handle-docs.ts'
import { baseFunctions, libraries } from './library-docs.ts'
import { objectDocs } from './object-docs.ts'

/** Every object a script can get hold of. */
export const typeDocs: readonly TypeDoc[] = [streamHandleDoc, ...objectDocs, ...routeHandleDocs]

const byName = new Map<string, TypeDoc>(typeDocs.map((doc) => [doc.name, doc]))

export function typeDoc(name: string): TypeDoc | undefined {
  return byName.get(name)
}

export function isObjectType(name: string): name is ObjectTypeName {
  return byName.has(name)
}

// ("a"):rep(3) leaves out the string itself.
const stringMethods = libraries.string!.map((doc) => ({ ...doc, parameters: doc.parameters.slice(1) }))

/** What can be called on a value of a type with a colon: Envoy's methods, or string's for strings. */
export function methodsOf(type: LuaTypeName): readonly FunctionDoc[] {
  if (type === 'string') return stringMethods
  return byName.get(type)?.methods ?? []
}

export function methodDoc(type: LuaTypeName, name: string): FunctionDoc | undefined {
  return methodsOf(type).find((method) => method.name === name)
}

/** `tostring`, or `string.format`: the function of that name. */
export function functionDoc(name: string): FunctionDoc | undefined {
  const [library, member] = name.split('.')
  if (member === undefined) return baseFunctions.find((doc) => doc.name === library)
  return libraries[library!]?.find((doc) => doc.name === member)
}
