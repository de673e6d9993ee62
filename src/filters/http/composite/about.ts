import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.http.composite',
  config: 'envoy.extensions.filters.http.composite.v3.Composite',
  perRoute: 'envoy.extensions.filters.http.composite.v3.CompositePerRoute',
  title: 'Composite',
  group: 'other',
  summary: 'Becomes another filter for the requests a matcher picks.',
  notModelled: ['configuration that an ExecuteFilterAction gets by discovery (its default is used)', 'statistics'],
  docs: 'configuration/http/http_filters/composite_filter',
  upstream: true,
} satisfies FilterAbout
