import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.http.original_src',
  config: 'envoy.extensions.filters.http.original_src.v3.OriginalSrc',
  title: 'Original Source',
  group: 'traffic',
  summary: 'Makes upstream connections come from the client\u2019s own address.',
  notModelled: ['the source address and mark of upstream connections: servers here do not see them'],
  docs: 'configuration/http/http_filters/original_src_filter',
} satisfies FilterAbout
