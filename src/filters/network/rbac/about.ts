import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.network.rbac',
  config: 'envoy.extensions.filters.network.rbac.v3.RBAC',
  title: 'RBAC',
  group: 'security',
  summary: 'Allows or denies connections by rules on source, destination, SNI and certificate.',
  notModelled: ['statistics', 'audit loggers'],
  docs: 'configuration/listeners/network_filters/rbac_filter',
  defaults: {
    stat_prefix: 'rbac',
    rules: {
      action: 'DENY',
      policies: {
        'no-outside': {
          permissions: [{ any: true }],
          principals: [{ not_id: { remote_ip: { address_prefix: '10.0.0.0', prefix_len: 8 } } }],
        },
      },
    },
  },
} satisfies FilterAbout
