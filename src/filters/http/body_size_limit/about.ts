import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.http.body_size_limit',
  config: 'envoy.extensions.filters.http.body_size_limit.v3.BodySizeLimit',
  title: 'Body Size Limit',
  group: 'traffic',
  summary: 'Refuses bodies over a size without buffering them.',
  notModelled: [],
  docs: 'configuration/http/http_filters/body_size_limit_filter',
  upstream: true,
  defaults: { max_request_bytes: 1_048_576 },
} satisfies FilterAbout
