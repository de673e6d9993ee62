import type { EventLoop } from '../event-loop.ts'
import type { HeaderMap } from '../http/header-map.ts'
import { addBody, type Trace, type TraceStep } from '../trace.ts'
import type { Cluster } from '../upstream/cluster.ts'

/** What one attempt at a cluster says of itself in the trace: what was sent, what came back. */
export class AttemptTrace {
  private readonly trace: Trace
  private readonly loop: EventLoop
  private readonly cluster: Cluster
  private readonly number: number
  private request: TraceStep | undefined
  private response: TraceStep | undefined

  constructor(trace: Trace, loop: EventLoop, cluster: Cluster, number: number) {
    this.trace = trace
    this.loop = loop
    this.cluster = cluster
    this.number = number
  }

  sent(headers: HeaderMap, protocol: string): void {
    if (!this.trace.enabled) return
    this.request = this.step('request', `attempt ${this.number} over ${protocol}`)
    this.request.headers = headers.pairs()
  }

  sentData(data: { length: number; bytes(): Uint8Array }): void {
    if (this.request && data.length > 0) addBody(this.request, data)
  }

  answered(headers: HeaderMap): void {
    if (!this.trace.enabled) return
    this.response = this.step('response', `attempt ${this.number} answered`)
    this.response.status = headers.get(':status') ?? ''
    this.response.headers = headers.pairs()
  }

  answeredData(data: { length: number; bytes(): Uint8Array }): void {
    if (this.response && data.length > 0) addBody(this.response, data)
  }

  failed(reason: string): void {
    if (!this.trace.enabled) return
    this.response = this.step('response', `attempt ${this.number}: ${reason}`)
    this.response.status = 'failed'
  }

  private step(phase: 'request' | 'response', reason: string): TraceStep {
    return this.trace.step({
      kind: 'upstream',
      phase,
      part: 'headers',
      name: this.cluster.name,
      path: this.cluster.path,
      reason,
      at: this.loop.now,
    })
  }
}
