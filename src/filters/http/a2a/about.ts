import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.http.a2a',
  config: 'envoy.extensions.filters.http.a2a.v3.A2a',
  title: 'A2A',
  group: 'protocol',
  summary: 'Reads Agent2Agent requests into metadata; may refuse what is none.',
  notModelled: ['statistics'],
  docs: 'configuration/http/http_filters/a2a_filter',
} satisfies FilterAbout
