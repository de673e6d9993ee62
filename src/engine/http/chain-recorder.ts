import type { Buffer } from '../buffer.ts'
import { fromUtf8 } from '../bytes.ts'
import type { EventLoop } from '../event-loop.ts'
import type { StreamInfo } from '../stream-info.ts'
import { headerChanges, type LogLine, TRACE_LIMITS, type Trace, type TraceStep } from '../trace.ts'
import type { DataStatus, HeadersStatus, HttpFilter, TrailersStatus } from './filter.ts'
import type { ConfiguredFilter } from './filter-slot.ts'
import type { HeaderMap } from './header-map.ts'

/** A filter at work in one direction, as far as a trace step tells of it. */
export interface RecordedFilter {
  readonly slot: { readonly configured: ConfiguredFilter; readonly filter: HttpFilter }
  readonly side: 'request' | 'response'
}

/** Writes what happens in a filter chain to the trace: each callback a step, with what it changed. */
export class ChainRecorder {
  private readonly trace: Trace
  private readonly loop: EventLoop
  private readonly info: StreamInfo

  constructor(trace: Trace, loop: EventLoop, info: StreamInfo) {
    this.trace = trace
    this.loop = loop
    this.info = info
  }

  headers(filter: RecordedFilter, headers: HeaderMap, call: () => HeadersStatus): HeadersStatus {
    return this.trace.enabled ? this.messagePart(filter, 'headers', headers, call) : call()
  }

  trailers(filter: RecordedFilter, trailers: HeaderMap, call: () => TrailersStatus): TrailersStatus {
    if (!this.trace.enabled || !handles(filter, 'Trailers')) return call()
    return this.messagePart(filter, 'trailers', trailers, call)
  }

  data(filter: RecordedFilter, data: Buffer, call: () => DataStatus): DataStatus {
    if (!this.trace.enabled || !handles(filter, 'Data')) return call()
    const before = excerpt(data)
    const step = this.open(filter, 'data')
    const focus = this.trace.focus(step)
    const status = call()
    this.scripts(filter)
    this.trace.focus(focus)
    step.status = status
    const after = excerpt(data)
    step.body = { after, length: data.length, ...(before === after ? {} : { before }) }
    return status
  }

  /** A filter that is in the configuration and not on this stream. */
  disabled(filter: ConfiguredFilter): void {
    this.absent(
      filter,
      'disabled',
      filter.disabled ? 'disabled in the chain, and the route does not enable it' : 'disabled by the route',
    )
  }

  /** A filter that stands for others and has none for this stream. */
  empty(filter: ConfiguredFilter): void {
    this.absent(filter, 'empty', 'no filters here')
  }

  private absent(filter: ConfiguredFilter, status: string, reason: string): void {
    if (!this.trace.enabled) return
    this.trace.step({
      kind: 'http_filter',
      phase: 'request',
      name: filter.name,
      path: filter.path,
      status,
      reason,
      at: this.loop.now,
    })
  }

  localReply(status: number, details: string, headers: HeaderMap): void {
    if (!this.trace.enabled) return
    this.trace.step({
      kind: 'local_reply',
      phase: 'response',
      name: `local reply ${status}`,
      status: String(status),
      reason: details,
      headers: headers.pairs(),
      at: this.loop.now,
    })
  }

  note(text: string): void {
    this.trace.note(text)
  }

  log(line: LogLine): void {
    this.trace.log(line)
  }

  /** A filter that goes on with a message it held back, once what it waited for has come. */
  resumed(filter: RecordedFilter, map: HeaderMap | undefined, call: () => string): void {
    if (this.trace.enabled && map) this.messagePart(filter, 'headers', map, call)
    else call()
  }

  private messagePart<S extends string>(
    filter: RecordedFilter,
    part: 'headers' | 'trailers',
    map: HeaderMap,
    call: () => S,
  ): S {
    const before = map.pairs()
    const version = map.version
    const metadataVersion = this.info.dynamicMetadata.version
    const step = this.open(filter, part)
    const focus = this.trace.focus(step)
    const status = call()
    this.scripts(filter)
    this.trace.focus(focus)
    step.status = filter.slot.configured.definition ? status : 'not simulated'
    step.headers = map.pairs()
    if (map.version !== version) {
      const changes = headerChanges(before, map)
      if (changes) step.changes = changes
    }
    if (this.info.dynamicMetadata.version !== metadataVersion) step.metadata = this.info.dynamicMetadata.toJson()
    return status
  }

  // Of matchers in the filter's configuration.
  private scripts({ slot }: RecordedFilter): void {
    for (const line of slot.configured.context.services?.scriptLog?.take() ?? []) this.trace.log(line)
  }

  private open(filter: RecordedFilter, part: 'headers' | 'data' | 'trailers'): TraceStep {
    const { configured } = filter.slot
    const { definition } = configured
    const step: TraceStep = {
      kind: 'http_filter',
      phase: filter.side,
      part,
      name: configured.name,
      path: configured.path,
      ...(configured.within === undefined ? {} : { within: configured.within }),
      at: this.loop.now,
    }
    if (!definition) step.reason = configured.remark ?? 'not simulated: traffic passes through unchanged'
    else if (definition.notModelled.length > 0) step.notModelled = definition.notModelled
    return this.trace.step(step)
  }
}

function handles(filter: RecordedFilter, part: 'Data' | 'Trailers'): boolean {
  const hook = filter.side === 'request' ? (`decode${part}` as const) : (`encode${part}` as const)
  return filter.slot.filter[hook] !== undefined
}

function excerpt(data: Buffer): string {
  return fromUtf8(data.bytes().subarray(0, TRACE_LIMITS.body))
}
