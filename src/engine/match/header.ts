import type { HeaderMatcher } from '../../envoy/types/envoy/config/route/v3/route_components_pb.d.ts'
import { toByteString } from '../bytes.ts'
import type { HeaderMap } from '../http/header-map.ts'
import type { HeaderTest } from '../route/types.ts'
import type { EngineServices } from '../services.ts'
import { asciiLower, parseInt64 } from './ascii.ts'
import { createStringMatcher, type StringMatcherConfig } from './string.ts'
import type { TextMatcher } from './types.ts'

/**
 * config.route.v3.HeaderMatcher made ready. Of several values of a name one has to match, inverted none may; a missing header never
 * matches, inverted or not, unless it counts as empty (Envoy: source/common/http/header_utility.cc).
 */
export function createHeaderMatcher(config: HeaderMatcher, path: string, services?: EngineServices): HeaderTest {
  const name = asciiLower(toByteString(config.name))
  const { headerMatchSpecifier: specifier, invertMatch, treatMissingHeaderAsEmpty } = config
  if (specifier.case === undefined || specifier.case === 'presentMatch') {
    const wanted = (specifier.case === undefined || specifier.value) !== invertMatch
    return {
      name,
      description: `${config.name} ${wanted ? 'present' : 'absent'}`,
      matches: (headers) => (treatMissingHeaderAsEmpty || headers.has(name)) === wanted,
    }
  }
  const value = valueMatcher(config, path, services)
  return {
    name,
    description: `${config.name} ${invertMatch ? 'not ' : ''}${value.description}`,
    matches(headers: HeaderMap) {
      const first = headers.get(name) ?? (treatMissingHeaderAsEmpty ? '' : undefined)
      if (first === undefined) return false
      const found = value.matches(first) || headers.getAll(name).some((text, i) => i > 0 && value.matches(text))
      return found !== invertMatch
    },
  }
}

/** All of a list: an empty list matches everything. */
export function createHeaderMatchers(
  configs: readonly HeaderMatcher[],
  path: string,
  services?: EngineServices,
): HeaderTest[] {
  return configs.map((config, i) => createHeaderMatcher(config, `${path}[${i}]`, services))
}

export function matchesAll(tests: readonly HeaderTest[], headers: HeaderMap): boolean {
  for (const test of tests) if (!test.matches(headers)) return false
  return true
}

function valueMatcher(config: HeaderMatcher, path: string, services: EngineServices | undefined): TextMatcher {
  const specifier = config.headerMatchSpecifier
  const plain = (kind: 'exact' | 'prefix' | 'suffix' | 'contains', value: string) =>
    createStringMatcher({ matchPattern: { case: kind, value }, ignoreCase: false }, path)
  switch (specifier.case) {
    case 'exactMatch':
      // The deprecated form takes an empty value to mean: any.
      if (specifier.value === '') return { matches: () => true, description: 'present' }
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
      return createStringMatcher(specifier.value as StringMatcherConfig, `${path}.string_match`, services)
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
