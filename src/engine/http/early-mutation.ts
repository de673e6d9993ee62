import type { TypedExtensionConfig } from '../../envoy/types/envoy/config/core/v3/extension_pb.d.ts'
import type { HeaderMutation } from '../../envoy/types/envoy/extensions/http/early_header_mutation/header_mutation/v3/header_mutation_pb.d.ts'
import { toByteString } from '../bytes.ts'
import { ConfigError } from '../catalogue.ts'
import { HeaderParser } from '../format/index.ts'
import { createStringMatcher } from '../match/index.ts'
import type { EngineServices } from '../services.ts'
import type { StreamInfo } from '../stream-info.ts'
import type { HeaderMap } from './header-map.ts'

const HEADER_MUTATION = 'envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation'

export type EarlyMutation = (headers: HeaderMap, info: StreamInfo) => void

/** Makes an early_header_mutation extension ready: it changes requests before a route is chosen. */
export function createEarlyMutation(
  config: TypedExtensionConfig,
  path: string,
  services: EngineServices,
): EarlyMutation {
  const opened = services.registry.unpack(config.typedConfig)
  if (opened?.typeName !== HEADER_MUTATION)
    throw new ConfigError(path, `early header mutation '${opened?.typeName ?? config.name}' is not known`)
  const steps = (opened.message as HeaderMutation).mutations.map((mutation, i): EarlyMutation => {
    const at = `${path}.typed_config.mutations[${i}]`
    const { action } = mutation
    if (action.case === 'append') {
      const parser = new HeaderParser([action.value], [], { path: at, addField: 'append', removeField: '', services })
      return (headers, info) => parser.evaluate(headers, { info, requestHeaders: headers })
    }
    if (action.case === 'remove') {
      const name = toByteString(action.value.toLowerCase())
      return (headers) => void headers.remove(name)
    }
    if (action.case === 'removeOnMatch' && action.value.keyMatcher) {
      const matcher = createStringMatcher(action.value.keyMatcher, `${at}.remove_on_match.key_matcher`, services)
      return (headers) => void headers.removeIf((name) => name[0] !== ':' && matcher.matches(name))
    }
    throw new ConfigError(at, 'a header mutation needs append, remove or remove_on_match')
  })
  return (headers, info) => {
    for (const step of steps) step(headers, info)
  }
}
