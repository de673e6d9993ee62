import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.network.http_connection_manager',
  config: 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
  title: 'HTTP Connection Manager',
  group: 'protocol',
  summary: 'Reads HTTP off the connection, runs each request through its HTTP filters and writes the response.',
  notModelled: [
    'HTTP/2 frames: streams are headers, data and trailers',
    'HTTP/3',
    'access logs and statistics',
    'tracing spans',
    'a stateful header key formatter (preserve_case)',
    'draining and overload',
  ],
  docs: 'configuration/http/http_conn_man/http_conn_man',
  terminal: true,
  defaults: { stat_prefix: 'ingress_http' },
} satisfies FilterAbout
