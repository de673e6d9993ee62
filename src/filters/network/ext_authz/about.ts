import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.network.ext_authz',
  config: 'envoy.extensions.filters.network.ext_authz.v3.ExtAuthz',
  title: 'External Authorization',
  group: 'security',
  summary: 'Asks a service of yours whether a connection may go on.',
  notModelled: ['statistics', 'typed metadata for the service', 'the TLS alert of send_tls_alert_on_denial'],
  docs: 'configuration/listeners/network_filters/ext_authz_filter',
  defaults: {
    stat_prefix: 'ext_authz',
    transport_api_version: 'V3',
    grpc_service: { envoy_grpc: { cluster_name: 'ext-authz' } },
  },
} satisfies FilterAbout
