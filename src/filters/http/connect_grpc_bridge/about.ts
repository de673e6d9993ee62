import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.http.connect_grpc_bridge',
  config: 'envoy.extensions.filters.http.connect_grpc_bridge.v3.FilterConfig',
  title: 'Connect-gRPC Bridge',
  group: 'protocol',
  summary: 'Turns Buf Connect requests into gRPC and back.',
  notModelled: ["the order of members in the JSON of errors, which is Envoy's chance too"],
  docs: 'configuration/http/http_filters/connect_grpc_bridge_filter',
} satisfies FilterAbout
