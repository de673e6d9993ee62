import { ConfigError } from '../../engine/catalogue.ts'
import { createBodyFormatter, type FormatContext } from '../../engine/format/index.ts'
import type { EngineServices } from '../../engine/services.ts'
import type { FilterState, FilterStateLifeSpan, FilterStateObject } from '../../engine/stream-info.ts'
import type { FilterStateValue } from '../../envoy/types/envoy/extensions/filters/common/set_filter_state/v3/value_pb.d.ts'

/** FilterStateValue.SharedWithUpstream by number. */
const SHARING = ['None', 'Once', 'Transitive'] as const

/** Writes the configured objects; says which, for the trace. */
export type FilterStateWriter = (state: FilterState, context: FormatContext) => string[]

/**
 * The list that the HTTP, network and listener filters of this name have in common
 * (Envoy: source/extensions/filters/common/set_filter_state/filter_config.cc). Objects are kept as their text. `read_only`
 * stops nobody: what is set later replaces it.
 * @throws ConfigError for a value without a key or a format.
 */
export function filterStateWriter(
  values: readonly FilterStateValue[],
  lifeSpan: FilterStateLifeSpan,
  services: EngineServices,
  path: string,
): FilterStateWriter {
  const setters = values.map((value, i) => {
    const at = `${path}[${i}]`
    if (value.key.case !== 'objectKey') throw new ConfigError(at, 'a filter state value needs an object_key')
    if (value.value.case !== 'formatString') throw new ConfigError(at, 'a filter state value needs a format_string')
    const key = value.key.value
    const format = createBodyFormatter(value.value.value, `${at}.format_string`, services)
    return { key, format, value }
  })
  return (state, context) =>
    setters.flatMap(({ key, format, value }) => {
      const text = format.format(context)
      if (text === '' && value.skipIfEmpty) return []
      const object: FilterStateObject = {
        text,
        json: text,
        lifeSpan,
        sharedWithUpstream: SHARING[value.sharedWithUpstream] ?? 'None',
      }
      state.set(key, object)
      return [`${key} = ${text}`]
    })
}
