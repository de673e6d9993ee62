import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.network.mongo_proxy',
  config: 'envoy.extensions.filters.network.mongo_proxy.v3.MongoProxy',
  title: 'MongoDB Proxy',
  group: 'protocol',
  summary: 'Reads MongoDB traffic for statistics; every byte passes as it is.',
  notModelled: ['statistics', 'delays (delay)', 'access logs', 'metadata of operations'],
  docs: 'configuration/listeners/network_filters/mongo_proxy_filter',
  defaults: { stat_prefix: 'mongo' },
} satisfies FilterAbout
