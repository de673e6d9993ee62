import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.network.ratelimit',
  config: 'envoy.extensions.filters.network.ratelimit.v3.RateLimit',
  title: 'Rate Limit',
  group: 'network',
  summary: 'Asks a rate limit service about each connection.',
  notModelled: ['statistics'],
  docs: 'configuration/listeners/network_filters/rate_limit_filter',
  defaults: {
    stat_prefix: 'ratelimit',
    domain: 'default',
    descriptors: [{ entries: [{ key: 'k', value: 'v' }] }],
    rate_limit_service: { transport_api_version: 'V3', grpc_service: { envoy_grpc: { cluster_name: 'ratelimit' } } },
  },
} satisfies FilterAbout
