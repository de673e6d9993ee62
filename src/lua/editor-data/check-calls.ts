import type { AnyCall } from './ast.ts'
import type { LuaContext } from './context.ts'
import type { Finding } from './diagnose.ts'
import { type FunctionDoc, signatureText } from './doc-types.ts'
import { methodDoc, typeDoc } from './docs.ts'
import type { Model } from './infer.ts'
import { closest } from './suggest.ts'
import { argumentsOf, isCall, walk } from './walk.ts'

/** Calls with the wrong number of arguments, dots for colons, clusters that do not exist, and calls that hold bodies back. */
export function callChecks(model: Model, context: LuaContext): Finding[] {
  const found: Finding[] = []
  walk(model.chunk, (node) => {
    if (!isCall(node)) return
    const doc = model.docOfCall(node)
    if (doc) found.push(...argumentCount(node, doc))
    found.push(...dotForColon(model, node), ...handleCalls(model, node, context))
  })
  return found
}

function argumentCount(call: AnyCall, doc: FunctionDoc): Finding[] {
  const given = argumentsOf(call)
  const required = doc.parameters.filter((parameter) => !parameter.optional).length
  // The last argument may stand for many, and a last nil may be left out.
  const last = given.at(-1)
  const open = last !== undefined && (isCall(last) || last.type === 'VarargLiteral')
  const needed = doc.name === 'httpCall' ? 4 : required
  const tooFew = !open && given.length < needed
  const tooMany = !doc.variadic && given.length > doc.parameters.length
  if (!tooFew && !tooMany) return []
  const many = needed === doc.parameters.length || tooMany ? doc.parameters.length : needed
  const takes = `${tooFew && needed < doc.parameters.length ? 'at least ' : tooMany && needed < many ? 'at most ' : ''}${many}`
  return [
    {
      start: call.range[0],
      end: call.range[1],
      severity: tooFew ? 'error' : 'warning',
      code: 'argument-count',
      message: `${signatureText(doc)} takes ${takes} argument${many === 1 ? '' : 's'}, not ${given.length}`,
    },
  ]
}

function dotForColon(model: Model, call: AnyCall): Finding[] {
  const { base } = call
  if (base.type !== 'MemberExpression' || base.indexer !== '.') return []
  const type = model.typeOf(base.base)
  const { name } = base.identifier
  if (!typeDoc(type) || !methodDoc(type, name)) return []
  const first = argumentsOf(call)[0]
  if (first && model.typeOf(first) === type) return []
  return [
    {
      start: base.identifier.range[0] - 1,
      end: base.identifier.range[1],
      severity: 'error',
      code: 'dot-for-colon',
      message: `${name} is a method: call it with a colon`,
      suggestion: `:${name}`,
    },
  ]
}

function handleCalls(model: Model, call: AnyCall, context: LuaContext): Finding[] {
  const { base } = call
  if (base.type !== 'MemberExpression' || base.indexer !== ':') return []
  const type = model.typeOf(base.base)
  const { name, range } = base.identifier
  const at = { start: range[0], end: range[1] }
  if (type === 'RouteHandle' && name === 'getCluster') return unknownCluster(model, call, context)
  if (type !== 'StreamHandle') return []
  if (name === 'httpCall') return unknownCluster(model, call, context)
  if (name === 'body')
    return [
      {
        ...at,
        severity: 'info',
        code: 'buffers-body',
        message:
          'body() holds the whole body back in memory: one past the buffer limit (1 MiB unless configured) is answered with 413, or 500 on the response',
      },
    ]
  if (name === 'respond' && onlyOnResponse(model.functions.reachedFrom(call)))
    return [
      {
        ...at,
        severity: 'error',
        code: 'respond-on-response',
        message: 'respond() is an error in envoy_on_response: change the status and body instead',
      },
    ]
  return []
}

function unknownCluster(model: Model, call: AnyCall, { clusters }: LuaContext): Finding[] {
  const [first] = argumentsOf(call)
  const name = model.textOf(first)
  if (!first || name === undefined || !clusters || clusters.includes(name)) return []
  const suggestion = closest(name, clusters)
  const hint = suggestion ? `; did you mean ${suggestion}?` : ''
  return [
    {
      start: first.range[0],
      end: first.range[1],
      severity: 'error',
      code: 'unknown-cluster',
      message: `there is no cluster ${name}${hint}`,
      ...(suggestion ? { suggestion } : {}),
    },
  ]
}

function onlyOnResponse(from: Set<string>): boolean {
  return from.has('envoy_on_response') && !from.has('envoy_on_request')
}
