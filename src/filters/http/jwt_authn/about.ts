import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.http.jwt_authn',
  config: 'envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication',
  perRoute: 'envoy.extensions.filters.http.jwt_authn.v3.PerRouteConfig',
  title: 'JWT Authentication',
  group: 'security',
  summary: 'Verifies tokens and puts their claims where others can read them.',
  notModelled: ['statistics'],
  docs: 'configuration/http/http_filters/jwt_authn_filter',
} satisfies FilterAbout
