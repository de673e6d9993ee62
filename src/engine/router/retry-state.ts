import type { EventLoop, Timer } from '../event-loop.ts'
import type { Host } from '../host.ts'
import type { ResetReason } from '../http/codec/types.ts'
import type { HeaderMap } from '../http/header-map.ts'
import { unsigned } from '../http/header-utility.ts'
import type { HeaderTest, RouteEntry, RouteRetryPolicy } from '../route/types.ts'
import type { Cluster } from '../upstream/cluster.ts'

const ON = new Set([
  '5xx',
  'gateway-error',
  'connect-failure',
  'envoy-ratelimited',
  'retriable-4xx',
  'refused-stream',
  'retriable-status-codes',
  'retriable-headers',
  'reset',
  'reset-before-request',
  'http3-post-connect-failure',
])
const GRPC_ON: Record<string, number> = {
  cancelled: 1,
  'deadline-exceeded': 4,
  'resource-exhausted': 8,
  internal: 13,
  unavailable: 14,
}

export type RetryStatus = 'yes' | 'no' | 'overflow' | 'limitExceeded'

/** The conditions named in x-envoy-retry-on and x-envoy-retry-grpc-on; `valid` is false when one is unknown. */
export function parseRetryOn(text: string, grpc: boolean): { conditions: string[]; valid: boolean } {
  const names = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
  const known = names.filter((name) => (grpc ? name in GRPC_ON : ON.has(name)))
  return { conditions: known, valid: known.length === names.length }
}

const RETRY_HEADERS = [
  'x-envoy-retry-on',
  'x-envoy-retry-grpc-on',
  'x-envoy-max-retries',
  'x-envoy-hedge-on-per-try-timeout',
  'x-envoy-retriable-header-names',
  'x-envoy-retriable-status-codes',
  'x-envoy-upstream-rq-per-try-timeout-ms',
]

/** Makes the retry state of a request, if anything can be retried; takes the headers that ask for retries off. */
export function createRetryState(
  entry: RouteEntry,
  headers: HeaderMap,
  cluster: Cluster,
  loop: EventLoop,
  host: Host,
): RetryState | undefined {
  const wanted =
    headers.has('x-envoy-retry-on') || headers.has('x-envoy-retry-grpc-on') || entry.retryPolicy.retryOn.size > 0
  const state = wanted ? new RetryState(entry, headers, cluster, loop, host) : undefined
  for (const name of RETRY_HEADERS) headers.remove(name)
  return state
}

/** Decides whether an attempt is made again, and when (source/common/router/retry_state_impl.cc). */
export class RetryState {
  private readonly policy: RouteRetryPolicy
  private readonly on: Set<string>
  private readonly statuses: number[]
  private readonly headerTests: HeaderTest[]
  private readonly cluster: Cluster
  private readonly priority: 'default' | 'high'
  private readonly loop: EventLoop
  private readonly host: Host
  private remaining: number
  private backOffs = 0
  private timer: Timer | undefined

  constructor(entry: RouteEntry, headers: HeaderMap, cluster: Cluster, loop: EventLoop, host: Host) {
    const policy = entry.retryPolicy
    this.policy = policy
    this.cluster = cluster
    this.priority = entry.priority
    this.loop = loop
    this.host = host
    this.remaining = policy.numRetries
    this.on = new Set(policy.retryOn)
    this.statuses = [...policy.retriableStatusCodes]
    this.headerTests = [...policy.retriableHeaders]
    for (const each of parseRetryOn(headers.get('x-envoy-retry-on') ?? '', false).conditions) this.on.add(each)
    for (const each of parseRetryOn(headers.get('x-envoy-retry-grpc-on') ?? '', true).conditions) this.on.add(each)
    const tests = policy.retriableRequestHeaders
    if (tests.length > 0 && !tests.some((test) => test.matches(headers))) this.on.clear()
    if (this.on.size > 0) this.remaining = unsigned(headers.get('x-envoy-max-retries')) ?? this.remaining
    for (const part of (headers.get('x-envoy-retriable-status-codes') ?? '').split(',')) {
      const status = unsigned(part.trim())
      if (status !== undefined) this.statuses.push(status)
    }
    for (const part of (headers.get('x-envoy-retriable-header-names') ?? '').split(',')) {
      const name = part.trim().toLowerCase()
      if (name !== '')
        this.headerTests.push({ name, matches: (response) => response.has(name), description: `${name} present` })
    }
  }

