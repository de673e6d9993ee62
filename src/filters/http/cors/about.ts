import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.http.cors',
  config: 'envoy.extensions.filters.http.cors.v3.Cors',
  perRoute: 'envoy.extensions.filters.http.cors.v3.CorsPolicy',
  title: 'CORS',
  group: 'security',
  summary: 'Answers cross-origin preflights and stamps CORS headers, by the policy of the route or virtual host.',
  notModelled: ['statistics'],
  docs: 'configuration/http/http_filters/cors_filter',
} satisfies FilterAbout
