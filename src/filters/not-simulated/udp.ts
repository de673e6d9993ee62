import type { FilterAbout } from '../about.ts'

/** UDP listener filters: datagrams are not simulated. One that gets simulated moves to a folder of its own. */
export const notSimulatedUdp: FilterAbout[] = [
  {
    name: 'envoy.filters.udp.dns_filter',
    config: 'envoy.extensions.filters.udp.dns_filter.v3.DnsFilterConfig',
    title: 'DNS Filter',
    group: 'udp',
    summary: 'Answers DNS queries from a table, or passes them on.',
    notModelled: [],
    docs: 'configuration/listeners/udp_filters/dns_filter',
    defaults: { stat_prefix: 'dns' },
  },
  {
    name: 'envoy.filters.udp_listener.dynamic_modules',
    config: 'envoy.extensions.filters.udp.dynamic_modules.v3.DynamicModuleUdpListenerFilter',
    title: 'Dynamic Module',
    group: 'scripting',
    summary: 'Runs a UDP listener filter from a shared library.',
    notModelled: [],
    docs: 'configuration/listeners/udp_filters/dynamic_modules_filter',
  },
  {
    name: 'envoy.filters.udp_listener.udp_proxy',
    config: 'envoy.extensions.filters.udp.udp_proxy.v3.UdpProxyConfig',
    title: 'UDP Proxy',
    group: 'udp',
    summary: 'Forwards datagrams to a cluster, by sessions.',
    notModelled: [],
    docs: 'configuration/listeners/udp_filters/udp_proxy',
    terminal: true,
    defaults: { stat_prefix: 'udp' },
  },
]
