import type { HeaderValueOption, Metadata } from '../../envoy/types/envoy/config/core/v3/base_pb.d.ts'
import type {
  HedgePolicy,
  Route as RouteConfig,
  VirtualHost,
} from '../../envoy/types/envoy/config/route/v3/route_components_pb.d.ts'
import type { RouteConfiguration } from '../../envoy/types/envoy/config/route/v3/route_pb.d.ts'
import { ConfigError } from '../catalogue.ts'
import { HeaderParser } from '../format/header-parser.ts'
import type { HeaderMap } from '../http/header-map.ts'
import { createHeaderMatchers, matchesAll } from '../match/header.ts'
import type { EngineServices } from '../services.ts'
import type { JsonObject, StreamInfo } from '../stream-info.ts'
import { createPerFilterConfigs, type PerFilterConfigs } from './per-filter-config.ts'
import { createShadows } from './policies.ts'
import { createRateLimits } from './rate-limit.ts'
import { createRetryPolicy } from './retry-policy.ts'
import type { HeaderTest, RateLimits, RouteEntry, RouteRetryPolicy, ShadowPolicy } from './types.ts'

/** Header changes of one level, both ways. */
export interface LevelHeaders {
  request: HeaderParser
  response: HeaderParser
}

interface LevelConfig {
  requestHeadersToAdd: HeaderValueOption[]
  requestHeadersToRemove: string[]
  responseHeadersToAdd: HeaderValueOption[]
  responseHeadersToRemove: string[]
}

const nothing = new HeaderParser([], [], { path: '', addField: '', removeField: '' })
const noChanges: LevelHeaders = { request: nothing, response: nothing }

/** The header changes of one level; levels that change nothing, which is most, share one object. */
export function createLevelHeaders(config: LevelConfig, path: string, services: EngineServices): LevelHeaders {
  const lists = [
    config.requestHeadersToAdd,
    config.requestHeadersToRemove,
    config.responseHeadersToAdd,
    config.responseHeadersToRemove,
  ]
  if (lists.every((list) => list.length === 0)) return noChanges
  const parser = (side: 'request' | 'response', add: HeaderValueOption[], remove: string[]) =>
    new HeaderParser(add, remove, {
      path,
      addField: `${side}_headers_to_add`,
      removeField: `${side}_headers_to_remove`,
      services,
    })
  return {
    request: parser('request', config.requestHeadersToAdd, config.requestHeadersToRemove),
    response: parser('response', config.responseHeadersToAdd, config.responseHeadersToRemove),
  }
}

/** What every virtual host of a route configuration shares. */
export class TableScope {
  readonly name: string
  readonly path: string
  readonly services: EngineServices
  readonly headers: LevelHeaders
  readonly mostSpecificWins: boolean
  readonly perFilter: PerFilterConfigs
  readonly metadata: Record<string, JsonObject>
  readonly shadows: ShadowPolicy[]
  readonly ignorePathParameters: boolean
  readonly maxDirectBody: number
  private readonly validateClusters: boolean
  readonly config: RouteConfiguration

  constructor(config: RouteConfiguration, path: string, services: EngineServices, validateByDefault: boolean) {
    this.config = config
    this.name = config.name
    this.path = path
    this.services = services
    this.headers = createLevelHeaders(config, path, services)
    this.mostSpecificWins = config.mostSpecificHeaderMutationsWins
    this.perFilter = createPerFilterConfigs(config.typedPerFilterConfig, path, services)
    this.metadata = filterMetadata(config.metadata)
    this.shadows = createShadows(config.requestMirrorPolicies, `${path}.request_mirror_policies`, services)
    this.ignorePathParameters = config.ignorePathParametersInPathMatching
    this.maxDirectBody = config.maxDirectResponseBodySizeBytes ?? 4096
    this.validateClusters = config.validateClusters ?? validateByDefault
  }

  /** Envoy refuses routes to clusters it does not have when the configuration is static, or when it is told to. */
  checkCluster(name: string, path: string): void {
    const { services } = this
    if (!this.validateClusters || name === '' || services.hasCluster(name)) return
    const known = services.clusterNames().slice(0, 5).join(', ')
    throw new ConfigError(path, `unknown cluster '${name}'${known ? `; there are ${known}` : ''}`)
  }
}

