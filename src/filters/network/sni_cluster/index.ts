import type { SniCluster } from '../../../envoy/types/envoy/extensions/filters/network/sni_cluster/v3/sni_cluster_pb.d.ts'
import { defineNetworkFilter } from '../../define.ts'
import { about } from './about.ts'

/** Envoy: source/extensions/filters/network/sni_cluster/sni_cluster.cc; tcp_proxy reads the object that it leaves. */
export const sniCluster = defineNetworkFilter<SniCluster>({
  ...about,
  create: () => ({
    onNewConnection(connection) {
      const sni = connection.info.requestedServerName
      if (sni === '') {
        connection.note('no SNI: the cluster stays as configured')
        return 'Continue'
      }
      connection.note(`cluster ${sni}`)
      connection.info.filterState.set('envoy.tcp_proxy.cluster', { text: sni, json: sni, lifeSpan: 'Connection' })
      return 'Continue'
    },
  }),
})
