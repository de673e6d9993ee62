import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.network.sni_cluster',
  config: 'envoy.extensions.filters.network.sni_cluster.v3.SniCluster',
  title: 'SNI Cluster',
  group: 'network',
  summary: 'Takes the SNI of a connection as the name of its cluster.',
  notModelled: [],
  docs: 'configuration/listeners/network_filters/sni_cluster_filter',
} satisfies FilterAbout
