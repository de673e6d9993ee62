import type { Buffer } from '../buffer.ts'
import type { EventLoop } from '../event-loop.ts'
import type { Route } from '../route/types.ts'
import type { StreamInfo } from '../stream-info.ts'
import { addBody, headerChanges, type LogLine, type Trace, type TraceStep } from '../trace.ts'
import type { HeaderMap, HeaderPair } from './header-map.ts'

/** What a connection manager says of a stream in the trace. */
export class StreamTrace {
  private readonly trace: Trace
  private readonly loop: EventLoop
  private readonly path: string
  private response: TraceStep | undefined

  constructor(trace: Trace, loop: EventLoop, path: string) {
    this.trace = trace
    this.loop = loop
    this.path = path
  }

  /** The headers as they are, to be compared with later; undefined when nobody listens. */
  before(headers: HeaderMap): HeaderPair[] | undefined {
    return this.trace.enabled ? headers.pairs() : undefined
  }

  sanitized(before: HeaderPair[] | undefined, headers: HeaderMap, reason: string): void {
    if (!before) return
    const changes = headerChanges(before, headers)
    this.trace.step({
      kind: 'connection_manager',
      phase: 'request',
      part: 'headers',
      name: 'HTTP connection manager',
      path: this.path,
      reason,
      headers: headers.pairs(),
      at: this.loop.now,
      ...(changes ? { changes } : {}),
    })
  }

  /** `logs`: what scripts said while the route was looked for. */
  routed(match: { route: Route | undefined; reason: string }, logs: readonly LogLine[]): void {
    if (!this.trace.enabled) return
    const { route, reason } = match
    this.trace.step({
      kind: 'route',
      phase: 'request',
      name: route ? route.name || route.virtualHostName : 'no route',
      reason,
      at: this.loop.now,
      ...(route ? { path: route.path } : {}),
    })
    for (const line of logs) this.trace.log(line)
  }

  responded(before: HeaderPair[] | undefined, headers: HeaderMap, info: StreamInfo): void {
    if (!before) return
    const changes = headerChanges(before, headers)
    this.response = this.trace.step({
      kind: 'client',
      phase: 'response',
      part: 'headers',
      name: 'response to the client',
      status: headers.get(':status') ?? '',
      reason: info.responseCodeDetails ?? '',
      headers: headers.pairs(),
      at: this.loop.now,
      ...(changes ? { changes } : {}),
    })
  }

  /** Body that goes to the client: its beginning and its length are kept. */
  responseData(data: Buffer): void {
    if (this.response && data.length > 0) addBody(this.response, data)
  }

  note(text: string): void {
    this.trace.note(text)
  }
}
