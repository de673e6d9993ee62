import type { FilterAbout } from '../../about.ts'

/** Simulated by the router's upstream half (src/engine/router/upstream-chain.ts), which puts it at the end where it is missing. */
export const about = {
  name: 'envoy.filters.http.upstream_codec',
  config: 'envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec',
  title: 'Upstream Codec',
  group: 'protocol',
  summary: 'Ends a list of upstream filters: hands the request to the connection.',
  notModelled: [],
  docs: 'configuration/http/http_filters/upstream_codec_filter',
  terminal: true,
  upstream: true,
} satisfies FilterAbout
