import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.http.local_ratelimit',
  config: 'envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit',
  perRoute: 'envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit',
  title: 'Local Rate Limit',
  group: 'traffic',
  summary: 'Turns requests away when a token bucket in this proxy is empty, by route or by descriptor.',
  notModelled: ['sharing a limit among the proxies of a cluster (local_cluster_rate_limit)', 'statistics'],
  docs: 'configuration/http/http_filters/local_rate_limit_filter',
  defaults: {
    stat_prefix: 'http_local_rate_limiter',
    token_bucket: { max_tokens: 100, tokens_per_fill: 100, fill_interval: '60s' },
    filter_enabled: { default_value: { numerator: 100 } },
    filter_enforced: { default_value: { numerator: 100 } },
  },
} satisfies FilterAbout
