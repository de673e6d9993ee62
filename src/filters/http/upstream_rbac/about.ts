import type { FilterAbout } from '../../about.ts'
import { about as rbac } from '../rbac/about.ts'

/** The RBAC filter under the name that it has among upstream filters; the configuration is the same. */
export const about = {
  ...rbac,
  name: 'envoy.filters.http.upstream_rbac',
  title: 'RBAC (upstream)',
  summary: 'Allows or denies requests by rules once a host has been picked, among the upstream filters.',
  upstream: true,
} satisfies FilterAbout
