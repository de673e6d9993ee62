import type { ExtensionConfigSource } from '../../envoy/types/envoy/config/core/v3/config_source_pb.d.ts'
import type { HttpFilter as HttpFilterConfig } from '../../envoy/types/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.d.ts'
import type { HttpFilterFactoryContext } from '../catalogue.ts'
import { ConfigError } from '../catalogue.ts'
import type { ExtensionConfig } from '../match/inputs.ts'
import type { ProxyServices } from '../services.ts'
import type { ConfiguredFilter } from './filter-slot.ts'

/**
 * Makes a list of http_filters ready: each filter's definition is looked up by the type of its configuration, and what its
 * streams share is made. A filter that nobody simulates stays in the chain, without effect, and says so in the trace.
 */
export function configureFilters(
  filters: readonly HttpFilterConfig[],
  path: string,
  services: ProxyServices,
): ConfiguredFilter[] {
  return filters.map((filter, i) => configure(filter, `${path}[${i}]`, services))
}

/** A filter that stands inside another one's configuration, as the chain's own are made ready. */
function configureExtension(
  extension: ExtensionConfig | undefined,
  path: string,
  services: ProxyServices,
): ConfiguredFilter {
  return configure(
    {
      name: extension?.name ?? '',
      disabled: false,
      configType: { case: 'typedConfig', value: extension?.typedConfig },
    },
    path,
    services,
  )
}

/** What is read of an http_filters entry. */
type FilterEntry = Pick<HttpFilterConfig, 'name' | 'disabled'> & {
  configType: { case?: string | undefined; value?: unknown }
}

function configure(filter: FilterEntry, path: string, services: ProxyServices): ConfiguredFilter {
  const discovery =
    filter.configType.case === 'configDiscovery' ? (filter.configType.value as ExtensionConfigSource) : undefined
  const any = filter.configType.case === 'typedConfig' ? filter.configType.value : discovery?.defaultConfig
  const at = `${path}.${discovery ? 'config_discovery.default_config' : 'typed_config'}`
  const context: HttpFilterFactoryContext = {
    loop: services.loop,
    host: services.host,
    services,
    filterName: filter.name,
    path: isTypedStruct(any) ? `${at}.value` : at,
    configure: (extension, at) => configureExtension(extension, at, services),
  }
  const configured: ConfiguredFilter = {
    name: filter.name,
    path,
    definition: undefined,
    config: undefined,
    shared: undefined,
    context,
    disabled: filter.disabled,
  }
  if (discovery && !any) {
    configured.remark = 'its configuration comes by discovery and is not part of the document: traffic passes through'
    return configured
  }
  const opened = services.registry.unpack(any)
  const definition = opened && services.catalogue.http(opened.typeName)
  if (!opened || !definition) {
    configured.remark = `'${opened?.typeName ?? filter.name}' is not simulated: traffic passes through unchanged`
    return configured
  }
  if (opened.message === undefined)
    throw new ConfigError(context.path, `the configuration does not fit ${opened.typeName}`)
  configured.definition = definition
  configured.config = opened.message
  configured.shared = definition.shared?.(opened.message, context)
  if (discovery) configured.remark = 'runs with its default configuration: what discovery would bring is not known'
  return configured
}

function isTypedStruct(any: unknown): boolean {
  return /\/(xds|udpa)\.type\.v[13]\.TypedStruct$/.test((any as { typeUrl?: string } | undefined)?.typeUrl ?? '')
}
