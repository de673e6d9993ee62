import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.http.bandwidth_limit',
  config: 'envoy.extensions.filters.http.bandwidth_limit.v3.BandwidthLimit',
  perRoute: 'envoy.extensions.filters.http.bandwidth_limit.v3.BandwidthLimit',
  title: 'Bandwidth Limit',
  group: 'traffic',
  summary: 'Holds request and response bodies to a number of kilobytes a second.',
  notModelled: ['what real clocks add to the milliseconds in its trailers', 'statistics'],
  docs: 'configuration/http/http_filters/bandwidth_limit_filter',
  defaults: { stat_prefix: 'bandwidth_limit', enable_mode: 'REQUEST_AND_RESPONSE', limit_kbps: 1024 },
} satisfies FilterAbout
