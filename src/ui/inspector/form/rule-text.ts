import type { JsonObject } from '@bufbuild/protobuf'
import { plural } from '../../../envoy/schema/plural.ts'

/** protoc-gen-validate's rules of a field in a few words each: `1 to 10 items`, `not empty`, `at least 1s`. */
export function ruleTexts(rules: JsonObject | undefined): string[] {
  if (!rules) return []
  return Object.entries(rules).flatMap(([kind, of]) => {
    if (typeof of !== 'object' || of === null || Array.isArray(of)) return []
    if (kind === 'repeated') {
      return [
        countText(of.min_items, of.max_items, 'item'),
        of.unique === true ? 'no repeats' : undefined,
        ...prefixed('each', ruleTexts(of.items as JsonObject | undefined)),
      ].filter(isText)
    }
    if (kind === 'map') {
      return [
        countText(of.min_pairs, of.max_pairs, 'entry'),
        ...prefixed('names', ruleTexts(of.keys as JsonObject | undefined)),
        ...prefixed('values', ruleTexts(of.values as JsonObject | undefined)),
      ].filter(isText)
    }
    if (kind === 'string' || kind === 'bytes') return stringTexts(of, kind === 'bytes' ? 'byte' : 'character')
    if (kind === 'message' || kind === 'any' || kind === 'timestamp') return []
    return rangeTexts(of)
  })
}

function isText(text: string | undefined): text is string {
  return text !== undefined
}

function prefixed(word: string, texts: string[]): string[] {
  return texts.map((text) => `${word} ${text}`)
}

function countText(min: unknown, max: unknown, noun: string): string | undefined {
  const least = min === undefined ? 0 : Number(min)
  if (max !== undefined) {
    const most = Number(max)
    if (least === most) return `exactly ${plural(most, noun)}`
    return least > 0 ? `${least} to ${plural(most, noun)}` : `at most ${plural(most, noun)}`
  }
  return least > 0 ? `at least ${plural(least, noun)}` : undefined
}

const WELL_KNOWN: Record<string, string> = {
  email: 'an e-mail address',
  hostname: 'a host name',
  ip: 'an IP address',
  ipv4: 'an IPv4 address',
  ipv6: 'an IPv6 address',
  address: 'a host name or IP address',
  uri: 'an absolute URI',
  uri_ref: 'a URI',
  uuid: 'a UUID',
}

function stringTexts(of: JsonObject, unit: string): string[] {
  const min = of.min_len ?? of.min_bytes
  const max = of.max_len ?? of.max_bytes
  const length = countText(min, max, of.min_bytes !== undefined || of.max_bytes !== undefined ? 'byte' : unit)
  return [
    max === undefined && Number(min) === 1 ? 'not empty' : length,
    of.len === undefined ? undefined : `exactly ${plural(Number(of.len), unit)}`,
    of.const === undefined ? undefined : `always ${JSON.stringify(of.const)}`,
    of.prefix === undefined ? undefined : `begins with ${JSON.stringify(of.prefix)}`,
    of.suffix === undefined ? undefined : `ends with ${JSON.stringify(of.suffix)}`,
    of.contains === undefined ? undefined : `contains ${JSON.stringify(of.contains)}`,
    of.pattern === undefined ? undefined : `matches ${of.pattern}`,
    Array.isArray(of.in) ? `one of ${of.in.join(', ')}` : undefined,
    Array.isArray(of.not_in) ? `none of ${of.not_in.join(', ')}` : undefined,
    of.well_known_regex === 'HTTP_HEADER_NAME' ? 'a header name' : undefined,
    of.well_known_regex === 'HTTP_HEADER_VALUE' ? 'a header value' : undefined,
    ...Object.entries(WELL_KNOWN).map(([rule, text]) => (of[rule] === true ? text : undefined)),
  ].filter(isText)
}

/** Numbers and durations: limits as they are written. */
function rangeTexts(of: JsonObject): string[] {
  const low = of.gte !== undefined ? `at least ${of.gte}` : of.gt !== undefined ? `above ${of.gt}` : undefined
  const high = of.lte !== undefined ? `at most ${of.lte}` : of.lt !== undefined ? `below ${of.lt}` : undefined
  const both = of.gte !== undefined && of.lte !== undefined ? `${of.gte} to ${of.lte}` : undefined
  return [
    ...(both ? [both] : [low, high]),
    of.const === undefined ? undefined : `always ${of.const}`,
    Array.isArray(of.in) ? `one of ${of.in.join(', ')}` : undefined,
    Array.isArray(of.not_in) ? `none of ${of.not_in.join(', ')}` : undefined,
  ].filter(isText)
}
