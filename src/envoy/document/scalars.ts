import type { JsonValue } from '@bufbuild/protobuf'

/**
 * Who reads the document. Envoy (yaml-cpp, source/common/protobuf/yaml_utility.cc) and Kubernetes agree on YAML 1.1's
 * words for true and false; Envoy turns integers that do not fit 32 bits into strings. Case files are written and read
 * by YAML 1.1 tools, which leave more of what looks like a word or a number to be text: `y`, `1e3`, `08`.
 */
export type Dialect = 'envoy' | 'kubernetes' | 'case'

const TRUE = wordsOf('y', 'yes', 'true', 'on')
const FALSE = wordsOf('n', 'no', 'false', 'off')
const NULL = new Set(['', '~', 'null', 'Null', 'NULL'])
const INTEGER = /^[+-]?(?:0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)$/
const FLOAT = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/
const FLOAT_WITH_DOT = /^[+-]?\d+\.\d*(?:[eE][+-]\d+)?$|^\.\d+(?:[eE][+-]\d+)?$/
const SPECIAL = /^([+-]?)\.(inf|Inf|INF)$|^\.(nan|NaN|NAN)$/

/** The JSON value of a YAML scalar that was written without quotes. */
export function resolvePlainScalar(source: string, dialect: Dialect): JsonValue {
  if (NULL.has(source)) return null
  if (dialect === 'case' && /^[yn]$/i.test(source)) return source
  if (TRUE.has(source)) return true
  if (FALSE.has(source)) return false
  if (INTEGER.test(source)) return integer(source, dialect)
  if ((dialect === 'case' ? FLOAT_WITH_DOT : FLOAT).test(source) && Number.isFinite(Number(source)))
    return Number(source)
  const special = SPECIAL.exec(source)
  if (special) return special[3] ? 'NaN' : special[1] === '-' ? '-Infinity' : 'Infinity'
  return source
}

function integer(source: string, dialect: Dialect): JsonValue {
  const negative = source.startsWith('-')
  const digits = source.replace(/^[+-]/, '')
  const octal = /^0[0-7]+$/.test(digits)
  const magnitude = BigInt(octal ? `0o${digits.slice(1)}` : digits)
  const value = negative ? -magnitude : magnitude
  if (dialect !== 'case' && (value < -(1n << 63n) || value >= 1n << 63n)) return Number(value)
  const bits = dialect === 'case' ? 53n : 31n
  const small = value >= -(1n << bits) && value < 1n << bits
  return small || dialect === 'kubernetes' ? Number(value) : value.toString()
}

/** yaml-cpp takes a word in lower case, with a capital first letter, or in capitals. */
function wordsOf(...words: string[]): Set<string> {
  return new Set(words.flatMap((word) => [word, `${word[0]!.toUpperCase()}${word.slice(1)}`, word.toUpperCase()]))
}