/** What every route of a virtual host shares (Envoy: CommonVirtualHostImpl). */
export class HostScope {
  readonly table: TableScope
  readonly name: string
  readonly path: string
  readonly config: VirtualHost
  readonly headers: LevelHeaders
  readonly perFilter: PerFilterConfigs
  readonly metadata: Record<string, JsonObject>
  readonly retryPolicy: RouteRetryPolicy | undefined
  readonly hedge: RouteEntry['hedge'] | undefined
  readonly shadows: ShadowPolicy[]
  readonly rateLimits: RateLimits
  private readonly virtualClusters: { name: string; tests: HeaderTest[] }[]

  constructor(config: VirtualHost, path: string, table: TableScope) {
    const { services } = table
    this.table = table
    this.config = config
    this.name = config.name
    this.path = path
    this.headers = createLevelHeaders(config, path, services)
    this.perFilter = createPerFilterConfigs(config.typedPerFilterConfig, path, services)
    this.metadata = filterMetadata(config.metadata)
    this.retryPolicy = config.retryPolicy && createRetryPolicy(config.retryPolicy, `${path}.retry_policy`, services)
    this.hedge = config.hedgePolicy && hedgeOf(config.hedgePolicy)
    const own = createShadows(config.requestMirrorPolicies, `${path}.request_mirror_policies`, services)
    this.shadows = own.length > 0 ? own : table.shadows
    this.rateLimits = createRateLimits(config.rateLimits, `${path}.rate_limits`, services)
    this.virtualClusters = config.virtualClusters.map((cluster, i) => {
      const at = `${path}.virtual_clusters[${i}]`
      if (cluster.headers.length === 0) throw new ConfigError(`${at}.headers`, 'a virtual cluster needs headers')
      return { name: cluster.name, tests: createHeaderMatchers(cluster.headers, `${at}.headers`, services) }
    })
  }

  virtualCluster(headers: HeaderMap): string | undefined {
    return this.virtualClusters.find((cluster) => matchesAll(cluster.tests, headers))?.name
  }

  /** The response header changes of this host's levels, of the route, and of a weighted cluster. */
  finalizeResponse(route: LevelHeaders, cluster: LevelHeaders | undefined, headers: HeaderMap, info: StreamInfo): void {
    const context = { info, responseHeaders: headers }
    this.eachLevel(route, cluster, (level) => level.response.evaluate(headers, context))
  }

  finalizeRequest(route: LevelHeaders, cluster: LevelHeaders | undefined, headers: HeaderMap, info: StreamInfo): void {
    const context = { info, requestHeaders: headers }
    this.eachLevel(route, cluster, (level) => level.request.evaluate(headers, context))
  }

  /** Commands in the header changes of a route, its host and its table that have no value here. */
  notModelled(route: LevelHeaders): string[] {
    const levels = [this.table.headers, this.headers, route]
    return [...new Set(levels.flatMap(({ request, response }) => [...request.notModelled, ...response.notModelled]))]
  }

  // Whoever comes last has the last word: the table, or with most_specific_header_mutations_wins the route. A weighted cluster
  // comes first either way.
  private eachLevel(
    route: LevelHeaders,
    cluster: LevelHeaders | undefined,
    visit: (level: LevelHeaders) => void,
  ): void {
    if (cluster) visit(cluster)
    if (this.table.mostSpecificWins) {
      visit(this.table.headers)
      visit(this.headers)
      visit(route)
      return
    }
    visit(route)
    visit(this.headers)
    visit(this.table.headers)
  }

  /** Bytes of request body to buffer: the route's limit, then this host's, new fields before old ones. */
  bodyBufferLimit(route: RouteConfig): number | undefined {
    const limit =
      route.requestBodyBufferLimit ??
      this.config.requestBodyBufferLimit ??
      route.perRequestBufferLimitBytes ??
      this.config.perRequestBufferLimitBytes
    return limit === undefined ? undefined : Number(limit)
  }
}

export function hedgeOf(config: HedgePolicy): RouteEntry['hedge'] {
  return { hedgeOnPerTryTimeout: config.hedgeOnPerTryTimeout, initialRequests: config.initialRequests ?? 1 }
}

export function filterMetadata(metadata: Metadata | undefined): Record<string, JsonObject> {
  return (metadata?.filterMetadata ?? {}) as Record<string, JsonObject>
}
