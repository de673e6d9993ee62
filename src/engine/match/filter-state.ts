import type { FilterStateMatcher } from '../../envoy/types/envoy/type/matcher/v3/filter_state_pb.d.ts'
import { ConfigError } from '../catalogue.ts'
import type { EngineServices } from '../services.ts'
import type { FilterState } from '../stream-info.ts'
import { CidrList } from './cidr.ts'
import { createStringMatcher, type StringMatcherConfig } from './string.ts'

export interface FilterStateTest {
  matches(state: FilterState): boolean
  readonly description: string
}

/** type.matcher.v3.FilterStateMatcher made ready: a missing object, or one without the wanted form, does not match. */
export function createFilterStateMatcher(
  config: FilterStateMatcher,
  path: string,
  services?: EngineServices,
): FilterStateTest {
  const { key, matcher } = config
  if (matcher.case === 'stringMatch') {
    const text = createStringMatcher(matcher.value as StringMatcherConfig, `${path}.string_match`, services)
    return {
      description: `filter state ${key} ${text.description}`,
      matches(state) {
        const value = state.get(key)?.text
        return value !== undefined && text.matches(value)
      },
    }
  }
  if (matcher.case === 'addressMatch') {
    const ranges = new CidrList(matcher.value.ranges, `${path}.address_match.ranges`)
    const { invertMatch } = matcher.value
    return {
      description: `filter state ${key} ${invertMatch ? 'not ' : ''}in ${ranges.description}`,
      matches(state) {
        const object = state.get(key)
        const ip = object && addressOf(object.text)
        return ip !== undefined && ranges.contains(ip) !== invertMatch
      },
    }
  }
  throw new ConfigError(path, 'a filter state matcher needs string_match or address_match')
}

/** The address of an IP accessor's text, with or without a port. */
function addressOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(text)
  if (bracketed) return bracketed[1]
  const colon = text.indexOf(':')
  return colon >= 0 && colon === text.lastIndexOf(':') ? text.slice(0, colon) : text
}
