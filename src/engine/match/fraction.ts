import type { RuntimeFractionalPercent } from '../../envoy/types/envoy/config/core/v3/base_pb.d.ts'
import type { FractionalPercent } from '../../envoy/types/envoy/type/v3/percent_pb.d.ts'
import type { Runtime } from '../runtime.ts'

const DENOMINATORS = [100, 10_000, 1_000_000]

/** A FractionalPercent as a fraction; 0/100 when it is missing. */
export function fractionOf(config: FractionalPercent | undefined): { numerator: number; denominator: number } {
  return { numerator: config?.numerator ?? 0, denominator: DENOMINATORS[config?.denominator ?? 0] ?? 100 }
}

export interface Fraction {
  enabled(random?: number): boolean
  /** By a hash instead of chance: its remainder decides. */
  enabledFor(hash: bigint): boolean
  readonly description: string
}

/**
 * RuntimeFractionalPercent made ready: true for the share of requests that it names, by `random` (0 <= n < 1) or, without one,
 * by the runtime's own draw.
 */
export function createFraction(config: RuntimeFractionalPercent | undefined, runtime: Runtime): Fraction {
  const { numerator, denominator } = fractionOf(config?.defaultValue)
  const key = config?.runtimeKey
  return {
    description: `${numerator} of ${denominator}${key ? ` (runtime ${key})` : ''}`,
    enabled: (random) => runtime.fraction(key, numerator, denominator, random),
    enabledFor(hash) {
      const share = runtime.share(key, numerator, denominator)
      return hash % BigInt(share.denominator) < BigInt(share.numerator)
    },
  }
}
