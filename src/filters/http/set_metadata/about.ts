import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.http.set_metadata',
  config: 'envoy.extensions.filters.http.set_metadata.v3.Config',
  title: 'Set Metadata',
  group: 'transformation',
  summary: 'Writes fixed values into dynamic metadata.',
  notModelled: ['statistics'],
  docs: 'configuration/http/http_filters/set_metadata_filter',
  defaults: { metadata: [{ metadata_namespace: 'my.namespace', value: { key: 'value' } }] },
} satisfies FilterAbout
