import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.network.connection_limit',
  config: 'envoy.extensions.filters.network.connection_limit.v3.ConnectionLimit',
  title: 'Connection Limit',
  group: 'network',
  summary: 'Closes connections past a number of them.',
  notModelled: ['statistics'],
  docs: 'configuration/listeners/network_filters/connection_limit_filter',
  defaults: { stat_prefix: 'connection_limit', max_connections: 100 },
} satisfies FilterAbout
