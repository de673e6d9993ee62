import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.http.grpc_stats',
  config: 'envoy.extensions.filters.http.grpc_stats.v3.FilterConfig',
  title: 'gRPC Stats',
  group: 'observability',
  summary: 'Counts gRPC calls and messages by service and method.',
  notModelled: ['statistics', 'the filter state object with message counts (emit_filter_state)'],
  docs: 'configuration/http/http_filters/grpc_stats_filter',
  defaults: { stats_for_all_methods: false },
} satisfies FilterAbout
