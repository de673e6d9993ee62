import type { LocalRateLimit } from '../../../envoy/types/envoy/extensions/filters/network/local_ratelimit/v3/local_rate_limit_pb.d.ts'
import { type ConnectionLimiter, connectionLimiter } from '../../common/local-rate-limiter.ts'
import { defineNetworkFilter } from '../../define.ts'
import { about } from './about.ts'

/** Envoy: source/extensions/filters/network/local_ratelimit/local_ratelimit.cc. */
export const networkLocalRatelimit = defineNetworkFilter<LocalRateLimit, ConnectionLimiter>({
  ...about,
  shared: connectionLimiter,
  create: ({ shared }) => ({
    onNewConnection(connection) {
      const { allowed, note } = shared()
      connection.note(note)
      if (allowed) return 'Continue'
      connection.close('NoFlush', 'local_ratelimit_close')
      return 'StopIteration'
    },
  }),
})
