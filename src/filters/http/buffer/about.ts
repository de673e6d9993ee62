import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.http.buffer',
  config: 'envoy.extensions.filters.http.buffer.v3.Buffer',
  perRoute: 'envoy.extensions.filters.http.buffer.v3.BufferPerRoute',
  title: 'Buffer',
  group: 'traffic',
  summary: 'Waits for the whole request body before anything behind sees the request.',
  notModelled: [],
  docs: 'configuration/http/http_filters/buffer_filter',
  upstream: true,
  defaults: { max_request_bytes: 1048576 },
} satisfies FilterAbout
