import type { FilterConfig } from '../../../envoy/types/envoy/extensions/filters/network/sni_dynamic_forward_proxy/v3/sni_dynamic_forward_proxy_pb.d.ts'
import { defineNetworkFilter } from '../../define.ts'
import { about } from './about.ts'

const DEFAULT_PORT = 443

/** Envoy: source/extensions/filters/network/sni_dynamic_forward_proxy/proxy_filter.cc. */
export const sniDynamicForwardProxy = defineNetworkFilter<FilterConfig>({
  ...about,
  create: ({ config }) => ({
    onNewConnection(connection) {
      const sni = connection.info.requestedServerName
      const port = config.portSpecifier.case === 'portValue' ? config.portSpecifier.value : DEFAULT_PORT
      connection.note(sni === '' ? 'no SNI: there is no name to resolve' : `to ${sni}:${port}`)
      return 'Continue'
    },
  }),
})
