import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.http.stateful_session',
  config: 'envoy.extensions.filters.http.stateful_session.v3.StatefulSession',
  perRoute: 'envoy.extensions.filters.http.stateful_session.v3.StatefulSessionPerRoute',
  title: 'Stateful Session',
  group: 'traffic',
  summary: 'Keeps a client on the same server by a cookie or header.',
  notModelled: ['clusters of several hosts: a server here is one', 'statistics'],
  docs: 'configuration/http/http_filters/stateful_session_filter',
} satisfies FilterAbout
