import type { FilterConfig } from '../../../envoy/types/contrib/envoy/extensions/filters/http/alpn/v3/alpn_pb.d.ts'
import { defineHttpFilter } from '../../define.ts'
import { about } from './about.ts'

/**
 * Istio's ALPN filter: picks the ALPN that the upstream TLS connection offers. It touches no header and no body
 * (istio/proxy: source/extensions/filters/http/alpn/alpn_filter.cc).
 */
export const alpn = defineHttpFilter<FilterConfig>({
  ...about,
  create: () => ({}),
})
