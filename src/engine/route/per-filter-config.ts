import type { FilterConfig } from '../../envoy/types/envoy/config/route/v3/route_components_pb.d.ts'
import type { EngineServices } from '../services.ts'
import type { PerFilterConfig } from './types.ts'

/** typed_per_filter_config of one level, by the filter's configured name. */
export type PerFilterConfigs = ReadonlyMap<string, PerFilterConfig>

const none: PerFilterConfigs = new Map()

const WRAPPER = 'envoy.config.route.v3.FilterConfig'

/**
 * Decodes typed_per_filter_config. An entry that does not disable its filter enables it, even one that is disabled by default
 * (Envoy: source/common/router/per_filter_config.cc).
 */
export function createPerFilterConfigs(
  configs: { [name: string]: unknown },
  services: EngineServices,
): PerFilterConfigs {
  const configured = Object.entries(configs)
  if (configured.length === 0) return none
  const entries = new Map<string, PerFilterConfig>()
  for (const [name, any] of configured) entries.set(name, decode(any, services))
  return entries
}

function decode(any: unknown, services: EngineServices): PerFilterConfig {
  const unpacked = services.registry.unpack(any)
  if (unpacked?.typeName !== WRAPPER) {
    return { typeUrl: typeUrl(unpacked?.typeName), message: unpacked?.message, disabled: false }
  }
  const wrapper = unpacked.message as FilterConfig
  if (wrapper.disabled) return { typeUrl: typeUrl(WRAPPER), message: undefined, disabled: true }
  const inner = services.registry.unpack(wrapper.config)
  return { typeUrl: typeUrl(inner?.typeName), message: inner?.message, disabled: false }
}

function typeUrl(typeName: string | undefined): string {
  return typeName === undefined ? '' : `type.googleapis.com/${typeName}`
}
