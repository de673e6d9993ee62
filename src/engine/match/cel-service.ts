import { celEnv, isCelError, isCelList, isCelMap, isCelUint, parse, plan } from '@bufbuild/cel'
import { toByteString } from '../bytes.ts'
import { ConfigError } from '../catalogue.ts'
import type { JsonValue } from '../stream-info.ts'
import type { CelExpression, CelService } from './cel.ts'
import { celAttributes } from './cel-attributes.ts'

/**
 * CEL by @bufbuild/cel. Load this module only when a configuration has expressions: `createCelService()` goes into
 * `host.services.cel`.
 */
export function createCelService(startTime: number): CelService {
  const env = celEnv()
  const compiled = new Map<string, CelExpression>()
  const prepare = (expr: Parameters<typeof plan>[1]): CelExpression => {
    const run = plan(env, expr)
    return {
      evaluate(context) {
        const result = run(celAttributes(context, startTime) as never)
        return isCelError(result) ? undefined : toJson(result)
      },
    }
  }
  return {
    compile(source, path) {
      if (!('text' in source)) return prepare(source.expr as Parameters<typeof plan>[1])
      const known = compiled.get(source.text)
      if (known) return known
      let expression: CelExpression
      try {
        expression = prepare(parse(source.text))
      } catch (error) {
        throw new ConfigError(path, `'${source.text}' is not a CEL expression: ${(error as Error).message}`)
      }
      compiled.set(source.text, expression)
      return expression
    },
  }
}

function toJson(value: unknown): JsonValue | undefined {
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return value
  if (typeof value === 'string') return toByteString(value)
  if (typeof value === 'bigint') return Number(value)
  if (isCelUint(value)) return Number(value.value)
  if (isCelList(value)) return [...value].map((entry) => toJson(entry) ?? null)
  if (isCelMap(value)) {
    const fields: { [key: string]: JsonValue } = {}
    for (const [key, entry] of value) fields[String(key)] = toJson(entry) ?? null
    return fields
  }
  return undefined
}
