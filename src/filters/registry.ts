import registry from '../envoy/extensions.generated.json' with { type: 'json' }
import type { FilterKind } from '../model/catalogue.ts'

/** A filter that some build of the proxy has registered. */
export interface RegisteredFilter {
  /** Envoy's extension name of today. */
  name: string
  kind: FilterKind
  /** Messages it takes as configuration, fully qualified: the filter's own and, for most that have one, per route. */
  types: readonly string[]
  /** Names it had before Envoy 1.14 and is still registered under. */
  aliases: readonly string[]
  /** Which image has it: Envoy's own, Envoy's contrib image, or Istio's proxy. */
  build: 'envoy' | 'contrib' | 'istio'
  /** May also stand among the HTTP filters of a cluster. */
  upstream: boolean
}

/** The version of Envoy whose registry this is. */
export const ENVOY_VERSION: string = registry.version

type Category = Record<string, { types: string[] }>
const CATEGORIES: Record<FilterKind, string> = {
  http: 'envoy.filters.http',
  network: 'envoy.filters.network',
  listener: 'envoy.filters.listener',
  udp: 'envoy.filters.udp_listener',
}
const UPSTREAM_HTTP = 'envoy.filters.http.upstream'

/** Filters of Envoy's contrib image and of Istio's proxy: the image whose registry is recorded has neither. */
const ELSEWHERE: [build: 'contrib' | 'istio', kind: FilterKind, name: string, ...types: string[]][] = [
  ['contrib', 'http', 'envoy.filters.http.checksum', 'envoy.extensions.filters.http.checksum.v3alpha.ChecksumConfig'],
  ['contrib', 'http', 'envoy.filters.http.dynamo', 'envoy.extensions.filters.http.dynamo.v3.Dynamo'],
  [
    'contrib',
    'http',
    'envoy.filters.http.golang',
    'envoy.extensions.filters.http.golang.v3alpha.Config',
    'envoy.extensions.filters.http.golang.v3alpha.ConfigsPerRoute',
  ],
  ['contrib', 'http', 'envoy.filters.http.language', 'envoy.extensions.filters.http.language.v3alpha.Language'],
  ['contrib', 'http', 'envoy.filters.http.peak_ewma', 'envoy.extensions.filters.http.peak_ewma.v3alpha.PeakEwmaConfig'],
  ['contrib', 'http', 'envoy.filters.http.sxg', 'envoy.extensions.filters.http.sxg.v3alpha.SXG'],
  [
    'contrib',
    'listener',
    'envoy.filters.listener.postgres_inspector',
    'envoy.extensions.filters.listener.postgres_inspector.v3alpha.PostgresInspector',
  ],
  [
    'contrib',
    'network',
    'envoy.filters.network.client_ssl_auth',
    'envoy.extensions.filters.network.client_ssl_auth.v3.ClientSSLAuth',
  ],
  ['contrib', 'network', 'envoy.filters.network.golang', 'envoy.extensions.filters.network.golang.v3alpha.Config'],
  [
    'contrib',
    'network',
    'envoy.filters.network.kafka_broker',
    'envoy.extensions.filters.network.kafka_broker.v3.KafkaBroker',
  ],
  [
    'contrib',
    'network',
    'envoy.filters.network.kafka_mesh',
    'envoy.extensions.filters.network.kafka_mesh.v3alpha.KafkaMesh',
  ],
  [
    'contrib',
    'network',
    'envoy.filters.network.mysql_proxy',
    'envoy.extensions.filters.network.mysql_proxy.v3.MySQLProxy',
  ],
  [
    'contrib',
    'network',
    'envoy.filters.network.postgres_proxy',
    'envoy.extensions.filters.network.postgres_proxy.v3alpha.PostgresProxy',
  ],
  [
    'contrib',
    'network',
    'envoy.filters.network.rocketmq_proxy',
    'envoy.extensions.filters.network.rocketmq_proxy.v3.RocketmqProxy',
  ],
  [
    'contrib',
    'network',
    'envoy.filters.network.sip_proxy',
    'envoy.extensions.filters.network.sip_proxy.v3alpha.SipProxy',
  ],
  ['istio', 'http', 'istio.alpn', 'istio.envoy.config.filter.http.alpn.v2alpha1.FilterConfig'],
  ['istio', 'http', 'istio.metadata_exchange', 'io.istio.http.peer_metadata.Config'],
  ['istio', 'http', 'istio.stats', 'stats.PluginConfig'],
  ['istio', 'network', 'istio.metadata_exchange', 'envoy.tcp.metadataexchange.config.MetadataExchange'],
  ['istio', 'network', 'istio.stats', 'stats.PluginConfig'],
  ['istio', 'network', 'envoy.filters.network.peer_metadata', 'envoy.extensions.network_filters.peer_metadata.Config'],
]

/** Every listener, network, HTTP and UDP filter that Envoy 1.40, its contrib image or Istio's proxy registers. */
export function registeredFilters(): RegisteredFilter[] {
  const filters = (Object.keys(CATEGORIES) as FilterKind[]).flatMap((kind) => fromEnvoy(kind))
  const known = new Set(filters.map((filter) => filter.name))
  // A few stand among a cluster's filters only.
  for (const [name, { types }] of Object.entries(category(UPSTREAM_HTTP))) {
    if (known.has(name) || types.length === 0) continue
    filters.push({ name, kind: 'http', types, aliases: [], build: 'envoy', upstream: true })
  }
  for (const [build, kind, name, ...types] of ELSEWHERE) {
    filters.push({ name, kind, types, aliases: [], build, upstream: false })
  }
  return filters
}

function fromEnvoy(kind: FilterKind): RegisteredFilter[] {
  const members = Object.entries(category(CATEGORIES[kind]))
  const upstream = category(UPSTREAM_HTTP)
  const filters = members
    .filter(([, { types }]) => types.length > 0)
    .map(([name, { types }]): RegisteredFilter => {
      return {
        name,
        kind,
        types,
        aliases: [],
        build: 'envoy',
        upstream: kind === 'http' && Object.hasOwn(upstream, name),
      }
    })
  // A name without types is the old name of another filter of the category: envoy.rate_limit of ...http.ratelimit.
  for (const [alias, { types }] of members) {
    if (types.length > 0) continue
    const filter = filters.find((each) => lastPart(each.name) === lastPart(alias))
    if (!filter) throw new Error(`${alias} is registered but is the old name of no filter`)
    filter.aliases = [...filter.aliases, alias]
  }
  return filters
}

function category(name: string): Category {
  return (registry.categories as Record<string, Category>)[name] ?? {}
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1).replaceAll('_', '')
}
