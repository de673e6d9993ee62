import registered from '../../../envoy/extensions.generated.json' with { type: 'json' }
import type { EnvoyRegistry } from '../../../envoy/registry.ts'
import { registeredFilters } from '../../../filters/registry.ts'
import type { FilterKind } from '../../../model/catalogue.ts'

/** A type that may stand in an Any. */
export interface TypeChoice {
  typeName: string
  /** The message's own name: `Lua`. */
  label: string
  /** The extension it configures: `envoy.filters.http.lua`; the category where there are several. */
  detail: string
}

type Categories = Record<string, Record<string, { types: readonly string[] }>>
const categories = registered.categories as Categories

const PER_ROUTE = /PerRoute|CorsPolicy$|McpOverride$|RateLimitQuotaOverride$/

/**
 * The extension point behind a field, by the field's place: the message that holds the Any, or the field that holds the
 * TypedExtensionConfig. The .proto files name it in comments only, which the descriptors leave out.
 */
const POINTS: [field: RegExp, ...categories: string[]][] = [
  [
    /^envoy\.config\.core\.v3\.TransportSocket\./,
    'envoy.transport_sockets.upstream',
    'envoy.transport_sockets.downstream',
  ],
  [/accesslog\.v3\.AccessLog\.typed_config$/, 'envoy.access_loggers'],
  [/accesslog\.v3\.ExtensionFilter\./, 'envoy.access_loggers.extension_filters'],
  [/RetryHostPredicate\.typed_config$/, 'envoy.retry_host_predicates'],
  [/RetryPriority\.typed_config$/, 'envoy.retry_priorities'],
  [/RequestIDExtension\.typed_config$/, 'envoy.request_id'],
  [/trace\.v3\.Tracing\.Http\.typed_config$/, 'envoy.tracers'],
  [/Cluster\.CustomClusterType\.typed_config$/, 'envoy.clusters'],
  [/Cluster\.typed_extension_protocol_options$/, 'envoy.upstream_options'],
  [/Cluster\.upstream_config$/, 'envoy.upstreams'],
  [/cluster\.v3\.Filter\.typed_config$/, 'envoy.filters.upstream_network', 'envoy.filters.network'],
  [/dns_resolver_config$/, 'envoy.network.dns_resolver'],
  [/LoadBalancingPolicy\.Policy\./, 'envoy.load_balancing_policies'],
  [/HealthCheck\.CustomHealthCheck\./, 'envoy.health_checkers'],
  [/HealthCheck\.event_logger$/, 'envoy.health_check.event_sinks'],
  [/original_ip_detection_extensions$/, 'envoy.http.original_ip_detection'],
  [/early_header_mutation_extensions$/, 'envoy.http.early_header_mutation'],
  [/header_validation_config$/, 'envoy.http.header_validators'],
  [/stateful_formatter$/, 'envoy.http.stateful_header_formatters'],
  [/StatefulSession\.session_state$/, 'envoy.http.stateful_session'],
  [/CredentialInjector\.credential$/, 'envoy.http.injected_credentials'],
  [/\.formatters$/, 'envoy.formatter'],
  [/ClusterSpecifierPlugin\.extension$/, 'envoy.router.cluster_specifier_plugin'],
  [/\.route_specifiers$/, 'envoy.router.route_specifiers'],
  [/RouteMatch\.path_match_policy$/, 'envoy.path.match'],
  [/RouteAction\.path_rewrite_policy$/, 'envoy.path.rewrite'],
  [/RouteAction\.early_data_policy$/, 'envoy.route.early_data_policy'],
  [/InternalRedirectPolicy\.predicates$/, 'envoy.internal_redirect_predicates'],
  [/RateLimit\.Action\.extension$/, 'envoy.rate_limit_descriptors'],
  [/StringMatcher\.custom$/, 'envoy.string_matcher'],
  [
    /Predicate\.SinglePredicate\.input$|MatcherTree\.input$/,
    'envoy.matching.http.input',
    'envoy.matching.network.input',
  ],
  [/SinglePredicate\.custom_match$/, 'envoy.matching.input_matchers'],
  [/MatcherTree\.custom_match$/, 'envoy.matching.http.custom_matchers', 'envoy.matching.network.custom_matchers'],
  [/\.compressor_library$/, 'envoy.compression.compressor'],
  [/\.decompressor_library$/, 'envoy.compression.decompressor'],
  [/Geoip\.provider$/, 'envoy.geoip_providers'],
  [/Permission\.(matcher|uri_template)$/, 'envoy.rbac.matchers', 'envoy.path.match'],
  [/Principal\.custom$/, 'envoy.rbac.principals'],
  [/\.content_parser$/, 'envoy.content_parsers'],
  [/OpenTelemetryConfig\.sampler$|\.wrapped_sampler$/, 'envoy.tracers.opentelemetry.samplers'],
  [/\.resource_detectors$/, 'envoy.tracers.opentelemetry.resource_detectors'],
  [/\.custom_validator_config$/, 'envoy.tls.cert_validator'],
  [/\.custom_handshaker$/, 'envoy.tls_handshakers'],
  [/\.custom_tls_certificate_selector$/, 'envoy.tls.certificate_selectors'],
  [/BindConfig\.local_address_selector$/, 'envoy.upstream.local_address_selector'],
  [/key_value_store_config$|KeyValueStoreConfig\.config$/, 'envoy.common.key_value'],
  [/ApiConfigSource\.config_validators$/, 'envoy.config.validators'],
  [/CacheConfig\.typed_config$/, 'envoy.http.cache'],
  [/CacheV2Config\.typed_config$/, 'envoy.http.cache_v2'],
  [/ThriftFilter\.typed_config$/, 'envoy.thrift_proxy.filters'],
  [/GenericProxy\.codec_config$/, 'envoy.generic_proxy.codecs'],
  [/GenericProxy\.filters$/, 'envoy.generic_proxy.filters'],
  [/UdpProxyConfig\.SessionFilter\./, 'envoy.filters.udp.session'],
  [
    /ExecuteFilterAction\.typed_config$|ExtensionWithMatcher\.extension_config$|FilterChain\.filters$/,
    'envoy.filters.http',
  ],
]

