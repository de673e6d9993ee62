import { toByteString } from '../../../engine/bytes.ts'
import type { RateLimitResponse_DescriptorStatus as DescriptorStatus } from '../../../envoy/types/envoy/service/ratelimit/v3/rls_pb.d.ts'

const DAY = 24 * 60 * 60
/** Seconds of a RateLimit.Unit by number; 0 when it has none. */
const SECONDS = [0, 1, 60, 60 * 60, DAY, 30 * DAY, 365 * DAY, 7 * DAY]

/**
 * x-ratelimit-limit, -remaining and -reset of draft 3, from what the service says of each descriptor: the numbers of the
 * one with the least left, and the policies of all (Envoy: source/extensions/filters/http/ratelimit/ratelimit_headers.cc).
 * @param shows whether the descriptor at an index wants them: when the one with the least left does not, there are none.
 */
export function xRateLimitHeaders(
  statuses: readonly DescriptorStatus[],
  shows: (index: number) => boolean,
): [name: string, value: string][] {
  let tightest = undefined as DescriptorStatus | undefined
  let shown = false
  let policies = ''
  statuses.forEach((status, i) => {
    if (!status.currentLimit) return
    const wanted = shows(i)
    if (wanted) policies += policy(status.currentLimit)
    if (tightest && tightest.limitRemaining <= status.limitRemaining) return
    tightest = status
    shown = wanted
  })
  if (!tightest?.currentLimit || !shown) return []
  return [
    ['x-ratelimit-limit', `${tightest.currentLimit.requestsPerUnit}${policies}`],
    ['x-ratelimit-remaining', String(tightest.limitRemaining)],
    ['x-ratelimit-reset', String(tightest.durationUntilReset?.seconds ?? 0n)],
  ]
}

function policy({
  name,
  requestsPerUnit,
  unit,
  unitMultiplier,
}: NonNullable<DescriptorStatus['currentLimit']>): string {
  const window = (SECONDS[unit] ?? 0) * (unitMultiplier || 1)
  if (window === 0) return ''
  return `, ${requestsPerUnit};w=${window}${name === '' ? '' : `;name="${toByteString(name)}"`}`
}
