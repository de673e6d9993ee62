import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.listener.set_filter_state',
  config: 'envoy.extensions.filters.listener.set_filter_state.v3.Config',
  title: 'Set Filter State',
  group: 'listener',
  summary: 'Writes objects into filter state when a socket is accepted.',
  notModelled: ['objects of factories other than strings: they are kept as text'],
  docs: 'configuration/listeners/listener_filters/set_filter_state',
  defaults: {
    on_accept: [
      {
        object_key: 'my.key',
        factory_key: 'envoy.string',
        format_string: { text_format_source: { inline_string: '%DOWNSTREAM_REMOTE_ADDRESS%' } },
      },
    ],
  },
} satisfies FilterAbout
