import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.http.grpc_web',
  config: 'envoy.extensions.filters.http.grpc_web.v3.GrpcWeb',
  title: 'gRPC-Web',
  group: 'protocol',
  summary: 'Lets browsers call gRPC services: gRPC-Web, binary or base64 text, becomes gRPC and back.',
  notModelled: ['statistics'],
  docs: 'configuration/http/http_filters/grpc_web_filter',
} satisfies FilterAbout
