import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.http.csrf',
  config: 'envoy.extensions.filters.http.csrf.v3.CsrfPolicy',
  perRoute: 'envoy.extensions.filters.http.csrf.v3.CsrfPolicy',
  title: 'CSRF',
  group: 'security',
  summary: 'Refuses changing requests whose origin is not the site itself.',
  notModelled: ['statistics'],
  docs: 'configuration/http/http_filters/csrf_filter',
  defaults: { filter_enabled: { default_value: { numerator: 100 } } },
} satisfies FilterAbout
