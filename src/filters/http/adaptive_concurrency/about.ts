import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.http.adaptive_concurrency',
  config: 'envoy.extensions.filters.http.adaptive_concurrency.v3.AdaptiveConcurrency',
  title: 'Adaptive Concurrency',
  group: 'traffic',
  summary: 'Turns requests away past a number in flight that follows from how long servers take.',
  notModelled: ['how the limit follows from latencies: it stays where Envoy begins, at min_concurrency', 'statistics'],
  docs: 'configuration/http/http_filters/adaptive_concurrency_filter',
  defaults: {
    gradient_controller_config: {
      concurrency_limit_params: { concurrency_update_interval: '0.1s' },
      min_rtt_calc_params: { interval: '60s', request_count: 50 },
    },
  },
} satisfies FilterAbout
