import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.network.redis_proxy',
  config: 'envoy.extensions.filters.network.redis_proxy.v3.RedisProxy',
  title: 'Redis Proxy',
  group: 'protocol',
  summary: 'Splits Redis commands over a cluster of Redis servers.',
  notModelled: [
    'external_auth_provider',
    'AWS IAM and per-endpoint credentials',
    'several servers in a cluster: hashing, read policies, shards',
    'DNS for redirections',
    'the metrics of an INFO answer, which Envoy writes anew',
    'statistics',
  ],
  docs: 'configuration/listeners/network_filters/redis_proxy_filter',
  terminal: true,
  defaults: {
    stat_prefix: 'redis',
    settings: { op_timeout: '5s' },
    prefix_routes: { catch_all_route: { cluster: 'redis' } },
  },
} satisfies FilterAbout
