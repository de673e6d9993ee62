import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.listener.original_dst',
  config: 'envoy.extensions.filters.listener.original_dst.v3.OriginalDst',
  title: 'Original Destination',
  group: 'listener',
  summary: 'Restores the address a redirected connection was meant for.',
  notModelled: [],
  docs: 'configuration/listeners/listener_filters/original_dst_filter',
} satisfies FilterAbout