const FILTER_FIELDS: Record<string, FilterKind> = {
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter.typed_config': 'http',
  'envoy.config.listener.v3.Filter.typed_config': 'network',
  'envoy.config.listener.v3.ListenerFilter.typed_config': 'listener',
}

/**
 * The types that an Any at this place takes, as far as it is known: `where` is the full name of the field that holds the
 * Any, or of the field that holds the TypedExtensionConfig around it. All extensions where it is not known.
 */
export function typeChoices(where: string, registry: EnvoyRegistry): TypeChoice[] {
  const kind = FILTER_FIELDS[where]
  if (kind) return known(filterTypes(kind, false), registry)
  if (where.endsWith('.typed_per_filter_config')) {
    const filterConfig = {
      typeName: 'envoy.config.route.v3.FilterConfig',
      label: 'FilterConfig',
      detail: 'any filter: switch it off or on',
    }
    return known([filterConfig, ...filterTypes('http', true)], registry)
  }
  const point = POINTS.find(([field]) => field.test(where))
  const names = point ? (point.slice(1) as string[]) : Object.keys(categories)
  return known(names.flatMap(categoryTypes), registry)
}

/** The per-route messages of one HTTP filter, by the name it is registered under; empty when it has none. */
export function perRouteTypes(name: string, registry: EnvoyRegistry): string[] {
  const filter = registeredFilters().find((one) => one.kind === 'http' && one.name === name)
  const own = filter?.types.filter(isPerRoute) ?? []
  // A few filters take the same message on a route as in the chain.
  const same = filter && own.length === 0 && SAME_ON_ROUTES.has(name) ? filter.types : []
  return [...own, ...same].filter((typeName) => registry.message(typeName) !== undefined)
}

/** Filters whose own message is also what a route overrides it with. */
const SAME_ON_ROUTES = new Set([
  'envoy.filters.http.bandwidth_limit',
  'envoy.filters.http.csrf',
  'envoy.filters.http.custom_response',
  'envoy.filters.http.fault',
  'envoy.filters.http.gcp_authn',
  'envoy.filters.http.golang',
  'envoy.filters.http.grpc_json_transcoder',
  'envoy.filters.http.header_to_metadata',
  'envoy.filters.http.local_ratelimit',
  'envoy.filters.http.set_metadata',
  'envoy.filters.http.proto_message_extraction',
  'envoy.filters.http.thrift_to_metadata',
  'envoy.filters.http.json_to_metadata',
])

function isPerRoute(typeName: string): boolean {
  return PER_ROUTE.test(typeName.slice(typeName.lastIndexOf('.') + 1))
}

function filterTypes(kind: FilterKind, perRoute: boolean): TypeChoice[] {
  return registeredFilters()
    .filter((filter) => filter.kind === kind)
    .flatMap((filter) =>
      filter.types
        .filter((typeName) => isPerRoute(typeName) === perRoute || (perRoute && SAME_ON_ROUTES.has(filter.name)))
        .map((typeName) => choice(typeName, filter.name)),
    )
}

function categoryTypes(category: string): TypeChoice[] {
  return Object.entries(categories[category] ?? {}).flatMap(([name, { types }]) =>
    types.map((typeName) => choice(typeName, name)),
  )
}

function choice(typeName: string, detail: string): TypeChoice {
  return { typeName, label: typeName.slice(typeName.lastIndexOf('.') + 1), detail }
}

/** Each type once, sorted by its extension, without those that the descriptors do not have. */
function known(choices: TypeChoice[], registry: EnvoyRegistry): TypeChoice[] {
  const byType = new Map<string, TypeChoice>()
  for (const one of choices) {
    if (!byType.has(one.typeName) && registry.message(one.typeName)) byType.set(one.typeName, one)
  }
  return [...byType.values()].sort(
    (a, b) => a.detail.localeCompare(b.detail, 'en') || a.label.localeCompare(b.label, 'en'),
  )
}
