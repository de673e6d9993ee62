import type { FilterConfig } from '../../../envoy/types/envoy/extensions/filters/http/grpc_stats/v3/config_pb.d.ts'
import { defineHttpFilter } from '../../define.ts'

/** Counts gRPC messages; traffic passes as it is (Envoy: source/extensions/filters/http/grpc_stats). */
export const grpcStats = defineHttpFilter<FilterConfig>({
  name: 'envoy.filters.http.grpc_stats',
  config: 'envoy.extensions.filters.http.grpc_stats.v3.FilterConfig',
  title: 'gRPC Stats',
  group: 'observability',
  summary: 'Counts gRPC calls and messages by service and method.',
  notModelled: ['statistics', 'the filter state object with message counts (emit_filter_state)'],
  create: () => ({}),
})
