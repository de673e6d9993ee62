import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'istio.metadata_exchange',
  config: 'io.istio.http.peer_metadata.Config',
  title: 'Istio metadata exchange',
  group: 'istio',
  summary: 'Swaps workload identity with the peer in x-envoy-peer-metadata headers, for Istio’s telemetry.',
  notModelled: [
    'workload discovery and the peer objects in filter state',
    'skip_external_clusters and the clusters’ disable_mx metadata',
    'baggage',
  ],
  docs: 'https://istio.io/latest/docs/reference/config/metrics/',
} satisfies FilterAbout
