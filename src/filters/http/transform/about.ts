import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.http.transform',
  config: 'envoy.extensions.filters.http.transform.v3.TransformConfig',
  perRoute: 'envoy.extensions.filters.http.transform.v3.TransformConfig',
  title: 'Transform',
  group: 'transformation',
  summary: 'Rewrites JSON bodies, and headers by what stands in them.',
  notModelled: ['clear_cluster_cache', 'statistics'],
  docs: 'configuration/http/http_filters/transform_filter',
} satisfies FilterAbout
