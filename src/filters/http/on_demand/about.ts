import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.http.on_demand',
  config: 'envoy.extensions.filters.http.on_demand.v3.OnDemand',
  perRoute: 'envoy.extensions.filters.http.on_demand.v3.PerRouteConfig',
  title: 'On Demand',
  group: 'traffic',
  summary: 'Fetches a virtual host or cluster when the first request needs it.',
  notModelled: ['fetching: everything there is stands in the document'],
  docs: 'configuration/http/http_filters/on_demand_updates_filter',
} satisfies FilterAbout
