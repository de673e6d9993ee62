import { ConfigError } from '../../../engine/catalogue.ts'
import { millis } from '../../../engine/duration.ts'
import type { AdaptiveConcurrency } from '../../../envoy/types/envoy/extensions/filters/http/adaptive_concurrency/v3/adaptive_concurrency_pb.d.ts'
import { defineHttpFilter } from '../../define.ts'
import { about } from './about.ts'

const DEFAULT_MIN_CONCURRENCY = 3

interface Concurrency {
  /** Requests that are on their way. */
  active: number
  limit: number
  status: number
}

/**
 * Answers 503 when too many requests are in flight. While the filter still measures how fast servers are, its limit is
 * min_concurrency; here it never gets past that. Envoy: source/extensions/filters/http/adaptive_concurrency.
 */
export const adaptiveConcurrency = defineHttpFilter<AdaptiveConcurrency, Concurrency>({
  ...about,
  shared: (config, { path }) => {
    const controller = config.concurrencyControllerConfig
    if (controller.case !== 'gradientControllerConfig') throw new ConfigError(path, 'needs gradient_controller_config')
    const { minRttCalcParams: rtt } = controller.value
    const at = `${path}.gradient_controller_config.min_rtt_calc_params`
    if (!rtt) throw new ConfigError(at, 'is required')
    if ((millis(rtt.interval) ?? 0) <= 0 && (millis(rtt.fixedValue) ?? 0) <= 0)
      throw new ConfigError(at, 'needs interval or fixed_value')
    const status = config.concurrencyLimitExceededStatus?.code ?? 0
    return { active: 0, limit: rtt.minConcurrency ?? DEFAULT_MIN_CONCURRENCY, status: status >= 400 ? status : 503 }
  },
  create: ({ config, shared, context }) => {
    let counted = false
    return {
      decodeHeaders(_headers, stream) {
        const { enabled } = config
        if (!context.services.runtime.boolean(enabled?.runtimeKey, enabled?.defaultValue ?? true)) {
          stream.note('switched off')
          return 'Continue'
        }
        stream.note(`${shared.active} of ${shared.limit} requests in flight`)
        if (shared.active >= shared.limit)
          return stream.reply(shared.status, 'reached concurrency limit', { details: 'reached_concurrency_limit' })
        counted = true
        shared.active++
        return 'Continue'
      },
      onDestroy() {
        if (counted) shared.active--
      },
    }
  },
})
