import type { Route as RouteConfig } from '../../envoy/types/envoy/config/route/v3/route_components_pb.d.ts'
import type { HeaderMap } from '../http/header-map.ts'
import type { JsonObject, StreamInfo } from '../stream-info.ts'
import { createPerFilterConfigs, type PerFilterConfigs } from './per-filter-config.ts'
import type { RoutePredicate } from './route-match.ts'
import { createLevelHeaders, filterMetadata, type HostScope, type LevelHeaders } from './scope.ts'
import type { DirectResponse, PerFilterConfig, Route, RouteEntry } from './types.ts'

/** A configured route's own parts, parsed once; the routes that streams get refer to it. */
export class RouteSettings {
  readonly config: RouteConfig
  readonly host: HostScope
  readonly path: string
  readonly predicate: RoutePredicate
  readonly headers: LevelHeaders
  readonly perFilter: PerFilterConfigs
  readonly metadata: Record<string, JsonObject>
  readonly typedMetadata: Record<string, unknown>
  readonly decorator: Route['decorator']

  constructor(config: RouteConfig, path: string, host: HostScope, predicate: RoutePredicate) {
    const { services } = host.table
    this.config = config
    this.host = host
    this.path = path
    this.predicate = predicate
    this.headers = createLevelHeaders(config, path, services)
    this.perFilter = createPerFilterConfigs(config.typedPerFilterConfig, path, services)
    this.metadata = filterMetadata(config.metadata)
    this.typedMetadata = Object.fromEntries(
      Object.entries(config.metadata?.typedFilterMetadata ?? {}).map(([name, any]) => [
        name,
        services.registry.unpack(any)?.message,
      ]),
    )
    this.decorator = config.decorator && {
      operation: config.decorator.operation,
      propagate: config.decorator.propagate ?? true,
    }
  }
}

/** What routes of all kinds have in common. */
export abstract class RouteBase implements Route {
  readonly settings: RouteSettings
  abstract readonly clusterName: string | undefined
  abstract readonly forwards: boolean
  abstract readonly direct: boolean
  abstract readonly entry: RouteEntry | undefined
  abstract readonly directResponse: DirectResponse | undefined

  constructor(settings: RouteSettings) {
    this.settings = settings
  }

  get name(): string {
    return this.settings.config.name
  }

  get virtualHostName(): string {
    return this.settings.host.name
  }

  get routeConfigName(): string {
    return this.settings.host.table.name
  }

  get path(): string {
    return this.settings.path
  }

  get metadata(): Record<string, JsonObject> {
    return this.settings.metadata
  }

  get virtualHostMetadata(): Record<string, JsonObject> {
    return this.settings.host.metadata
  }

  get routeConfigMetadata(): Record<string, JsonObject> {
    return this.settings.host.table.metadata
  }

  get typedMetadata(): Record<string, unknown> {
    return this.settings.typedMetadata
  }

  get nonForwarding(): boolean {
    const { action } = this.settings.config
    return action.case === undefined || action.case === 'nonForwardingAction' || action.case === 'filterAction'
  }

  get config(): unknown {
    return this.settings.config
  }

  get virtualHostConfig(): unknown {
    return this.settings.host.config
  }

  get decorator(): Route['decorator'] {
    return this.settings.decorator
  }

  /** Header changes of a weighted cluster. */
  protected get clusterHeaders(): LevelHeaders | undefined {
    return undefined
  }

  protected get perFilterLevels(): readonly PerFilterConfigs[] {
    const { host, perFilter } = this.settings
    return [host.table.perFilter, host.perFilter, perFilter]
  }

  perFilterConfigs(filterName: string): readonly PerFilterConfig[] {
    const found: PerFilterConfig[] = []
    for (const level of this.perFilterLevels) {
      const entry = level.size > 0 ? level.get(filterName) : undefined
      if (entry) found.push(entry)
    }
    return found
  }

  finalizeResponseHeaders(headers: HeaderMap, info: StreamInfo): void {
    this.settings.host.finalizeResponse(this.settings.headers, this.clusterHeaders, headers, info)
  }

  virtualCluster(headers: HeaderMap): string | undefined {
    return this.settings.host.virtualCluster(headers)
  }
}
