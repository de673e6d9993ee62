import type { ScopedRouteConfiguration } from '../../envoy/types/envoy/config/route/v3/scoped_route_pb.d.ts'
import type {
  ScopedRoutes_ScopeKeyBuilder_FragmentBuilder as FragmentConfig,
  ScopedRoutes as ScopedRoutesConfig,
} from '../../envoy/types/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.d.ts'
import { toByteString } from '../bytes.ts'
import { ConfigError } from '../catalogue.ts'
import type { HeaderMap } from '../http/header-map.ts'
import { asciiLower } from '../match/ascii.ts'
import type { StreamInfo } from '../stream-info.ts'
import type { RouteTable } from './table.ts'
import type { RouteMatch } from './types.ts'

/** One fragment of a scope's key, taken from a request; undefined when the request has none. */
type Fragment = (headers: HeaderMap) => string | undefined

/** The route table of a name, made on first use; undefined when the design has no such route configuration. */
type TableByName = (name: string) => RouteTable | undefined

/**
 * Scoped routes: a key built from request headers picks the route table (Envoy: source/common/router/scoped_config_impl.cc).
 * Scopes that would come by scoped RDS are those given; others are not there.
 */
export class ScopedRoutes {
  private readonly fragments: Fragment[]
  private readonly tables = new Map<string, { name: string; table: RouteTable | undefined; tableName: string }>()

  /**
   * @param inline makes a table of a scope's own route_configuration.
   * @throws ConfigError for malformed key builders and for two scopes with one key.
   */
  constructor(
    config: ScopedRoutesConfig,
    path: string,
    byName: TableByName,
    inline: (scope: ScopedRouteConfiguration, path: string) => RouteTable,
  ) {
    const builder = config.scopeKeyBuilder
    if (!builder) throw new ConfigError(`${path}.scope_key_builder`, 'is required')
    this.fragments = builder.fragments.map((fragment, i) =>
      createFragment(fragment, `${path}.scope_key_builder.fragments[${i}]`),
    )
    if (config.configSpecifier.case !== 'scopedRouteConfigurationsList') return
    config.configSpecifier.value.scopedRouteConfigurations.forEach((scope, i) => {
      const at = `${path}.scoped_route_configurations_list.scoped_route_configurations[${i}]`
      const key = keyOf((scope.key?.fragments ?? []).map((fragment) => toByteString(fragment.type.value ?? '')))
      if (this.tables.has(key)) throw new ConfigError(`${at}.key`, `another scope has the key of '${scope.name}'`)
      const table = scope.routeConfiguration
        ? inline(scope, `${at}.route_configuration`)
        : byName(scope.routeConfigurationName)
      this.tables.set(key, { name: scope.name, table, tableName: scope.routeConfigurationName })
    })
  }

  route(headers: HeaderMap, info: StreamInfo): RouteMatch {
    const values: string[] = []
    for (const fragment of this.fragments) {
      const value = fragment(headers)
      if (value === undefined)
        return { route: undefined, reason: 'the request lacks a part of the scope key, so no scope is chosen' }
      values.push(value)
    }
    const scope = this.tables.get(keyOf(values))
    const key = values.map((value) => `"${value}"`).join(', ')
    if (!scope) return { route: undefined, reason: `no scope has the key ${key}` }
    const { table } = scope
    if (!table) {
      return { route: undefined, reason: `scope \`${scope.name}\`: no route configuration \`${scope.tableName}\`` }
    }
    const match = table.match(headers, info)
    return {
      route: match.route,
      get reason() {
        return `scope \`${scope.name}\` by key ${key}; ${match.reason}`
      },
    }
  }

  /** internal_only_headers of every table. */
  get internalOnlyHeaders(): string[] {
    return [...this.tables.values()].flatMap(({ table }) => table?.internalOnlyHeaders ?? [])
  }
}

function keyOf(fragments: readonly string[]): string {
  return JSON.stringify(fragments)
}

function createFragment(config: FragmentConfig, path: string): Fragment {
  if (config.type.case !== 'headerValueExtractor') throw new ConfigError(path, 'needs header_value_extractor')
  const { name, elementSeparator, extractType } = config.type.value
  const header = asciiLower(toByteString(name))
  if (extractType.case === 'index' && elementSeparator === '' && extractType.value !== 0) {
    throw new ConfigError(`${path}.header_value_extractor.index`, 'has to be 0 without element_separator')
  }
  const elementsOf = (value: string) => (elementSeparator === '' ? [value] : value.split(elementSeparator))
  if (extractType.case === 'index') {
    const index = extractType.value
    return (headers) => {
      const value = headers.get(header)
      return value === undefined ? undefined : elementsOf(value)[index]
    }
  }
  if (extractType.case !== 'element') throw new ConfigError(`${path}.header_value_extractor`, 'needs index or element')
  const { separator, key } = extractType.value
  return (headers) => {
    for (const element of elementsOf(headers.get(header) ?? '')) {
      const at = element.indexOf(separator)
      if (at >= 0 && element.slice(0, at) === key) return element.slice(at + separator.length)
    }
    return undefined
  }
}
