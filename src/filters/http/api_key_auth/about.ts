import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.http.api_key_auth',
  config: 'envoy.extensions.filters.http.api_key_auth.v3.ApiKeyAuth',
  perRoute: 'envoy.extensions.filters.http.api_key_auth.v3.ApiKeyAuthPerRoute',
  title: 'API Key Auth',
  group: 'security',
  summary: 'Lets in requests that carry a known key in a header, query parameter or cookie.',
  notModelled: ['statistics'],
  docs: 'configuration/http/http_filters/api_key_auth_filter',
  defaults: { key_sources: [{ header: 'x-api-key' }] },
} satisfies FilterAbout
