import { ConfigError } from '../../../engine/catalogue.ts'
import { millis } from '../../../engine/duration.ts'
import type { Timer } from '../../../engine/event-loop.ts'
import { type Formatter, parseFormat } from '../../../engine/format/index.ts'
import type { NetworkConnection, NetworkFactoryContext, NetworkFilter } from '../../../engine/network/types.ts'
import type { RateLimitDescriptor } from '../../../engine/route/types.ts'
import { StreamInfo } from '../../../engine/stream-info.ts'
import type { RateLimit } from '../../../envoy/types/envoy/extensions/filters/network/ratelimit/v3/rate_limit_pb.d.ts'
import { createRateLimitClient, type LimitAnswer, type RateLimitClient } from '../../common/ratelimit/client.ts'
import { defineNetworkFilter } from '../../define.ts'
import { about } from './about.ts'

const DEFAULT_TIMEOUT_MS = 20

interface Shared {
  client: RateLimitClient
  enabled(): boolean
  enforced(): boolean
  /** The entries of each descriptor; Envoy sends nothing else of it. */
  descriptors: { key: string; value: Formatter }[][]
}

/**
 * Asks as soon as the connection is there; nothing is read before the service has answered.
 * Envoy: source/extensions/filters/network/ratelimit/ratelimit.cc.
 */
export const networkRatelimit = defineNetworkFilter<RateLimit, Shared>({
  ...about,
  shared: sharedOf,
  create: ({ config, shared }) => ratelimitFilter(config, shared),
})

function sharedOf(config: RateLimit, { services, path }: NetworkFactoryContext): Shared {
  for (const field of ['statPrefix', 'domain'] as const)
    if (config[field] === '')
      throw new ConfigError(`${path}.${field === 'domain' ? field : 'stat_prefix'}`, 'is required')
  if (config.descriptors.length === 0) throw new ConfigError(`${path}.descriptors`, 'needs one descriptor at least')
  const { runtime } = services
  return {
    client: createRateLimitClient(
      config.rateLimitService,
      `${path}.rate_limit_service`,
      millis(config.timeout) ?? DEFAULT_TIMEOUT_MS,
      services,
    ),
    enabled: () => runtime.fraction('ratelimit.tcp_filter_enabled', 100, 100),
    enforced: () => runtime.fraction('ratelimit.tcp_filter_enforcing', 100, 100),
    descriptors: config.descriptors.map(({ entries }, i) => {
      if (entries.length === 0) throw new ConfigError(`${path}.descriptors[${i}].entries`, 'needs one entry at least')
      return entries.map(({ key, value }, j) => ({
        key,
        value: parseFormat(value, { path: `${path}.descriptors[${i}].entries[${j}].value`, services }),
      }))
    }),
  }
}

function ratelimitFilter(config: RateLimit, { client, enabled, enforced, descriptors }: Shared): NetworkFilter {
  let calling = false
  let closed = false
  let initiating = false
  let call: Timer | undefined

  const descriptorsFor = (info: StreamInfo): RateLimitDescriptor[] =>
    descriptors.map((entries) => ({
      entries: entries.map(({ key, value }) => ({ key, value: value.format({ info }) })),
    }))

  const complete = (answer: LimitAnswer, connection: NetworkConnection) => {
    calling = false
    const { verdict, metadata } = answer
    connection.note(answer.reason)
    if (metadata && Object.keys(metadata).length > 0) connection.info.dynamicMetadata.set(about.name, metadata)
    if (verdict === 'over limit' && enforced()) close(connection, 'ratelimit_close_over_limit')
    else if (verdict === 'error' && config.failureModeDeny)
      close(connection, 'ratelimit_error_failure_mode_connection_close')
    else if (!initiating) connection.continueReading()
  }

  const close = (connection: NetworkConnection, details: string) => {
    closed = true
    connection.close('NoFlush', details)
  }

  return {
    onNewConnection(connection) {
      if (!enabled()) {
        connection.note('ratelimit.tcp_filter_enabled does not pick this connection')
        return 'Continue'
      }
      const info = new StreamInfo(connection.info, connection.loop.now)
      const request = { domain: config.domain, descriptors: descriptorsFor(info), hitsAddend: 0 }
      for (const { entries } of request.descriptors)
        connection.note(`descriptor ${entries.map(({ key, value }) => `${key}=${value}`).join(', ')}`)
      connection.note(`asks ${client.target} in domain ${config.domain}`)
      calling = true
      initiating = true
      call = client.limit(request, { info, trace: connection.trace }, (answer) => {
        call = undefined
        complete(answer, connection)
      })
      initiating = false
      return calling || closed ? 'StopIteration' : 'Continue'
    },
    onData: () => (calling || closed ? 'StopIteration' : 'Continue'),
    onClose() {
      call?.cancel()
    },
  }
}
