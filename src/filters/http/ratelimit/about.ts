import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.http.ratelimit',
  config: 'envoy.extensions.filters.http.ratelimit.v3.RateLimit',
  perRoute: 'envoy.extensions.filters.http.ratelimit.v3.RateLimitPerRoute',
  title: 'Rate Limit',
  group: 'traffic',
  summary: 'Asks a rate limit service about each request\u2019s descriptors.',
  notModelled: ['statistics', 'quotas that the service grants ahead of time'],
  docs: 'configuration/http/http_filters/rate_limit_filter',
  defaults: {
    domain: 'default',
    rate_limit_service: { transport_api_version: 'V3', grpc_service: { envoy_grpc: { cluster_name: 'ratelimit' } } },
  },
} satisfies FilterAbout
