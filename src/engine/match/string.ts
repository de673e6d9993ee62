import type { DataSource } from '../../envoy/types/envoy/config/core/v3/base_pb.d.ts'
import type { RegexMatcher } from '../../envoy/types/envoy/type/matcher/v3/regex_pb.d.ts'
import { fromLatin1, toByteString } from '../bytes.ts'
import { ConfigError } from '../catalogue.ts'
import { dataSourceBytes } from '../format/data-source.ts'
import type { EngineServices } from '../services.ts'
import type { LogLine } from '../trace.ts'
import { asciiLower } from './ascii.ts'
import { compileRegex } from './regex.ts'
import type { TextMatcher } from './types.ts'

/** envoy.type.matcher.v3.StringMatcher and xds.type.matcher.v3.StringMatcher have the same shape. */
export interface StringMatcherConfig {
  matchPattern:
    | { case: 'exact' | 'prefix' | 'suffix' | 'contains'; value: string }
    | { case: 'safeRegex'; value: Pick<RegexMatcher, 'regex'> }
    | { case: 'custom'; value: { name: string; typedConfig?: unknown } }
    | { case: undefined; value?: undefined }
  ignoreCase: boolean
}

/**
 * A StringMatcher made ready for byte strings. ignore_case folds ASCII only and does not touch safe_regex
 * (Envoy: source/common/common/matchers.h). Custom matchers in Lua need `services`; without them, or Lua, they match nothing.
 * @throws ConfigError at `path` when no pattern is set or a regex is not RE2.
 */
export function createStringMatcher(config: StringMatcherConfig, path: string, services?: EngineServices): TextMatcher {
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
      return createCustomMatcher(pattern.value, `${path}.custom`, services)
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

/** The part of src/lua's service that is needed here. */
interface LuaMatcherService {
  stringMatcher(
    source: Uint8Array,
    place: { name: string; now: () => number },
  ): (value: string) => { matched: boolean; failure?: LogLine }
}

function createCustomMatcher(
  config: { name: string; typedConfig?: unknown },
  path: string,
  services: EngineServices | undefined,
): TextMatcher {
  const unpacked = services?.registry.unpack(config.typedConfig)
  const lua = services?.host.services.lua as LuaMatcherService | undefined
  if (!services || !lua || unpacked?.typeName !== 'envoy.extensions.string_matcher.lua.v3.Lua') {
    return { matches: () => false, description: `custom matcher ${config.name} (not modelled, matches nothing)` }
  }
  const { sourceCode } = unpacked.message as { sourceCode?: DataSource }
  const at = `${path}.typed_config.source_code`
  if (!sourceCode) throw new ConfigError(at, 'is required')
  const source = fromLatin1(dataSourceBytes(sourceCode, at, services))
  const now = () => services.host.startTime + services.loop.now
  const match = lua.stringMatcher(source, { name: at, now })
  const log = services.scriptLog
  let last: { value: string; matched: boolean } | undefined
  const matches = (value: string): boolean => {
    if (log?.isExplaining && last?.value === value) return last.matched
    const { matched, failure } = match(value)
    last = { value, matched }
    if (failure) log?.add({ ...failure, outcome: 'the string does not match' })
    return matched
  }
  return { matches, description: `Lua matcher ${config.name}` }
}
