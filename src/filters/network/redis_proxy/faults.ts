import { millis } from '../../../engine/duration.ts'
import type { ProxyServices } from '../../../engine/services.ts'
import type { RedisProxy_RedisFault } from '../../../envoy/types/envoy/extensions/filters/network/redis_proxy/v3/redis_proxy_pb.d.ts'

/** A fault that is to happen to a command. */
export interface RedisFault {
  error: boolean
  delayMs: number
}

interface Configured extends RedisFault {
  commands: ReadonlySet<string>
  /** Of 100. */
  percent(): number
}

/**
 * Draws the fault of a command: one number of 0 to 99, against which the percentages of all its faults are laid end to
 * end, those that name it first. Envoy: source/extensions/filters/network/common/redis/fault_impl.cc.
 */
export function faultInjector(
  faults: readonly RedisProxy_RedisFault[],
  { host, runtime }: ProxyServices,
): (command: string) => RedisFault | undefined {
  const configured = faults.map((fault): Configured => {
    const enabled = fault.faultEnabled
    const share = enabled?.defaultValue
    const of = [100, 10_000, 1_000_000][share?.denominator ?? 0] ?? 100
    const percent = Math.trunc(((share?.numerator ?? 0) * 100) / of)
    return {
      error: fault.faultType === 1,
      delayMs: millis(fault.delay) ?? 0,
      commands: new Set(fault.commands.map((name) => name.toLowerCase())),
      percent: () => runtime.number(enabled?.runtimeKey, percent),
    }
  })
  return (command) => {
    const own = configured.filter(({ commands }) => commands.has(command))
    const forAll = configured.filter(({ commands }) => commands.size === 0)
    const candidates = [...own, ...forAll]
    if (candidates.length === 0) return undefined
    const drawn = Math.floor(host.random() * 100)
    let reached = 0
    for (const fault of candidates) {
      reached += fault.percent()
      if (drawn < reached) return fault
    }
    return undefined
  }
}
