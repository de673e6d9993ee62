import type { RouteEntry } from '../route/types.ts'
import { grpcTimeout } from '../router/timeouts.ts'
import type { HeaderMap } from './header-map.ts'

/**
 * How long a stream may last in ms: grpc-timeout where the route honours it, else the route's maximum, else the connection
 * manager's; undefined for no limit (ActiveStream::refreshDurationTimeout).
 */
export function streamDuration(entry: RouteEntry, headers: HeaderMap, managerMs: number): number | undefined {
  const limits = entry.maxStreamDuration
  const cap = limits?.grpcHeaderMaxMs
  const asked = cap === undefined ? undefined : grpcTimeout(headers)
  if (asked === undefined) return (limits?.maxMs ?? managerMs) || undefined
  const timeout = cap! > 0 ? Math.min(asked, cap!) : asked
  const offset = limits?.grpcHeaderOffsetMs
  if (timeout === 0 || offset === undefined) return timeout
  return offset < timeout ? timeout - offset : 0
}
