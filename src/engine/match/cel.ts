import type { Host } from '../host.ts'
import type { JsonValue } from '../stream-info.ts'
import type { MatchContext } from './types.ts'

/** A compiled CEL expression over Envoy's attributes. */
export interface CelExpression {
  /** The value (strings are byte strings, integers numbers); undefined when evaluation fails, for a missing header say. */
  evaluate(context: MatchContext): JsonValue | undefined
  /** The value as Envoy prints it in a line, a byte string: `NULL`, `CelList value`, `3s`. */
  print(context: MatchContext): string | undefined
}

/** Source text, or an abstract syntax tree as cel.expr.Expr or google.api.expr.v1alpha1.Expr. */
export type CelSource = { text: string } | { expr: unknown }

/** What `host.services.cel` is: a service of its own because the evaluator is large and most configurations need none. */
export interface CelService {
  /** @throws ConfigError at `path` for text that is not CEL. */
  compile(source: CelSource, path: string): CelExpression
}

/** The host's CEL service; undefined when it was not loaded. */
export function celService(host: Host | undefined): CelService | undefined {
  return host?.services.cel as CelService | undefined
}

/** The source in an xds.type.v3.CelExpression; undefined for an empty one. */
export function celSource(expression: {
  exprSpecifier: { case: string | undefined; value?: unknown }
  celExprParsed?: { expr?: unknown } | undefined
  celExprChecked?: { expr?: unknown } | undefined
  celExprString: string
}): CelSource | undefined {
  if (expression.celExprString !== '') return { text: expression.celExprString }
  const tree =
    expression.celExprParsed?.expr ??
    expression.celExprChecked?.expr ??
    (expression.exprSpecifier.value as { expr?: unknown } | undefined)?.expr
  return tree === undefined ? undefined : { expr: tree }
}
