import type { NetworkConnection } from '../../../engine/network/types.ts'
import { type ConnectionInfo, StreamInfo } from '../../../engine/stream-info.ts'
import type { Config } from '../../../envoy/types/envoy/extensions/filters/network/set_filter_state/v3/set_filter_state_pb.d.ts'
import { type FilterStateWriter, filterStateWriter } from '../../common/set-filter-state.ts'
import { defineNetworkFilter } from '../../define.ts'
import { about } from './about.ts'

interface Shared {
  onNewConnection: FilterStateWriter
  onTlsHandshake: FilterStateWriter
  onData: FilterStateWriter
}

/**
 * Envoy: source/extensions/filters/network/set_filter_state/config.cc. The peer's certificate is only known once the TLS
 * handshake is through, so on_new_connection is formatted without it.
 */
export const networkSetFilterState = defineNetworkFilter<Config, Shared>({
  ...about,
  shared: (config, { services, path }) => {
    const writer = (values: Config['onNewConnection'], field: string) =>
      filterStateWriter(values, 'Connection', services, `${path}.${field}`)
    return {
      onNewConnection: writer(config.onNewConnection, 'on_new_connection'),
      onTlsHandshake: writer(config.onDownstreamTlsHandshake, 'on_downstream_tls_handshake'),
      onData: writer(config.onDownstreamData, 'on_downstream_data'),
    }
  },
  create: ({ shared }) => {
    let sawData = false
    const write = (writer: FilterStateWriter, connection: NetworkConnection, info: ConnectionInfo) => {
      const context = { info: new StreamInfo(info, connection.loop.now) }
      for (const note of writer(connection.info.filterState, context)) connection.note(note)
    }
    return {
      onNewConnection(connection) {
        const { tls, ...beforeHandshake } = connection.info
        write(shared.onNewConnection, connection, tls ? beforeHandshake : connection.info)
        if (tls) write(shared.onTlsHandshake, connection, connection.info)
        return 'Continue'
      },
      onData(_data, connection) {
        if (!sawData) write(shared.onData, connection, connection.info)
        sawData = true
        return 'Continue'
      },
    }
  },
})
