import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.http.grpc_http1_bridge',
  config: 'envoy.extensions.filters.http.grpc_http1_bridge.v3.Config',
  title: 'gRPC HTTP/1.1 Bridge',
  group: 'protocol',
  summary: 'Lets HTTP/1.1 clients call gRPC services: the trailers become headers of a buffered response.',
  notModelled: ['statistics'],
  docs: 'configuration/http/http_filters/grpc_http1_bridge_filter',
} satisfies FilterAbout
