import type { Timer } from '../../../engine/event-loop.ts'
import type { StreamInfo } from '../../../engine/stream-info.ts'
import type { Trace } from '../../../engine/trace.ts'
import type { AuthzAnswer } from './answer.ts'
import type { CheckRequest } from './check-request.ts'

/** The stream on whose behalf a check is made. */
export interface AuthzParent {
  info: StreamInfo
  trace: Trace
}

/** An authorization service, over gRPC or HTTP. */
export interface AuthzClient {
  /** The cluster or target, for the trace. */
  readonly target: string
  /** Asks; `done` may be called at once, and undefined is returned then. */
  check(request: CheckRequest, parent: AuthzParent, done: (answer: AuthzAnswer) => void): Timer | undefined
}

/** Milliseconds a service has when its configuration does not say. */
export const DEFAULT_TIMEOUT_MS = 200
