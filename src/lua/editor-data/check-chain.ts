import type { AnyCall, FunctionDeclaration } from './ast.ts'
import type { LuaContext } from './context.ts'
import type { Finding } from './diagnose.ts'
import type { Model } from './infer.ts'
import { argumentsOf, isCall, stringValue, walk } from './walk.ts'

/**
 * Dynamic metadata that is read before it can have been written. Requests meet the filters in order, responses in
 * reverse; what the request left behind is still there on the response.
 */
export function chainChecks(model: Model, context: LuaContext): Finding[] {
  if (!context.before && !context.after) return []
  const found: Finding[] = []
  const own = new Set<string>()
  const reads: { call: AnyCall; namespace: string }[] = []
  walk(model.chunk, (node) => {
    if (!isCall(node) || node.base.type !== 'MemberExpression') return
    if (model.typeOf(node.base.base) !== 'DynamicMetadata') return
    const namespace = stringValue(argumentsOf(node)[0])
    if (namespace === undefined) return
    if (node.base.identifier.name === 'set') own.add(namespace)
    if (node.base.identifier.name === 'get') reads.push({ call: node, namespace })
  })
  const handlers = model.scopes.variables.map((variable) => variable.value).filter((value) => value !== undefined)
  for (const { call, namespace } of reads) {
    if (own.has(namespace) || onResponse(call, handlers)) continue
    if (context.before?.some((filter) => filter.writes.includes(namespace))) continue
    const late = context.after?.find((filter) => filter.writes.includes(namespace))
    if (!late) continue
    const [start, end] = argumentsOf(call)[0]!.range
    const message = `${late.name} writes ${namespace}, and stands behind this filter: there is nothing to read yet on the request`
    found.push({ start, end, severity: 'warning', code: 'metadata-too-early', message })
  }
  return found
}

function onResponse(call: AnyCall, handlers: FunctionDeclaration[]): boolean {
  return handlers.some(
    ({ identifier, range }) =>
      identifier?.type === 'Identifier' &&
      identifier.name === 'envoy_on_response' &&
      range[0] <= call.range[0] &&
      call.range[1] <= range[1],
  )
}
