import type { JsonObject, JsonValue } from '@bufbuild/protobuf'
import ipaddr from 'ipaddr.js'
import { RE2JS } from 're2js'
import { parseDuration } from './duration.ts'
import { plural } from './plural.ts'
import { display } from './scalars.ts'

export type Comparable = string | number | bigint | boolean

/** protoc-gen-validate rules of one kind, as JSON with .proto names. 64-bit limits are strings there. */
type Rules = JsonObject

const NUMBER_RULES = [
  'float',
  'double',
  'int32',
  'int64',
  'uint32',
  'uint64',
  'sint32',
  'sint64',
  'fixed32',
  'fixed64',
  'sfixed32',
  'sfixed64',
]

/**
 * What protoc-gen-validate says against a scalar, wrapper or enum value; undefined when it may stand. An enum's value
 * is its number.
 */
export function checkScalar(rules: JsonObject | undefined, value: Comparable): string | undefined {
  if (!rules) return undefined
  const kind = Object.keys(rules).find((key) => key !== 'message')
  if (kind === undefined) return undefined
  const of = rules[kind] as Rules
  if (of.ignore_empty === true && isDefault(value)) return undefined
  if (kind === 'string') return checkString(of, value as string)
  if (kind === 'bytes') return checkBytes(of, value as string)
  if (kind === 'bool') return of.const !== undefined && value !== of.const ? `must be ${of.const}` : undefined
  if (NUMBER_RULES.includes(kind) || kind === 'enum') return checkNumber(of, value as number | bigint)
  return undefined
}

/** The same for the number of entries of a list or map. `unique` is up to the caller: see duplicateIn. */
export function checkCount(rules: JsonObject | undefined, count: number): string | undefined {
  const of = (rules?.repeated ?? rules?.map) as Rules | undefined
  if (!of || (of.ignore_empty === true && count === 0)) return undefined
  const [min, max] = [of.min_items ?? of.min_pairs, of.max_items ?? of.max_pairs].map((limit) =>
    limit === undefined ? undefined : Number(limit),
  )
  const noun = rules?.repeated ? 'element' : 'entry'
  if (min !== undefined && count < min) return `needs at least ${plural(min, noun)}, has ${count}`
  if (max !== undefined && count > max) return `takes at most ${plural(max, noun)}, has ${count}`
  return undefined
}

/** The index of the first element that repeats an earlier one, where `repeated.unique` forbids it. */
export function duplicateIn(rules: JsonObject | undefined, list: JsonValue[]): number {
  if ((rules?.repeated as Rules | undefined)?.unique !== true) return -1
  const seen = new Set<string>()
  return list.findIndex((item) => seen.size === seen.add(JSON.stringify(item)).size)
}

/** The same for a duration in nanoseconds. */
export function checkDuration(rules: JsonObject | undefined, nanoseconds: bigint): string | undefined {
  const of = rules?.duration as Rules | undefined
  if (!of) return undefined
  const limits = Object.fromEntries(
    Object.entries(of)
      .filter(([, limit]) => typeof limit === 'string')
      .map(([key, limit]) => [key, parseDuration(limit as string)!]),
  )
  return checkRange(limits, nanoseconds, (key) => of[key] as string)
}

/** Whether the rules ask for the message, duration or Any to be there at all. */
export function isRequired(rules: JsonObject | undefined): boolean {
  return ['message', 'any', 'duration', 'timestamp'].some(
    (kind) => (rules?.[kind] as Rules | undefined)?.required === true,
  )
}

function isDefault(value: Comparable): boolean {
  return value === '' || value === false || value === 0 || value === 0n
}

function checkNumber(of: Rules, value: number | bigint): string | undefined {
  const comparable = (limit: JsonValue) => (typeof value === 'bigint' ? BigInt(limit as string) : Number(limit))
  const oneOf = (list: JsonValue) => (list as JsonValue[]).some((each) => comparable(each) === value)
  if (of.in !== undefined && !oneOf(of.in)) return `must be one of ${(of.in as JsonValue[]).join(', ')}`
  if (of.not_in !== undefined && oneOf(of.not_in)) return `must not be ${value}`
  const limits = Object.fromEntries(
    ['const', 'lt', 'lte', 'gt', 'gte'].flatMap((key) => (of[key] === undefined ? [] : [[key, comparable(of[key])]])),
  )
  return checkRange(limits, value, (key) => String(of[key]))
}

function checkRange<T extends number | bigint>(
  limits: Record<string, T>,
  value: T,
  write: (key: string) => string,
): string | undefined {
  const { const: exact, lt, lte, gt, gte } = limits
  if (exact !== undefined && value !== exact) return `must be ${write('const')}`
  const problems: string[] = []
  if (lt !== undefined && value >= lt) problems.push(`below ${write('lt')}`)
  if (lte !== undefined && value > lte) problems.push(`at most ${write('lte')}`)
  if (gt !== undefined && value <= gt) problems.push(`above ${write('gt')}`)
  if (gte !== undefined && value < gte) problems.push(`at least ${write('gte')}`)
  // A lower limit above the upper one describes what lies outside.
  const low = gt ?? gte
  const high = lt ?? lte
  if (low !== undefined && high !== undefined && low > high && problems.length < 2) return undefined
  return problems.length > 0 ? `must be ${problems.join(' or ')}` : undefined
}

