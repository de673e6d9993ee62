import type { PluginConfig } from '../../../envoy/types/contrib/envoy/extensions/filters/http/istio_stats/v3/istio_stats_pb.d.ts'
import { defineHttpFilter } from '../../define.ts'

/** Istio's metrics. Counts requests, changes nothing (istio/proxy: source/extensions/filters/http/istio_stats). */
export const istioStats = defineHttpFilter<PluginConfig>({
  name: 'istio.stats',
  config: 'stats.PluginConfig',
  title: 'Istio stats',
  group: 'istio',
  summary: 'Reports Istio’s standard metrics for each request; traffic passes as it is.',
  notModelled: ['metrics'],
  create: () => ({}),
})
