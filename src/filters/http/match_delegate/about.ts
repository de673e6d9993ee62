import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.http.match_delegate',
  config: 'envoy.extensions.common.matching.v3.ExtensionWithMatcher',
  perRoute: 'envoy.extensions.common.matching.v3.ExtensionWithMatcherPerRoute',
  title: 'Match Delegate',
  group: 'other',
  summary: 'Runs the filter inside it, but for the requests that a matcher skips.',
  notModelled: [],
  docs: 'configuration/http/http_filters/match_delegate_filter',
  upstream: true,
  defaults: {
    extension_config: {
      name: 'composite',
      typed_config: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.composite.v3.Composite' },
    },
  },
} satisfies FilterAbout
