import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.network.echo',
  config: 'envoy.extensions.filters.network.echo.v3.Echo',
  title: 'Echo',
  group: 'network',
  summary: 'Sends back whatever comes.',
  notModelled: [],
  docs: 'configuration/listeners/network_filters/echo_filter',
  terminal: true,
} satisfies FilterAbout
