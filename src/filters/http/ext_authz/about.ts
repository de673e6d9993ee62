import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.http.ext_authz',
  config: 'envoy.extensions.filters.http.ext_authz.v3.ExtAuthz',
  perRoute: 'envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute',
  title: 'External Authorization',
  group: 'security',
  summary: 'Asks a service of yours, over HTTP or gRPC, whether a request may pass, and takes headers from its answer.',
  notModelled: [
    'statistics',
    'typed metadata for the service',
    'the bytes that emit_filter_state_stats counts',
    'header limits of the connection manager (enforce_response_header_limits)',
  ],
  docs: 'configuration/http/http_filters/ext_authz_filter',
  defaults: { grpc_service: { envoy_grpc: { cluster_name: 'ext-authz' } } },
} satisfies FilterAbout
