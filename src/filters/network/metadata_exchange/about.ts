import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'istio.metadata_exchange',
  config: 'envoy.tcp.metadataexchange.config.MetadataExchange',
  title: 'Istio metadata exchange',
  group: 'istio',
  summary: 'Swaps workload identity with an Istio peer at the start of a TCP connection, over mTLS only.',
  notModelled: [
    'the peer objects in filter state',
    'workload discovery (enable_discovery)',
    'the exchange with servers, in a cluster\u2019s filters',
  ],
  docs: 'https://istio.io/latest/docs/reference/config/metrics/',
  defaults: { protocol: 'istio-peer-exchange' },
} satisfies FilterAbout
