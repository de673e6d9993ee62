import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'istio.alpn',
  config: 'istio.envoy.config.filter.http.alpn.v2alpha1.FilterConfig',
  title: 'Istio ALPN',
  group: 'istio',
  summary: 'Tells the upstream connection which protocols to offer, so that Istio peers recognise each other.',
  notModelled: ['the ALPN offered to the upstream: upstream TLS is not modelled'],
  docs: 'https://istio.io/latest/docs/reference/config/networking/envoy-filter/',
} satisfies FilterAbout
