import {
  CelScalar,
  type CelValue,
  celEnv,
  celFunc,
  isCelError,
  isCelList,
  isCelMap,
  isCelType,
  isCelUint,
  listType,
  parse,
  plan,
} from '@bufbuild/cel'
import { latin1, toByteString } from '../bytes.ts'
import { ConfigError } from '../catalogue.ts'
import type { JsonValue } from '../stream-info.ts'
import type { CelExpression, CelService } from './cel.ts'
import { celAttributes } from './cel-attributes.ts'
import type { MatchContext } from './types.ts'

type Tree = Parameters<typeof plan>[1]

/** Functions of CEL's standard library that Envoy leaves out: creating an expression with one fails. */
const LEFT_OUT = new Set([
  'string',
  'substring',
  'lowerAscii',
  'upperAscii',
  'replace',
  'split',
  'join',
  'format',
  'charAt',
  'indexOf',
])

/** Joining is switched off in Envoy: it evaluates to an error. Text that is no number is one too, where the evaluator makes NaN of it. */
const STRICTER = [
  celFunc('double', [CelScalar.STRING], CelScalar.DOUBLE, (text) => {
    const value = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Number(text) : Number.NaN
    if (Number.isNaN(value)) throw new Error('not a number')
    return value
  }),
  ...[CelScalar.STRING, CelScalar.BYTES, listType(CelScalar.DYN)].map((type) =>
    celFunc('_+_', [type, type], type, () => {
      throw new Error('no such overload')
    }),
  ),
]

/**
 * CEL by @bufbuild/cel, with what Envoy switches off switched off: comprehensions, conversions to string, joining of strings
 * and lists. Load this module only when a configuration has expressions: `createCelService()` goes into `host.services.cel`.
 * @param startTime milliseconds since 1970 at the start of the run.
 */
export function createCelService(startTime: number): CelService {
  const env = celEnv({ funcs: STRICTER })
  const compiled = new Map<string, CelExpression>()
  const prepare = (tree: Tree, path: string): CelExpression => {
    checkTree(tree, path)
    const run = plan(env, tree)
    const evaluate = (context: MatchContext): CelValue | undefined => {
      const result = run(celAttributes(context, startTime) as never)
      return isCelError(result) ? undefined : result
    }
    return {
      evaluate(context) {
        const value = evaluate(context)
        return value === undefined ? undefined : toJson(value)
      },
      print(context) {
        const value = evaluate(context)
        return value === undefined ? undefined : print(value)
      },
    }
  }
  return {
    compile(source, path) {
      if (!('text' in source)) return prepare(source.expr as Tree, path)
      const known = compiled.get(source.text)
      if (known) return known
      const expression = prepare(parsed(source.text, path), path)
      compiled.set(source.text, expression)
      return expression
    },
  }
}

function parsed(text: string, path: string): Tree {
  try {
    return parse(text)
  } catch (error) {
    throw new ConfigError(path, `'${text}' is not a CEL expression: ${(error as Error).message}`)
  }
}

/** Walks the tree for what Envoy refuses. */
function checkTree(node: unknown, path: string): void {
  if (typeof node !== 'object' || node === null || node instanceof Uint8Array) return
  if (Array.isArray(node)) {
    for (const child of node) checkTree(child, path)
    return
  }
  const { case: kind, value } = node as { case?: string; value?: { function?: string } }
  if (kind === 'comprehensionExpr')
    throw new ConfigError(path, 'Envoy does not allow CEL comprehensions (exists, all, map, filter)')
  if (kind === 'callExpr' && value?.function !== undefined && LEFT_OUT.has(value.function)) {
    throw new ConfigError(path, `Envoy's CEL has no function '${value.function}'`)
  }
  for (const [key, child] of Object.entries(node)) if (!key.startsWith('$')) checkTree(child, path)
}

function toJson(value: unknown): JsonValue | undefined {
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return value
  if (typeof value === 'string') return toByteString(value)
  if (typeof value === 'bigint') return Number(value)
  if (value instanceof Uint8Array) return latin1(value)
  if (isCelUint(value)) return Number(value.value)
  if (isCelList(value)) return [...value].map((entry) => toJson(entry) ?? null)
  if (isCelMap(value)) {
    const fields: { [key: string]: JsonValue } = {}
    for (const [key, entry] of value) fields[String(key)] = toJson(entry) ?? null
    return fields
  }
  return undefined
}

/** As Envoy's formatter prints a value. */
function print(value: unknown): string | undefined {
  if (value === null) return 'NULL'
  if (typeof value === 'string') return toByteString(value)
  if (typeof value === 'number') return sixDigits(value)
  if (isCelType(value)) return 'CelType value'
  if (value instanceof Uint8Array) return latin1(value)
  if (isCelUint(value)) return String(value.value)
  if (isCelList(value)) return 'CelList value'
  if (isCelMap(value)) return 'CelMap value'
  const time = (value as { message?: { seconds?: bigint; nanos?: number; $typeName?: string } }).message
  if (time?.$typeName === 'google.protobuf.Duration') return durationText(Number(time.seconds), time.nanos ?? 0)
  if (time?.$typeName === 'google.protobuf.Timestamp') {
    return new Date(Number(time.seconds) * 1000 + (time.nanos ?? 0) / 1e6).toISOString().replace(/(\.000)?Z$/, '+00:00')
  }
  return String(value)
}

/** At most six significant digits, scientific where that is shorter (absl::StrCat, printf's %g). */
function sixDigits(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  const [digits = '', exponent = '0'] = value.toExponential(5).split('e')
  const power = Number(exponent)
  const trimmed = (text: string) => (text.includes('.') ? text.replace(/\.?0+$/, '') : text)
  if (power < -4 || power >= 6)
    return `${trimmed(digits)}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
  return trimmed(value.toFixed(Math.max(0, 5 - power)))
}

/** `3s`, `1m0s`, `1.5s`: as absl::FormatDuration. */
function durationText(seconds: number, nanos: number): string {
  const total = seconds + nanos / 1e9
  const hours = Math.trunc(total / 3600)
  const minutes = Math.trunc((total % 3600) / 60)
  const rest = total - hours * 3600 - minutes * 60
  return `${hours ? `${hours}h` : ''}${minutes ? `${minutes}m` : ''}${rest || total === 0 ? `${rest}s` : ''}`
}
