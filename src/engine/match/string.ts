import type { RegexMatcher } from '../../envoy/types/envoy/type/matcher/v3/regex_pb.d.ts'
import { toByteString } from '../bytes.ts'
import { ConfigError } from '../catalogue.ts'
import { asciiLower } from './ascii.ts'
import { compileRegex } from './regex.ts'
import type { TextMatcher } from './types.ts'

/** envoy.type.matcher.v3.StringMatcher and xds.type.matcher.v3.StringMatcher have the same shape. */
export interface StringMatcherConfig {
  matchPattern:
    | { case: 'exact' | 'prefix' | 'suffix' | 'contains'; value: string }
    | { case: 'safeRegex'; value: Pick<RegexMatcher, 'regex'> }
    | { case: 'custom'; value: { name: string } }
    | { case: undefined; value?: undefined }
  ignoreCase: boolean
}

/**
 * A StringMatcher made ready for byte strings. ignore_case folds ASCII only and does not touch safe_regex
 * (Envoy: source/common/common/matchers.h). Custom matchers (extensions) are not modelled and match nothing.
 * @throws ConfigError at `path` when no pattern is set or a regex is not RE2.
 */
export function createStringMatcher(config: StringMatcherConfig, path: string): TextMatcher {
  const { matchPattern: pattern, ignoreCase } = config
  switch (pattern.case) {
    case 'exact':
      return comparing('exact', pattern.value, ignoreCase, (text, wanted) => text === wanted)
    case 'prefix':
      return comparing('prefix', pattern.value, ignoreCase, (text, wanted) => text.startsWith(wanted))
    case 'suffix':
      return comparing('suffix', pattern.value, ignoreCase, (text, wanted) => text.endsWith(wanted))
    case 'contains':
      return comparing('contains', pattern.value, ignoreCase, (text, wanted) => text.includes(wanted))
    case 'safeRegex': {
      const regex = compileRegex(pattern.value.regex, `${path}.safe_regex.regex`)
      return { matches: (text) => regex.matches(text), description: `regex ${pattern.value.regex}` }
    }
    case 'custom':
      return {
        matches: () => false,
        description: `custom matcher ${pattern.value.name} (not modelled, matches nothing)`,
      }
    default:
      throw new ConfigError(path, 'a string matcher needs one of exact, prefix, suffix, contains, safe_regex, custom')
  }
}

function comparing(
  kind: string,
  configured: string,
  ignoreCase: boolean,
  test: (text: string, wanted: string) => boolean,
): TextMatcher {
  const bytes = toByteString(configured)
  const description = `${kind} "${configured}"${ignoreCase ? ' ignoring case' : ''}`
  if (!ignoreCase) return { matches: (text) => test(text, bytes), description }
  const lower = asciiLower(bytes)
  return { matches: (text) => test(asciiLower(text), lower), description }
}
