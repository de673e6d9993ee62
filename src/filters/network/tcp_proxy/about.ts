import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.network.tcp_proxy',
  config: 'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy',
  title: 'TCP Proxy',
  group: 'network',
  summary: 'Connects the client to a cluster and passes bytes both ways.',
  notModelled: [
    'access logs and statistics',
    'hash policies',
    'balancing over several endpoints',
    'what a tunnel leaves in filter state (propagate_response_headers)',
    'PROXY protocol towards the server',
  ],
  docs: 'configuration/listeners/network_filters/tcp_proxy_filter',
  terminal: true,
  defaults: { stat_prefix: 'tcp' },
} satisfies FilterAbout
