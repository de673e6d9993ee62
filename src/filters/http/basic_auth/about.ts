import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.http.basic_auth',
  config: 'envoy.extensions.filters.http.basic_auth.v3.BasicAuth',
  perRoute: 'envoy.extensions.filters.http.basic_auth.v3.BasicAuthPerRoute',
  title: 'Basic Auth',
  group: 'security',
  summary: 'Asks for a user name and password from a list of htpasswd entries.',
  notModelled: ['statistics'],
  docs: 'configuration/http/http_filters/basic_auth_filter',
  defaults: { users: { inline_string: 'user1:{SHA}2kuSN7rMzfGcB2DKt67EqDWQELA=' } },
} satisfies FilterAbout
