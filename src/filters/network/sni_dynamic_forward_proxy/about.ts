import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.network.sni_dynamic_forward_proxy',
  config: 'envoy.extensions.filters.network.sni_dynamic_forward_proxy.v3.FilterConfig',
  title: 'SNI Dynamic Forward Proxy',
  group: 'network',
  summary: 'Resolves the SNI of a connection and forwards there.',
  notModelled: ['name resolution: what stands at the name is what the design says of the cluster', 'circuit breakers'],
  docs: 'configuration/listeners/network_filters/sni_dynamic_forward_proxy_filter',
  defaults: { dns_cache_config: { name: 'dynamic_forward_proxy_cache', dns_lookup_family: 'V4_ONLY' } },
} satisfies FilterAbout
