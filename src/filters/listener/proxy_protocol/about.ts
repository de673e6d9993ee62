import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.listener.proxy_protocol',
  config: 'envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol',
  title: 'Proxy Protocol',
  group: 'listener',
  summary: 'Takes the client’s address from a PROXY protocol header.',
  notModelled: ['passing the header on to upstreams', 'statistics'],
  docs: 'configuration/listeners/listener_filters/proxy_protocol',
} satisfies FilterAbout