function checkBytes(of: Rules, bytes: string): string | undefined {
  if (of.len !== undefined && bytes.length !== Number(of.len)) return `must be ${plural(Number(of.len), 'byte')} long`
  if (of.min_len !== undefined && bytes.length < Number(of.min_len)) return tooShort(Number(of.min_len), 'byte')
  if (of.max_len !== undefined && bytes.length > Number(of.max_len)) return `must be at most ${of.max_len} bytes long`
  return undefined
}

function checkString(of: Rules, value: string): string | undefined {
  const limit = (key: string) => (of[key] === undefined ? undefined : Number(of[key]))
  const characters = [...value].length
  const bytes = () => new TextEncoder().encode(value).length
  const list = (key: string) => of[key] as string[] | undefined

  if (of.const !== undefined && value !== of.const) return `must be ${display(of.const)}`
  if (limit('len') !== undefined && characters !== limit('len'))
    return `must be ${plural(limit('len')!, 'character')} long`
  if (characters < (limit('min_len') ?? 0)) return tooShort(limit('min_len')!, 'character')
  if (characters > (limit('max_len') ?? Number.POSITIVE_INFINITY))
    return `must be at most ${of.max_len} characters long`
  if (limit('len_bytes') !== undefined && bytes() !== limit('len_bytes')) return `must be ${of.len_bytes} bytes long`
  if (bytes() < (limit('min_bytes') ?? 0)) return tooShort(limit('min_bytes')!, 'byte')
  if (bytes() > (limit('max_bytes') ?? Number.POSITIVE_INFINITY)) return `must be at most ${of.max_bytes} bytes long`
  if (of.prefix !== undefined && !value.startsWith(of.prefix as string)) return `must begin with ${display(of.prefix)}`
  if (of.suffix !== undefined && !value.endsWith(of.suffix as string)) return `must end with ${display(of.suffix)}`
  if (of.contains !== undefined && !value.includes(of.contains as string)) return `must contain ${display(of.contains)}`
  if (of.not_contains !== undefined && value.includes(of.not_contains as string)) {
    return `must not contain ${display(of.not_contains)}`
  }
  if (list('in') && !list('in')!.includes(value)) return `must be one of ${list('in')!.map(display).join(', ')}`
  if (list('not_in')?.includes(value)) return `must not be ${display(value)}`
  if (of.pattern !== undefined && !matches(of.pattern as string, value)) return `must match ${of.pattern}`
  return checkWellKnown(of, value)
}

function checkWellKnown(of: Rules, value: string): string | undefined {
  const strict = of.strict !== false
  if (of.well_known_regex === 'HTTP_HEADER_NAME') {
    const fine = strict ? /^:?[0-9a-zA-Z!#$%&'*+\-.^_|~`]+$/.test(value) : /^[^\0\n\r]*$/.test(value)
    return fine ? undefined : 'must be a header name'
  }
  if (of.well_known_regex === 'HTTP_HEADER_VALUE') {
    const fine = strict ? /^[^\0-\x08\n-\x1f\x7f]*$/.test(value) : /^[^\0\n\r]*$/.test(value)
    return fine ? undefined : 'must be a header value: no line breaks or control characters'
  }
  if (of.email === true && !/^[^@\s]+@[^@\s]+$/.test(value)) return 'must be an e-mail address'
  if (of.hostname === true && !isHostname(value)) return 'must be a host name'
  if (of.ip === true && !isIp(value)) return 'must be an IP address'
  if (of.ipv4 === true && !ipaddr.IPv4.isValidFourPartDecimal(value)) return 'must be an IPv4 address'
  if (of.ipv6 === true && !ipaddr.IPv6.isValid(value)) return 'must be an IPv6 address'
  if (of.address === true && !isHostname(value) && !isIp(value)) return 'must be a host name or an IP address'
  if (of.uri === true && !/^[a-zA-Z][a-zA-Z0-9+.-]*:[^\s]*$/.test(value)) return 'must be an absolute URI'
  if (of.uri_ref === true && /\s/.test(value)) return 'must be a URI'
  if (of.uuid === true && !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value)) return 'must be a UUID'
  return undefined
}

function matches(pattern: string, value: string): boolean {
  return RE2JS.compile(pattern).matcher(value).find()
}

/** An address written in full: ipaddr.js alone also takes 127.1 and the like. */
export function isIp(address: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(address) || ipaddr.IPv6.isValid(address)
}

function isHostname(value: string): boolean {
  return value.length <= 253 && value.split('.').every((label) => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i.test(label))
}

function tooShort(least: number, unit: string): string {
  return least === 1 ? 'must not be empty' : `must be at least ${plural(least, unit)} long`
}
