import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.http.oauth2',
  config: 'envoy.extensions.filters.http.oauth2.v3.OAuth2',
  perRoute: 'envoy.extensions.filters.http.oauth2.v3.OAuth2PerRoute',
  title: 'OAuth2',
  group: 'security',
  summary: 'Signs users in with an authorization server and keeps the session in cookies.',
  notModelled: ['statistics', 'token_cookie_chunking', 'private_key_jwt_config', 'secrets that come over SDS'],
  docs: 'configuration/http/http_filters/oauth2_filter',
} satisfies FilterAbout
