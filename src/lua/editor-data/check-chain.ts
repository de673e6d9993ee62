import type { AnyCall } from './ast.ts'
import type { ChainFilter, LuaContext } from './context.ts'
import type { Finding } from './diagnose.ts'
import type { Model } from './infer.ts'
import { argumentsOf, isCall, walk } from './walk.ts'

/**
 * Dynamic metadata that is read before it can have been written, or that nobody writes. Requests meet the filters in
 * order, responses in reverse; what the request left behind is still there on the response.
 */
export function chainChecks(model: Model, context: LuaContext): Finding[] {
  if (!context.before && !context.after) return []
  const own = new Set<string>()
  const reads: { call: AnyCall; namespace: string }[] = []
  walk(model.chunk, (node) => {
    if (!isCall(node) || node.base.type !== 'MemberExpression') return
    const { name } = node.base.identifier
    const type = model.typeOf(node.base.base)
    const namespace = model.textOf(argumentsOf(node)[0])
    if (namespace === undefined) return
    if (type === 'DynamicMetadata' && name === 'set') own.add(namespace)
    if (type === 'DynamicMetadata' && name === 'get') reads.push({ call: node, namespace })
  })
  return reads.flatMap(({ call, namespace }) => {
    const message = own.has(namespace) ? undefined : problemOf(model, call, namespace, context)
    if (!message) return []
    const [start, end] = argumentsOf(call)[0]!.range
    return [{ start, end, severity: 'warning' as const, code: 'metadata-too-early', message }]
  })
}

function problemOf(model: Model, call: AnyCall, namespace: string, context: LuaContext): string | undefined {
  const { before = [], after = [], writers = [] } = context
  const writes = (filter: ChainFilter): boolean => filter.writes.includes(namespace)
  if (before.some(writes)) return undefined
  const late = after.find(writes)
  if (late) {
    const from = model.functions.reachedFrom(call)
    // On the way back everything of the request has been written.
    if (!from.has('envoy_on_request')) return undefined
    return `${late.name} writes ${namespace}, and stands behind this filter: there is nothing to read yet on the request`
  }
  // Wasm and external processors may write anything.
  if (!writers.includes(namespace) || [...before, ...after].some((filter) => filter.writes.includes('*')))
    return undefined
  return `no filter of this chain writes ${namespace}: there is nothing to read`
}
