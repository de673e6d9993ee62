import type { MetadataMatcher } from '../../envoy/types/envoy/type/matcher/v3/metadata_pb.d.ts'
import type { ValueMatcher } from '../../envoy/types/envoy/type/matcher/v3/value_pb.d.ts'
import { toByteString } from '../bytes.ts'
import { ConfigError } from '../catalogue.ts'
import type { EngineServices } from '../services.ts'
import type { JsonObject, JsonValue } from '../stream-info.ts'
import { createStringMatcher, type StringMatcherConfig } from './string.ts'

/** A test on a value of a Struct; undefined stands for a value that is not there. */
export interface JsonMatcher {
  matches(value: JsonValue | undefined): boolean
  readonly description: string
}

/** type.matcher.v3.ValueMatcher made ready (Envoy: source/common/common/matchers.cc, ValueMatcher::create). */
export function createValueMatcher(config: ValueMatcher, path: string, services?: EngineServices): JsonMatcher {
  const pattern = config.matchPattern
  switch (pattern.case) {
    case 'nullMatch':
      return { description: 'null', matches: (value) => value === null }
    case 'boolMatch': {
      const wanted = pattern.value
      return { description: String(wanted), matches: (value) => value === wanted }
    }
    case 'presentMatch': {
      // `present_match: false` does not ask for absence: it matches nothing.
      const wanted = pattern.value
      return { description: wanted ? 'present' : 'never', matches: (value) => wanted && value !== undefined }
    }
    case 'doubleMatch': {
      const double = pattern.value.matchPattern
      if (double.case === 'range') {
        const { start, end } = double.value
        return {
          description: `in ${start} <= n < ${end}`,
          matches: (value) => typeof value === 'number' && value >= start && value < end,
        }
      }
      if (double.case !== 'exact') throw new ConfigError(`${path}.double_match`, 'needs range or exact')
      return { description: `= ${double.value}`, matches: (value) => value === double.value }
    }
    case 'stringMatch': {
      const text = createStringMatcher(pattern.value as StringMatcherConfig, `${path}.string_match`, services)
      return {
        description: text.description,
        matches: (value) => typeof value === 'string' && text.matches(toByteString(value)),
      }
    }
    case 'listMatch': {
      if (pattern.value.matchPattern.case !== 'oneOf') throw new ConfigError(`${path}.list_match`, 'needs one_of')
      const one = createValueMatcher(pattern.value.matchPattern.value, `${path}.list_match.one_of`, services)
      return {
        description: `a list with one ${one.description}`,
        matches: (value) => Array.isArray(value) && value.some((entry) => one.matches(entry)),
      }
    }
    case 'orMatch': {
      const any = pattern.value.valueMatchers.map((one, i) =>
        createValueMatcher(one, `${path}.or_match.value_matchers[${i}]`, services),
      )
      return {
        description: any.map((one) => one.description).join(' or '),
        matches: (value) => any.some((one) => one.matches(value)),
      }
    }
    default:
      throw new ConfigError(path, 'a value matcher needs a pattern')
  }
}

/** Follows keys into a namespace's struct; undefined when one is missing on the way (Config::Metadata::metadataValue). */
export function metadataValue(
  namespaces: { get(name: string): JsonObject | undefined },
  namespace: string,
  path: readonly string[],
): JsonValue | undefined {
  let value: JsonValue | undefined = namespaces.get(namespace)
  for (const key of path) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    value = Object.hasOwn(value, key) ? value[key] : undefined
  }
  return value
}

export interface MetadataTest {
  matches(metadata: { get(name: string): JsonObject | undefined }): boolean
  readonly description: string
}

/** type.matcher.v3.MetadataMatcher made ready. */
export function createMetadataMatcher(config: MetadataMatcher, path: string, services?: EngineServices): MetadataTest {
  if (!config.value) throw new ConfigError(`${path}.value`, 'a metadata matcher needs a value')
  const keys = config.path.map((segment) => segment.segment.value ?? '')
  const value = createValueMatcher(config.value, `${path}.value`, services)
  const { filter, invert } = config
  return {
    description: `metadata ${[filter, ...keys].join(':')} ${invert ? 'not ' : ''}${value.description}`,
    matches: (metadata) => value.matches(metadataValue(metadata, filter, keys)) !== invert,
  }
}
