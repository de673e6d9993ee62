import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.http.cdn_loop',
  config: 'envoy.extensions.filters.http.cdn_loop.v3.CdnLoopConfig',
  title: 'CDN Loop',
  group: 'traffic',
  summary: 'Stops requests that pass the same CDN too often.',
  notModelled: [],
  docs: 'configuration/http/http_filters/cdn_loop_filter',
  defaults: { cdn_id: 'cdn.example.com' },
} satisfies FilterAbout
