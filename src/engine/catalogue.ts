import type { EventLoop } from './event-loop.ts'
import type { Host } from './host.ts'
import type { HttpFilter, HttpStream } from './http/filter.ts'
import type { ConfiguredFilter } from './http/filter-slot.ts'
import type { ListenerFilterDefinition } from './listener/types.ts'
import type { ExtensionConfig } from './match/inputs.ts'
import type { NetworkFilterDefinition } from './network/types.ts'
import type { EngineServices } from './services.ts'

/** Where a filter's card stands in the palette. */
export type FilterGroup =
  | 'traffic'
  | 'security'
  | 'scripting'
  | 'transformation'
  | 'observability'
  | 'protocol'
  | 'cache'
  | 'network'
  | 'listener'
  | 'udp'
  | 'istio'
  | 'other'

/** What a filter's factory may use: one for each filter in a configured chain, shared by its streams. */
export interface FilterFactoryContext {
  readonly loop: EventLoop
  readonly host: Host
  readonly services: EngineServices
  /** Configured name. */
  readonly filterName: string
  /** Document path of the filter. */
  readonly path: string
}

/** What an HTTP filter's factory may use beside that. */
export interface HttpFilterFactoryContext extends FilterFactoryContext {
  /** Makes a filter ready that this one runs in its own place (see http/delegate.ts); `path` is its place in the document. */
  configure(extension: ExtensionConfig | undefined, path: string): ConfiguredFilter
}

export interface FilterInstanceOptions<Config, Shared> {
  config: Config
  /** What `shared` made, once for the filter's place in the chain. */
  shared: Shared
  context: HttpFilterFactoryContext
  stream: HttpStream
}

interface FilterDescription {
  /** Envoy's canonical name, e.g. `envoy.filters.http.cors`. */
  name: string
  /** Message type of its configuration. */
  config: string
  title: string
  group: FilterGroup
  /** One line, in our own words. */
  summary: string
  /** Behaviour that is not simulated; shown on the node and in the trace. Empty: everything a client or server can see is. */
  notModelled: string[]
}

/** An HTTP filter as the engine sees it (design: one filter, one folder). */
export interface HttpFilterDefinition<Config = unknown, Shared = unknown> extends FilterDescription {
  kind: 'http'
  perRoute?: string
  /** The filter ends a chain. */
  terminal?: boolean
  /** Made once for each configured filter: token buckets, scripts. Throws ConfigError on what Envoy would refuse. */
  shared?(config: Config, context: HttpFilterFactoryContext): Shared
  /**
   * The filter has no callbacks of its own but stands for others, which are put into the chain in its stead: those of its
   * configuration and of the route's message for it. Instances of such a filter are never made.
   */
  standsFor?(shared: Shared, perRoute: unknown): readonly ConfiguredFilter[]
  /** Throws ConfigError, with a path below `path`, for a per-route message that Envoy would refuse to load. */
  checkPerRoute?(message: unknown, path: string, services: EngineServices): void
  /** One instance a stream. */
  create(options: FilterInstanceOptions<Config, Shared>): HttpFilter
}

/** What the engine is handed: it never imports a filter. */
export interface FilterCatalogue {
  /** The HTTP filter that reads per-route messages of a type. */
  perRoute?(typeName: string): HttpFilterDefinition | undefined
  http(typeName: string): HttpFilterDefinition | undefined
  network(typeName: string): NetworkFilterDefinition | undefined
  listener(typeName: string): ListenerFilterDefinition | undefined
}

/** A configuration that Envoy would refuse to load. */
export class ConfigError extends Error {
  readonly path: string

  constructor(path: string, message: string) {
    super(path ? `${path}: ${message}` : message)
    this.name = 'ConfigError'
    this.path = path
  }
}
