import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.http.health_check',
  config: 'envoy.extensions.filters.http.health_check.v3.HealthCheck',
  title: 'Health Check',
  group: 'observability',
  summary: 'Answers health checks itself, or caches what the server says.',
  notModelled: ['a proxy told to fail its health checks (admin interface)', 'unhealthy endpoints of clusters'],
  docs: 'configuration/http/http_filters/health_check_filter',
  defaults: { pass_through_mode: false, headers: [{ name: ':path', string_match: { exact: '/healthz' } }] },
} satisfies FilterAbout
