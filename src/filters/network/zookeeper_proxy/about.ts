import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.network.zookeeper_proxy',
  config: 'envoy.extensions.filters.network.zookeeper_proxy.v3.ZooKeeperProxy',
  title: 'ZooKeeper Proxy',
  group: 'protocol',
  summary: 'Reads ZooKeeper traffic for statistics; every byte passes as it is.',
  notModelled: ['statistics', 'metadata of requests'],
  docs: 'configuration/listeners/network_filters/zookeeper_proxy_filter',
  defaults: { stat_prefix: 'zookeeper' },
} satisfies FilterAbout
