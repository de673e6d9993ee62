import { loadEnvoyRegistry } from '../../envoy/load.node.ts'
import type { RouteConfiguration } from '../../envoy/types/envoy/config/route/v3/route_pb.d.ts'
import { EventLoop } from '../event-loop.ts'
import { MemoryHost } from '../host.ts'
import { HeaderMap, type HeaderPair } from '../http/header-map.ts'
import { createCelService } from '../match/cel-service.ts'
import { Runtime } from '../runtime.ts'
import type { EngineServices, MessageRegistry } from '../services.ts'
import { type ConnectionInfo, DynamicMetadata, FilterState, StreamInfo } from '../stream-info.ts'
import { RouteTable } from './table.ts'

/** What the tests of routing need around a route table: the real registry, a loop that stands still, clusters by name. */
export function testServices(
  options: { clusters?: string[]; runtime?: Record<string, unknown>; variables?: Record<string, string> } = {},
): EngineServices {
  const clusters = options.clusters ?? ['backend']
  const host = new MemoryHost({ services: { cel: createCelService(0) } })
  return {
    registry: loadEnvoyRegistry() as MessageRegistry,
    host,
    loop: new EventLoop(),
    runtime: new Runtime(options.runtime ? [options.runtime] : []),
    node: { id: 'node', cluster: 'local', metadata: {} },
    asyncClient: { hasCluster: (name) => clusters.includes(name), send: () => undefined },
    hasCluster: (name) => clusters.includes(name),
    clusterNames: () => clusters,
    environment: { hostname: 'test-host', variables: options.variables ?? {} },
  }
}

/** A connection from 10.0.0.1 to 10.0.0.2:80. */
export function testConnection(changes: Partial<ConnectionInfo> = {}): ConnectionInfo {
  const remote = { ip: '10.0.0.1', port: 5000 }
  const local = { ip: '10.0.0.2', port: 80 }
  return {
    id: 7,
    remote,
    directRemote: remote,
    local,
    directLocal: local,
    requestedServerName: '',
    transportProtocol: 'raw_buffer',
    applicationProtocols: [],
    dynamicMetadata: new DynamicMetadata(),
    typedMetadata: new Map(),
    filterState: new FilterState(),
    listenerName: 'main',
    filterChainName: '',
    ...changes,
  }
}

/** A request's headers with the pseudo headers that every request has. */
export function testRequest(path: string, headers: HeaderPair[] = [], authority = 'example.com'): HeaderMap {
  return new HeaderMap('request', [
    [':authority', authority],
    [':path', path],
    [':method', 'GET'],
    [':scheme', 'http'],
    ['x-forwarded-proto', 'http'],
    ...headers,
  ])
}

/** The info of a stream whose request is `headers`. */
export function testInfo(headers: HeaderMap, connection = testConnection()): StreamInfo {
  const info = new StreamInfo(connection, 0)
  info.requestHeaders = headers
  info.protocol = 'HTTP/1.1'
  return info
}

/** A route table from a RouteConfiguration as JSON. */
export function testTable(
  config: Record<string, unknown>,
  services = testServices(),
  validateClusters = true,
): RouteTable {
  const decoded = services.registry.decode<RouteConfiguration>('envoy.config.route.v3.RouteConfiguration', {
    name: 'local',
    ...config,
  })
  return new RouteTable(decoded, 'route_config', services, { validateClusters })
}

/** A table with one virtual host for everything. */
export function testRoutes(routes: Record<string, unknown>[], services = testServices()): RouteTable {
  return testTable({ virtual_hosts: [{ name: 'all', domains: ['*'], routes }] }, services)
}
