import { parseIp } from '../../../engine/match/index.ts'
import type { Address } from '../../../engine/stream-info.ts'
import type { OriginalDst } from '../../../envoy/types/envoy/extensions/filters/listener/original_dst/v3/original_dst_pb.d.ts'
import { defineListenerFilter } from '../../define.ts'
import { about } from './about.ts'

/**
 * The address that iptables took away, or, on an internal listener, the one that the inner connection carries in filter
 * state (Envoy: source/extensions/filters/listener/original_dst/original_dst.cc).
 */
export const originalDst = defineListenerFilter<OriginalDst>({
  ...about,
  create: () => ({
    onAccept(socket) {
      const { info } = socket
      const carried = addressOf(info.filterState.get('envoy.filters.listener.original_dst.local_ip')?.text)
      const wanted = socket.originalDestination ?? carried
      const remote = addressOf(info.filterState.get('envoy.filters.listener.original_dst.remote_ip')?.text)
      if (remote) info.remote = remote
      if (!wanted) {
        socket.note('the connection was not redirected')
        return 'Continue'
      }
      info.local = wanted
      socket.localAddressRestored = true
      socket.note(`meant for ${wanted.ip}:${wanted.port}`)
      return 'Continue'
    },
  }),
})

/** `10.0.0.1:80` or `[::1]:80`. */
function addressOf(text: string | undefined): Address | undefined {
  const match = text?.match(/^\[?([0-9a-fA-F.:]+?)\]?:([0-9]{1,5})$/)
  if (!match || !parseIp(match[1]!)) return undefined
  return { ip: match[1]!, port: Number(match[2]) }
}
