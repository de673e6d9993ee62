import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.http.fault',
  config: 'envoy.extensions.filters.http.fault.v3.HTTPFault',
  perRoute: 'envoy.extensions.filters.http.fault.v3.HTTPFault',
  title: 'Fault',
  group: 'traffic',
  summary: 'Injects delays, aborts and slow responses into a share of the requests.',
  notModelled: [
    'runtime overrides by downstream cluster',
    'the pace inside a rate-limited response: it comes late, in one piece',
  ],
  docs: 'configuration/http/http_filters/fault_filter',
  defaults: { abort: { http_status: 503, percentage: { numerator: 10 } } },
} satisfies FilterAbout
