import type { FilterConfig } from '../../../envoy/types/contrib/envoy/extensions/filters/http/alpn/v3/alpn_pb.d.ts'
import { defineHttpFilter } from '../../define.ts'

/**
 * Istio's ALPN filter: picks the ALPN that the upstream TLS connection offers. It touches no header and no body
 * (istio/proxy: source/extensions/filters/http/alpn/alpn_filter.cc).
 */
export const alpn = defineHttpFilter<FilterConfig>({
  name: 'istio.alpn',
  config: 'istio.envoy.config.filter.http.alpn.v2alpha1.FilterConfig',
  title: 'Istio ALPN',
  group: 'istio',
  summary: 'Tells the upstream connection which protocols to offer, so that Istio peers recognise each other.',
  notModelled: ['the ALPN offered to the upstream: upstream TLS is not modelled'],
  create: () => ({}),
})
