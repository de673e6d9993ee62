import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.network.tcp_bandwidth_limit',
  config: 'envoy.extensions.filters.network.tcp_bandwidth_limit.v3.TcpBandwidthLimit',
  title: 'TCP Bandwidth Limit',
  group: 'network',
  summary: 'Holds the connections of a chain to a number of kilobytes a second.',
  notModelled: ['statistics', 'watermarks of what waits'],
  docs: 'configuration/listeners/network_filters/tcp_bandwidth_limit_filter',
  defaults: { stat_prefix: 'bandwidth_limit' },
} satisfies FilterAbout
