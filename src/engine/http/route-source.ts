import type { RouteConfiguration } from '../../envoy/types/envoy/config/route/v3/route_pb.d.ts'
import type { HttpConnectionManager } from '../../envoy/types/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.d.ts'
import { ScopedRoutes } from '../route/scoped.ts'
import { RouteTable } from '../route/table.ts'
import type { RouteMatch } from '../route/types.ts'
import type { ProxyServices } from '../services.ts'
import type { StreamInfo } from '../stream-info.ts'
import type { HeaderMap } from './header-map.ts'

/** Where a connection manager's routes come from: its own configuration, rds, or scoped routes. */
export interface RouteSource {
  route(headers: HeaderMap, info: StreamInfo): RouteMatch
  readonly internalOnlyHeaders: readonly string[]
}

/** Makes a connection manager's route specifier ready; what comes by discovery is looked up in the document. */
export function createRouteSource(config: HttpConnectionManager, path: string, services: ProxyServices): RouteSource {
  const specifier = config.routeSpecifier
  if (specifier.case === 'routeConfig')
    return fixed(new RouteTable(specifier.value, `${path}.route_config`, services, { validateClusters: true }))
  const byName = tablesByName(services)
  if (specifier.case === 'rds') {
    const name = specifier.value.routeConfigName
    const table = byName(name)
    return table ? fixed(table) : missing(`route configuration '${name}' is not part of the document`)
  }
  if (specifier.case === 'scopedRoutes') {
    const scopes = new ScopedRoutes(
      specifier.value,
      `${path}.scoped_routes`,
      byName,
      (scope, at) => new RouteTable(scope.routeConfiguration!, at, services),
    )
    return { route: (headers, info) => scopes.route(headers, info), internalOnlyHeaders: [] }
  }
  return missing('the connection manager has no routes')
}

function fixed(table: RouteTable): RouteSource {
  return {
    route: (headers, info) => table.match(headers, info),
    internalOnlyHeaders: table.internalOnlyHeaders,
  }
}

function missing(reason: string): RouteSource {
  return { route: () => ({ route: undefined, reason }), internalOnlyHeaders: [] }
}

// One table for each name and proxy, however many connection managers ask for it.
const TABLES = new WeakMap<ProxyServices, Map<string, RouteTable | undefined>>()

function tablesByName(services: ProxyServices): (name: string) => RouteTable | undefined {
  const tables = TABLES.get(services) ?? new Map<string, RouteTable | undefined>()
  TABLES.set(services, tables)
  return (name) => {
    if (!tables.has(name)) {
      const found = services.routeConfiguration(name)
      tables.set(name, found && new RouteTable(found.config as RouteConfiguration, found.path, services))
    }
    return tables.get(name)
  }
}
