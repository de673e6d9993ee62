import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.http.filter_chain',
  config: 'envoy.extensions.filters.http.filter_chain.v3.FilterChainConfig',
  perRoute: 'envoy.extensions.filters.http.filter_chain.v3.FilterChainConfigPerRoute',
  title: 'Filter Chain',
  group: 'other',
  summary: 'Stands for a list of filters, and for those that the route adds.',
  notModelled: ['statistics'],
  docs: 'configuration/http/http_filters/filter_chain_filter',
} satisfies FilterAbout
