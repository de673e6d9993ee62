import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.http.compressor',
  config: 'envoy.extensions.filters.http.compressor.v3.Compressor',
  perRoute: 'envoy.extensions.filters.http.compressor.v3.CompressorPerRoute',
  title: 'Compressor',
  group: 'transformation',
  summary: 'Compresses responses (or requests) when the other side takes it.',
  notModelled: ['statistics', 'zstd dictionaries', 'where a body of more than 16 KB is cut into flushed pieces'],
  docs: 'configuration/http/http_filters/compressor_filter',
  upstream: true,
  defaults: {
    compressor_library: {
      name: 'gzip',
      typed_config: { '@type': 'type.googleapis.com/envoy.extensions.compression.gzip.compressor.v3.Gzip' },
    },
  },
} satisfies FilterAbout
