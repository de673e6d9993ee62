import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.http.router',
  config: 'envoy.extensions.filters.http.router.v3.Router',
  title: 'Router',
  group: 'traffic',
  summary: 'Ends a chain: answers by the route, or sends the request to a cluster, with retries, timeouts and mirrors.',
  notModelled: ['upstream access logs and statistics', 'tracing spans', 'balancing over several endpoints'],
  docs: 'configuration/http/http_filters/router_filter',
  terminal: true,
} satisfies FilterAbout
