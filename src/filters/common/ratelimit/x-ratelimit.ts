import { toByteString } from '../../../engine/bytes.ts'
import type { RateLimitResponse_DescriptorStatus as DescriptorStatus } from '../../../envoy/types/envoy/service/ratelimit/v3/rls_pb.d.ts'

const DAY = 24 * 60 * 60
/** Seconds of a RateLimit.Unit by number; 0 when it has none. */
const SECONDS = [0, 1, 60, 60 * 60, DAY, 30 * DAY, 365 * DAY, 7 * DAY]

/**
 * x-ratelimit-limit, -remaining and -reset of draft 3, from what the service says of each descriptor: the numbers of the
 * one with the least left, and the policies of all (Envoy: source/extensions/filters/http/ratelimit/ratelimit_headers.cc).
 */
export function xRateLimitHeaders(statuses: readonly DescriptorStatus[]): [name: string, value: string][] {
  const limited = statuses.filter(({ currentLimit }) => currentLimit !== undefined)
  const tightest = limited.reduce<DescriptorStatus | undefined>(
    (least, status) => (least && least.limitRemaining <= status.limitRemaining ? least : status),
    undefined,
  )
  if (!tightest) return []
  const policies = limited.map(({ currentLimit }) => policy(currentLimit!)).join('')
  return [
    ['x-ratelimit-limit', `${tightest.currentLimit!.requestsPerUnit}${policies}`],
    ['x-ratelimit-remaining', String(tightest.limitRemaining)],
    ['x-ratelimit-reset', String(tightest.durationUntilReset?.seconds ?? 0n)],
  ]
}

function policy({ name, requestsPerUnit, unit }: NonNullable<DescriptorStatus['currentLimit']>): string {
  const window = SECONDS[unit] ?? 0
  if (window === 0) return ''
  return `, ${requestsPerUnit};w=${window}${name === '' ? '' : `;name="${toByteString(name)}"`}`
}
