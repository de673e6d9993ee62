import type { HeaderMap } from '../http/header-map.ts'
import type { JsonObject, StreamInfo } from '../stream-info.ts'

/** One entry of typed_per_filter_config, decoded. */
export interface PerFilterConfig {
  typeUrl: string
  /** The decoded message; undefined when the type is unknown. */
  message: unknown
  /** From a FilterConfig wrapper: set when the wrapper says so. */
  disabled?: boolean
}

/** Where a stream was routed: the result of route matching, cached on the stream (envoy/router/router.h). */
export interface Route {
  /** `name` of the route entry; empty when it has none. */
  readonly name: string
  readonly virtualHostName: string
  readonly routeConfigName: string
  /** Document path of the route entry, for the trace. */
  readonly path: string
  /** filter_metadata of the route, virtual host and route configuration. */
  readonly metadata: Record<string, JsonObject>
  readonly virtualHostMetadata: Record<string, JsonObject>
  readonly routeConfigMetadata: Record<string, JsonObject>
  readonly typedMetadata: Record<string, unknown>
  /** The cluster a request would go to; undefined for direct responses and redirects. Settled once, when the route was chosen. */
  readonly clusterName: string | undefined
  /** True when the route forwards to a cluster (Route::routeEntry() is not null). */
  readonly forwards: boolean
  /** True for direct_response and redirect (Route::directResponseEntry() is not null). */
  readonly direct: boolean
  /** non_forwarding_action, or no action at all. */
  readonly nonForwarding: boolean
  /** typed_per_filter_config for a filter's configured name, least specific first: route configuration, virtual host, route, weighted cluster. */
  perFilterConfigs(filterName: string): readonly PerFilterConfig[]
  /** Header changes of all four levels on the response, for local replies and upstream answers alike. */
  finalizeResponseHeaders(headers: HeaderMap, info: StreamInfo): void
  /** The route's own configuration, decoded (config.route.v3.Route), and its virtual host's. */
  readonly config: unknown
  readonly virtualHostConfig: unknown
}
