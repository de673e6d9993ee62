import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.network.direct_response',
  config: 'envoy.extensions.filters.network.direct_response.v3.Config',
  title: 'Direct Response',
  group: 'network',
  summary: 'Answers each connection with fixed bytes and closes it.',
  notModelled: [],
  docs: 'configuration/listeners/network_filters/direct_response_filter',
  terminal: true,
  defaults: { response: { inline_string: 'not available\n' } },
} satisfies FilterAbout
