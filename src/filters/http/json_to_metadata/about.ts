import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.http.json_to_metadata',
  config: 'envoy.extensions.filters.http.json_to_metadata.v3.JsonToMetadata',
  perRoute: 'envoy.extensions.filters.http.json_to_metadata.v3.JsonToMetadata',
  title: 'JSON To Metadata',
  group: 'transformation',
  summary: 'Copies values of JSON bodies into dynamic metadata.',
  notModelled: ['statistics'],
  docs: 'configuration/http/http_filters/json_to_metadata_filter',
  defaults: {
    request_rules: {
      rules: [{ selectors: [{ key: 'model' }], on_present: { metadata_namespace: 'envoy.lb', key: 'model' } }],
    },
  },
} satisfies FilterAbout
