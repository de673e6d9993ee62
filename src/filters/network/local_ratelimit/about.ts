import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.network.local_ratelimit',
  config: 'envoy.extensions.filters.network.local_ratelimit.v3.LocalRateLimit',
  title: 'Local Rate Limit',
  group: 'network',
  summary: 'Closes connections that come faster than a token bucket allows.',
  notModelled: ['buckets shared between listeners by share_key', 'statistics'],
  docs: 'configuration/listeners/network_filters/local_rate_limit_filter',
  defaults: {
    stat_prefix: 'local_rate_limit',
    token_bucket: { max_tokens: 100, tokens_per_fill: 100, fill_interval: '1s' },
  },
} satisfies FilterAbout
