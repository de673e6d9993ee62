import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.http.header_mutation',
  config: 'envoy.extensions.filters.http.header_mutation.v3.HeaderMutation',
  perRoute: 'envoy.extensions.filters.http.header_mutation.v3.HeaderMutationPerRoute',
  title: 'Header Mutation',
  group: 'transformation',
  summary: 'Adds, changes and removes headers, trailers and query parameters.',
  notModelled: [],
  docs: 'configuration/http/http_filters/header_mutation_filter',
  upstream: true,
  defaults: { mutations: { request_mutations: [{ append: { header: { key: 'x-added', value: 'by-envoy' } } }] } },
} satisfies FilterAbout
