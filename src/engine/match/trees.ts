import type { ServerNameMatcher } from '../../envoy/types/xds/type/matcher/v3/domain_pb.d.ts'
import type { IPMatcher } from '../../envoy/types/xds/type/matcher/v3/ip_pb.d.ts'
import type { Matcher_OnMatch as OnMatchConfig } from '../../envoy/types/xds/type/matcher/v3/matcher_pb.d.ts'
import { ConfigError } from '../catalogue.ts'
import { asciiLower } from './ascii.ts'
import { type Cidr, cidrContains, parseCidr, parseIp } from './cidr.ts'
import { type DataInput, type ExtensionConfig, NOT_YET } from './inputs.ts'
import { createOnMatch, type MatcherBuild, type Outcome } from './matcher.ts'

/**
 * Custom matchers of a matcher tree: address ranges, server names, number ranges
 * (Envoy: source/extensions/common/matcher/ip_range_matcher.h, domain_matcher.h, range_matcher.h).
 */
export function createCustomTree<Action>(
  config: ExtensionConfig,
  path: string,
  build: MatcherBuild<Action>,
  input: DataInput,
  otherwise: Outcome<Action>,
): Outcome<Action> {
  const unpacked = build.services.registry.unpack(config.typedConfig)
  switch (unpacked?.typeName) {
    case 'xds.type.matcher.v3.IPMatcher':
      return reading(input, otherwise, ipTree(unpacked.message as IPMatcher, path, build))
    case 'xds.type.matcher.v3.ServerNameMatcher':
      return reading(input, otherwise, serverNameTree(unpacked.message as ServerNameMatcher, path, build))
    case 'xds.type.matcher.v3.Int32RangeMatcher':
    case 'xds.type.matcher.v3.Int64RangeMatcher':
    case 'xds.type.matcher.v3.DoubleRangeMatcher':
      return reading(input, otherwise, rangeTree(unpacked.message as RangeMatcher, path, build))
    default:
      throw new ConfigError(path, `no matcher tree of type '${unpacked?.typeName ?? config.name}'`)
  }
}

/** Outcomes to try for a value, in order. */
type Candidates<Action> = (value: string) => Iterable<Outcome<Action>>

function reading<Action>(
  input: DataInput,
  otherwise: Outcome<Action>,
  candidates: Candidates<Action>,
): Outcome<Action> {
  return (context, skipped) => {
    const value = input.read(context)
    if (value === NOT_YET) return { kind: 'insufficient', skipped }
    if (typeof value === 'string') {
      for (const outcome of candidates(value)) {
        const result = outcome(context, skipped)
        if (result.kind !== 'noMatch') return result
      }
    }
    return otherwise(context, skipped)
  }
}

/** The narrowest range first; of equal ranges the one listed first. An exclusive range counts only when it is the narrowest. */
function ipTree<Action>(config: IPMatcher, path: string, build: MatcherBuild<Action>): Candidates<Action> {
  const ranges: { cidr: Cidr; exclusive: boolean; outcome: Outcome<Action> }[] = []
  config.rangeMatchers.forEach((matcher, i) => {
    const at = `${path}.range_matchers[${i}]`
    const outcome = createOnMatch(matcher.onMatch, `${at}.on_match`, build)
    matcher.ranges.forEach((range, j) => {
      ranges.push({ cidr: parseCidr(range, `${at}.ranges[${j}]`), exclusive: matcher.exclusive, outcome })
    })
  })
  ranges.sort((a, b) => b.cidr.length - a.cidr.length)
  return function* (value) {
    const ip = parseIp(value)
    if (!ip) return
    let first = true
    for (const { cidr, exclusive, outcome } of ranges) {
      if (!cidrContains(cidr, ip)) continue
      if (first || !exclusive) yield outcome
      first = false
    }
  }
}

/** The exact name, then wildcards from the longest to `*`. */
function serverNameTree<Action>(
  config: ServerNameMatcher,
  path: string,
  build: MatcherBuild<Action>,
): Candidates<Action> {
  const names = new Map<string, Outcome<Action>>()
  config.domainMatchers.forEach((matcher, i) => {
    const at = `${path}.domain_matchers[${i}]`
    const outcome = createOnMatch(matcher.onMatch, `${at}.on_match`, build)
    matcher.domains.forEach((domain, j) => {
      const name = asciiLower(domain)
      if (names.has(name)) throw new ConfigError(`${at}.domains[${j}]`, `the domain '${domain}' stands twice`)
      if (name.lastIndexOf('*') > 0 || (name.startsWith('*') && name !== '*' && !name.startsWith('*.'))) {
        throw new ConfigError(`${at}.domains[${j}]`, `'${domain}': a wildcard stands alone or as the first label`)
      }
      names.set(name, outcome)
    })
  })
  return function* (value) {
    const name = asciiLower(value)
    const exact = names.get(name)
    if (exact) yield exact
    for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
      const wildcard = names.get(`*${name.slice(dot)}`)
      if (wildcard) yield wildcard
    }
    const any = names.get('*')
    if (any) yield any
  }
}

interface RangeMatcher {
  rangeMatchers: { ranges: { start: number | bigint; end: number | bigint }[]; onMatch?: OnMatchConfig | undefined }[]
}

/** Half-open ranges, in their order. */
function rangeTree<Action>(config: RangeMatcher, path: string, build: MatcherBuild<Action>): Candidates<Action> {
  const ranges = config.rangeMatchers.map((matcher, i) => ({
    ranges: matcher.ranges,
    outcome: createOnMatch(matcher.onMatch, `${path}.range_matchers[${i}].on_match`, build),
  }))
  return function* (value) {
    const number = value.trim() === '' ? Number.NaN : Number(value)
    if (Number.isNaN(number)) return
    for (const entry of ranges) {
      if (entry.ranges.some(({ start, end }) => number >= start && number < end)) yield entry.outcome
    }
  }
}
