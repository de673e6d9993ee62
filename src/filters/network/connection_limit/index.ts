import type { ConnectionLimit } from '../../../envoy/types/envoy/extensions/filters/network/connection_limit/v3/connection_limit_pb.d.ts'
import { defineNetworkFilter } from '../../define.ts'
import { about } from './about.ts'

/** Envoy: source/extensions/filters/network/connection_limit/connection_limit.cc. */
export const connectionLimit = defineNetworkFilter<ConnectionLimit, { active: number }>({
  ...about,
  shared: () => ({ active: 0 }),
  create: ({ config, shared, context }) => {
    const { runtimeEnabled, delay } = config
    const enabled = () =>
      !runtimeEnabled ||
      context.services.runtime.boolean(runtimeEnabled.runtimeKey, runtimeEnabled.defaultValue ?? true)
    const delayMs = delay ? Number(delay.seconds) * 1000 + delay.nanos / 1e6 : 0
    let counted = false
    let refused = false
    return {
      onNewConnection(connection) {
        if (!enabled()) {
          connection.note('switched off by runtime')
          return 'Continue'
        }
        if (shared.active < Number(config.maxConnections)) {
          shared.active++
          counted = true
          connection.note(`connection ${shared.active} of ${config.maxConnections}`)
          return 'Continue'
        }
        refused = true
        connection.note(`${config.maxConnections} connections are open: closed`)
        const close = () => connection.close('NoFlush', 'over_connection_limit')
        if (delayMs > 0) connection.loop.timer(delayMs, close)
        else close()
        return 'StopIteration'
      },
      onData: () => (refused ? 'StopIteration' : 'Continue'),
      onClose() {
        if (counted) shared.active--
        counted = false
      },
    }
  },
})
