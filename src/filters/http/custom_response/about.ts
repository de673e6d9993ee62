import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.http.custom_response',
  config: 'envoy.extensions.filters.http.custom_response.v3.CustomResponse',
  perRoute: 'envoy.extensions.filters.http.custom_response.v3.CustomResponse',
  title: 'Custom Response',
  group: 'transformation',
  summary: 'Replaces responses that match, by a local text or by asking another server.',
  notModelled: ['modify_request_headers_action of a redirect', 'statistics'],
  docs: 'configuration/http/http_filters/custom_response_filter',
} satisfies FilterAbout