  get enabled(): boolean {
    return this.on.size > 0
  }

  shouldRetryHeaders(response: HeaderMap, retry: () => void): RetryStatus {
    const would = this.wouldRetryFromHeaders(response)
    const limited = would ? this.rateLimitedBackOff(response) : undefined
    return this.shouldRetry(would, retry, limited)
  }

  shouldRetryReset(reason: ResetReason, requestStarted: boolean, retry: () => void): RetryStatus {
    return this.shouldRetry(this.wouldRetryFromReset(reason, requestStarted), retry)
  }

  shouldHedge(retry: () => void): RetryStatus {
    return this.shouldRetry(true, retry)
  }

  wouldRetryFromHeaders(response: HeaderMap): boolean {
    const { on } = this
    if (response.has('x-envoy-ratelimited')) return on.has('envoy-ratelimited')
    const status = Number(response.get(':status'))
    if (on.has('5xx') && status >= 500 && status < 600) return true
    if (on.has('gateway-error') && status >= 502 && status < 505) return true
    if (on.has('retriable-4xx') && status === 409) return true
    if (on.has('retriable-status-codes') && this.statuses.includes(status)) return true
    if (on.has('retriable-headers') && this.headerTests.some((test) => test.matches(response))) return true
    const grpcStatus = unsigned(response.get('grpc-status'))
    if (grpcStatus === undefined) return false
    return Object.entries(GRPC_ON).some(([name, code]) => code === grpcStatus && on.has(name))
  }

  /** Gives up a retry that is waiting. */
  cancel(): void {
    if (!this.timer) return
    this.timer.cancel()
    this.timer = undefined
    this.cluster.usage.retries--
  }

  private wouldRetryFromReset(reason: ResetReason, requestStarted: boolean): boolean {
    const { on } = this
    if (reason === 'Overflow') return false
    const connect =
      reason === 'LocalConnectionFailure' || reason === 'RemoteConnectionFailure' || reason === 'ConnectionTimeout'
    if (connect && on.has('connect-failure')) return true
    if (on.has('reset-before-request') && !requestStarted) return true
    if (on.has('reset') || on.has('5xx') || on.has('gateway-error')) return true
    return on.has('refused-stream') && reason === 'RemoteRefusedStreamReset'
  }

  private shouldRetry(would: boolean, retry: () => void, limitedMs?: number): RetryStatus {
    this.cancel()
    if (!would) return 'no'
    if (this.remaining === 0) return 'limitExceeded'
    this.remaining--
    const { usage, limits } = this.cluster
    if (usage.retries >= limits[this.priority].retries) return 'overflow'
    usage.retries++
    this.timer = this.loop.timer(limitedMs ?? this.nextBackOff(), () => {
      this.timer = undefined
      usage.retries--
      retry()
    })
    return 'yes'
  }

  // Fully jittered: anything up to base * (2^n - 1), at most the maximum.
  private nextBackOff(): number {
    const { baseMs, maxMs } = this.policy.backOff
    const ceiling = Math.min(maxMs, baseMs * (2 ** ++this.backOffs - 1))
    return Math.floor(this.host.random() * Math.max(1, ceiling))
  }

  private rateLimitedBackOff(response: HeaderMap): number | undefined {
    const { rateLimitedBackOff: limited } = this.policy
    if (!limited) return undefined
    for (const { name, format } of limited.resetHeaders) {
      const value = unsigned(response.get(name))
      if (value === undefined) continue
      const now = Math.floor((this.host.startTime + this.loop.now) / 1000)
      if (format === 'unix' && value < now) continue
      const ms = (format === 'unix' ? value - now : value) * 1000
      if (ms <= limited.maxMs && ms > 1) return ms + Math.floor(this.host.random() * ms * 0.5)
    }
    return undefined
  }
}
