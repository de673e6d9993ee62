import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.http.grpc_http1_reverse_bridge',
  config: 'envoy.extensions.filters.http.grpc_http1_reverse_bridge.v3.FilterConfig',
  perRoute: 'envoy.extensions.filters.http.grpc_http1_reverse_bridge.v3.FilterConfigPerRoute',
  title: 'gRPC HTTP/1.1 Reverse Bridge',
  group: 'protocol',
  summary: 'Lets gRPC clients call HTTP/1.1 services that answer with a plain message.',
  notModelled: [],
  docs: 'configuration/http/http_filters/grpc_http1_reverse_bridge_filter',
  defaults: { content_type: 'application/x-protobuf' },
} satisfies FilterAbout
