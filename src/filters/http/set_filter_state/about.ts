import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.http.set_filter_state',
  config: 'envoy.extensions.filters.http.set_filter_state.v3.Config',
  perRoute: 'envoy.extensions.filters.http.set_filter_state.v3.Config',
  title: 'Set Filter State',
  group: 'transformation',
  summary: 'Writes objects into filter state from a format string.',
  notModelled: ['objects of factories other than strings: they are kept as text'],
  docs: 'configuration/http/http_filters/set_filter_state',
  defaults: {
    on_request_headers: [
      {
        object_key: 'my.key',
        factory_key: 'envoy.string',
        format_string: { text_format_source: { inline_string: '%REQ(:authority)%' } },
      },
    ],
  },
} satisfies FilterAbout
