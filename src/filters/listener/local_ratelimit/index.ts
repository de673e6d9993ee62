import type { LocalRateLimit } from '../../../envoy/types/envoy/extensions/filters/listener/local_ratelimit/v3/local_ratelimit_pb.d.ts'
import { type ConnectionLimiter, connectionLimiter } from '../../common/local-rate-limiter.ts'
import { defineListenerFilter } from '../../define.ts'
import { about } from './about.ts'

/** Envoy: source/extensions/filters/listener/local_ratelimit/local_ratelimit.cc. */
export const listenerLocalRatelimit = defineListenerFilter<LocalRateLimit, ConnectionLimiter>({
  ...about,
  shared: connectionLimiter,
  create: ({ shared }) => ({
    onAccept(socket) {
      const { allowed, note } = shared()
      socket.note(note)
      if (allowed) return 'Continue'
      socket.close('local_ratelimit_close')
      return 'Close'
    },
  }),
})
