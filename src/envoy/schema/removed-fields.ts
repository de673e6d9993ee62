/** Fields that older configurations still write, and what is written instead: message -> field -> advice. */
const REMOVED: Record<string, Record<string, string>> = {
  HttpFilter: { config: 'write typed_config with an @type' },
  Filter: { config: 'write typed_config with an @type' },
  ListenerFilter: { config: 'write typed_config with an @type' },
  AccessLog: { config: 'write typed_config with an @type' },
  TransportSocket: { config: 'write typed_config with an @type' },
  Cluster: { hosts: 'write load_assignment', tls_context: 'write transport_socket with an UpstreamTlsContext' },
  FilterChain: { tls_context: 'write transport_socket with a DownstreamTlsContext' },
  FilterChainMatch: { sni_domains: 'write server_names' },
  RouteMatch: { regex: 'write safe_regex' },
  StringMatcher: { regex: 'write safe_regex' },
  HeaderMatcher: { regex_match: 'write string_match with safe_regex' },
  Route: { per_filter_config: 'write typed_per_filter_config' },
  VirtualHost: { per_filter_config: 'write typed_per_filter_config' },
  CorsPolicy: {
    allow_origin: 'write allow_origin_string_match',
    allow_origin_regex: 'write allow_origin_string_match with safe_regex',
    enabled: 'write filter_enabled',
  },
  Bootstrap: { runtime: 'write layered_runtime' },
  EnvoyFilter: {
    filters: 'write configPatches with applyTo HTTP_FILTER or NETWORK_FILTER',
    workload_labels: 'write workloadSelector.labels',
  },
}

/** What to write instead of a field that a message had once; undefined when it never had it. */
export function adviceFor(message: string, field: string): string | undefined {
  const fields = Object.hasOwn(REMOVED, message) ? REMOVED[message]! : {}
  const name = field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  return Object.hasOwn(fields, name) ? fields[name] : undefined
}
