import {
  checkExtension,
  checkFilter,
  checkHttpFilters,
  checkNetworkFilters,
  checkPerFilterConfig,
  checkUpstreamFilters,
} from './chains.ts'
import type { Check } from './check.ts'
import { checkRouteClusters } from './clusters.ts'
import { checkRegex, collectLua } from './code.ts'
import { checkDomains, checkDownstreamTls, checkListener } from './listeners.ts'

const HCM = 'envoy.extensions.filters.network.http_connection_manager.v3'

import { checkPerRouteNames } from './per-route.ts'

/** Checks of whole messages, by message type. */
export const CHECKS: Record<string, Check[]> = {
  'envoy.config.listener.v3.Listener': [checkListener],
  'envoy.config.listener.v3.FilterChain': [checkNetworkFilters],
  'envoy.config.listener.v3.Filter': [checkFilter],
  'envoy.config.listener.v3.ListenerFilter': [checkFilter],
  'envoy.config.accesslog.v3.AccessLog': [checkExtension],
  'envoy.config.core.v3.TransportSocket': [checkExtension],
  'envoy.config.core.v3.TypedExtensionConfig': [checkExtension],
  'envoy.config.route.v3.RouteConfiguration': [checkPerFilterConfig, checkDomains],
  'envoy.config.route.v3.VirtualHost': [checkPerFilterConfig],
  'envoy.config.route.v3.Route': [checkPerFilterConfig],
  'envoy.config.route.v3.WeightedCluster.ClusterWeight': [checkPerFilterConfig],
  [`${HCM}.HttpConnectionManager`]: [checkHttpFilters, checkRouteClusters, checkPerRouteNames],
  [`${HCM}.HttpFilter`]: [checkFilter],
  'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': [checkUpstreamFilters],
  'envoy.extensions.filters.http.lua.v3.Lua': [collectLua],
  'envoy.extensions.filters.http.lua.v3.LuaPerRoute': [collectLua],
  'envoy.extensions.router.cluster_specifiers.lua.v3.LuaConfig': [collectLua],
  'envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext': [checkDownstreamTls],
  'envoy.type.matcher.v3.RegexMatcher': [checkRegex],
  'xds.type.matcher.v3.RegexMatcher': [checkRegex],
}
