import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.http.sse_to_metadata',
  config: 'envoy.extensions.filters.http.sse_to_metadata.v3.SseToMetadata',
  title: 'SSE To Metadata',
  group: 'transformation',
  summary: 'Copies values of server-sent events into dynamic metadata.',
  notModelled: ['statistics'],
  docs: 'configuration/http/http_filters/sse_to_metadata_filter',
  defaults: {
    response_rules: {
      content_parser: {
        name: 'json',
        typed_config: {
          '@type': 'type.googleapis.com/envoy.extensions.content_parsers.json.v3.JsonContentParser',
          rules: [
            { rule: { selectors: [{ key: 'usage' }], on_present: { metadata_namespace: 'envoy.lb', key: 'usage' } } },
          ],
        },
      },
    },
  },
} satisfies FilterAbout
