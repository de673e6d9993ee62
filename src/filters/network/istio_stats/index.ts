import type { PluginConfig } from '../../../envoy/types/contrib/envoy/extensions/filters/http/istio_stats/v3/istio_stats_pb.d.ts'
import { defineNetworkFilter } from '../../define.ts'
import { about } from './about.ts'

/** Istio's metrics for TCP: counts connections and bytes, changes nothing. */
export const networkIstioStats = defineNetworkFilter<PluginConfig>({ ...about, create: () => ({}) })
