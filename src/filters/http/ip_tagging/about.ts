import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.http.ip_tagging',
  config: 'envoy.extensions.filters.http.ip_tagging.v3.IPTagging',
  title: 'IP Tagging',
  group: 'observability',
  summary: 'Marks requests by the address ranges they come from.',
  notModelled: [
    'tags from a data source (ip_tags_datasource)',
    'the order of several tags on one request: Envoy\u2019s is that of a hash table',
    'statistics',
  ],
  docs: 'configuration/http/http_filters/ip_tagging_filter',
  defaults: {
    request_type: 'BOTH',
    ip_tags: [{ ip_tag_name: 'internal', ip_list: [{ address_prefix: '10.0.0.0', prefix_len: 8 }] }],
  },
} satisfies FilterAbout
