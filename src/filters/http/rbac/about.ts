import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.http.rbac',
  config: 'envoy.extensions.filters.http.rbac.v3.RBAC',
  perRoute: 'envoy.extensions.filters.http.rbac.v3.RBACPerRoute',
  title: 'RBAC',
  group: 'security',
  summary: 'Allows or denies requests by rules on source, headers, path, metadata and more.',
  notModelled: ['statistics', 'audit loggers', 'custom permission and principal extensions'],
  docs: 'configuration/http/http_filters/rbac_filter',
  defaults: {
    rules: {
      action: 'DENY',
      policies: {
        'no-admin': { permissions: [{ url_path: { path: { prefix: '/admin' } } }], principals: [{ any: true }] },
      },
    },
  },
} satisfies FilterAbout
