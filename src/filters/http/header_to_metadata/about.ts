import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.http.header_to_metadata',
  config: 'envoy.extensions.filters.http.header_to_metadata.v3.Config',
  perRoute: 'envoy.extensions.filters.http.header_to_metadata.v3.Config',
  title: 'Header To Metadata',
  group: 'transformation',
  summary: 'Copies headers and cookies into dynamic metadata.',
  notModelled: ['values of type PROTOBUF_VALUE', 'statistics'],
  docs: 'configuration/http/http_filters/header_to_metadata_filter',
  defaults: {
    request_rules: [
      { header: 'x-version', on_header_present: { metadata_namespace: 'envoy.lb', key: 'version' }, remove: false },
    ],
  },
} satisfies FilterAbout
