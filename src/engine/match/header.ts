import type { HeaderMatcher } from '../../envoy/types/envoy/config/route/v3/route_components_pb.d.ts'
import { toByteString } from '../bytes.ts'
import type { HeaderMap } from '../http/header-map.ts'
import type { HeaderTest } from '../route/types.ts'
import { asciiLower, parseInt64 } from './ascii.ts'
import { createStringMatcher, type StringMatcherConfig } from './string.ts'
import type { TextMatcher } from './types.ts'

/**
 * config.route.v3.HeaderMatcher made ready. Several values of a name are joined with commas before they are tested; a missing
 * header never matches, inverted or not, unless it counts as empty (Envoy: source/common/http/header_utility.cc).
 */
export function createHeaderMatcher(config: HeaderMatcher, path: string): HeaderTest {
  const name = asciiLower(toByteString(config.name))
  const specifier = config.headerMatchSpecifier
  if (specifier.case === undefined || specifier.case === 'presentMatch') {
    const wanted = (specifier.case === undefined || specifier.value) !== config.invertMatch
    return {
      name,
      description: `${config.name} ${wanted ? 'present' : 'absent'}`,
      // Presence asks for the header itself: one that counts as empty when missing is still missing here.
      matches: (headers) => headers.has(name) === wanted,
    }
  }
  const value = valueMatcher(config, path)
  const { invertMatch, treatMissingHeaderAsEmpty } = config
  return {
    name,
    description: `${config.name} ${invertMatch ? 'not ' : ''}${value.description}`,
    matches(headers: HeaderMap) {
      const text = headers.joined(name) ?? (treatMissingHeaderAsEmpty ? '' : undefined)
      return text !== undefined && value.matches(text) !== invertMatch
    },
  }
}

/** All of a list: an empty list matches everything. */
export function createHeaderMatchers(configs: readonly HeaderMatcher[], path: string): HeaderTest[] {
  return configs.map((config, i) => createHeaderMatcher(config, `${path}[${i}]`))
}

export function matchesAll(tests: readonly HeaderTest[], headers: HeaderMap): boolean {
  for (const test of tests) if (!test.matches(headers)) return false
  return true
}

function valueMatcher(config: HeaderMatcher, path: string): TextMatcher {
  const specifier = config.headerMatchSpecifier
  const plain = (kind: 'exact' | 'prefix' | 'suffix' | 'contains', value: string) =>
    createStringMatcher({ matchPattern: { case: kind, value }, ignoreCase: false }, path)
  switch (specifier.case) {
    case 'exactMatch':
      return plain('exact', specifier.value)
    case 'prefixMatch':
      return plain('prefix', specifier.value)
    case 'suffixMatch':
      return plain('suffix', specifier.value)
    case 'containsMatch':
      return plain('contains', specifier.value)
    case 'safeRegexMatch':
      return createStringMatcher(
        { matchPattern: { case: 'safeRegex', value: specifier.value }, ignoreCase: false },
        path,
      )
    case 'stringMatch':
      return createStringMatcher(specifier.value as StringMatcherConfig, `${path}.string_match`)
    case 'rangeMatch': {
      const { start, end } = specifier.value
      return {
        description: `in ${start} <= n < ${end}`,
        matches(text) {
          const number = parseInt64(text)
          return number !== undefined && number >= start && number < end
        },
      }
    }
    default:
      throw new Error('presence is tested elsewhere')
  }
}
