import type { FilterConfig } from '../../envoy/types/envoy/config/route/v3/route_components_pb.d.ts'
import { formatPath } from '../../model/json.ts'
import type { EngineServices } from '../services.ts'
import type { PerFilterConfig, Route } from './types.ts'

/** typed_per_filter_config of one level, by the filter's configured name. */
export type PerFilterConfigs = ReadonlyMap<string, PerFilterConfig>

const none: PerFilterConfigs = new Map()

const WRAPPER = 'envoy.config.route.v3.FilterConfig'

/**
 * Decodes the typed_per_filter_config of the object at `path`. An entry that does not disable its filter enables it, even one that is disabled by default
 * (Envoy: source/common/router/per_filter_config.cc).
 */
export function createPerFilterConfigs(
  configs: { [name: string]: unknown },
  path: string,
  services: EngineServices,
): PerFilterConfigs {
  const configured = Object.entries(configs)
  if (configured.length === 0) return none
  const entries = new Map<string, PerFilterConfig>()
  for (const [name, any] of configured) {
    const at = `${path}.${formatPath(['typed_per_filter_config', name])}`
    entries.set(name, decode(any, at, services))
  }
  return entries
}

/** Messages for a filter, least specific first, of the type that it reads; others under its name are passed over. */
export function configsOfType(route: Route | undefined, name: string, type: string | undefined): PerFilterConfig[] {
  return (route?.perFilterConfigs(name) ?? []).filter((entry) => isOfType(entry, type))
}

/** The most specific message for a filter; undefined when that one is of another type, whatever stands behind it. */
export function nearestOfType<R>(route: Route | undefined, name: string, type: string | undefined): R | undefined {
  const entry = route?.perFilterConfigs(name).findLast((each) => each.message !== undefined)
  return entry && isOfType(entry, type) ? (entry.message as R) : undefined
}

function isOfType(entry: PerFilterConfig, type: string | undefined): boolean {
  return entry.message !== undefined && (type === undefined || entry.typeUrl === typeUrl(type))
}

function decode(any: unknown, path: string, services: EngineServices): PerFilterConfig {
  const unpacked = services.registry.unpack(any)
  if (unpacked?.typeName !== WRAPPER) {
    if (unpacked) services.checkPerRoute?.(unpacked.typeName, unpacked.message, path)
    return { typeUrl: typeUrl(unpacked?.typeName), path, message: unpacked?.message, disabled: false }
  }
  const wrapper = unpacked.message as FilterConfig
  if (wrapper.disabled) return { typeUrl: typeUrl(WRAPPER), path, message: undefined, disabled: true }
  const inner = services.registry.unpack(wrapper.config)
  if (inner) services.checkPerRoute?.(inner.typeName, inner.message, `${path}.config`)
  return { typeUrl: typeUrl(inner?.typeName), path: `${path}.config`, message: inner?.message, disabled: false }
}

function typeUrl(typeName: string | undefined): string {
  return typeName === undefined ? '' : `type.googleapis.com/${typeName}`
}
