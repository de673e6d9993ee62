import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.http.decompressor',
  config: 'envoy.extensions.filters.http.decompressor.v3.Decompressor',
  title: 'Decompressor',
  group: 'transformation',
  summary: 'Unpacks compressed bodies before the filters behind see them.',
  notModelled: ['statistics', 'zstd dictionaries'],
  docs: 'configuration/http/http_filters/decompressor_filter',
  defaults: {
    decompressor_library: {
      name: 'gzip',
      typed_config: { '@type': 'type.googleapis.com/envoy.extensions.compression.gzip.decompressor.v3.Gzip' },
    },
  },
} satisfies FilterAbout
