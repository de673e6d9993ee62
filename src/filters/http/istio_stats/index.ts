import type { PluginConfig } from '../../../envoy/types/contrib/envoy/extensions/filters/http/istio_stats/v3/istio_stats_pb.d.ts'
import { defineHttpFilter } from '../../define.ts'
import { about } from './about.ts'

/** Istio's metrics. Counts requests, changes nothing (istio/proxy: source/extensions/filters/http/istio_stats). */
export const istioStats = defineHttpFilter<PluginConfig>({
  ...about,
  create: () => ({}),
})
