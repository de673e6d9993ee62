import type { Buffer } from '../buffer.ts'
import type { HttpFilterDefinition, HttpFilterFactoryContext } from '../catalogue.ts'
import type { EventLoop, Timer } from '../event-loop.ts'
import type { Host } from '../host.ts'
import { configsOfType, nearestOfType } from '../route/per-filter-config.ts'
import type { PerFilterConfig, Route } from '../route/types.ts'
import type { StreamInfo } from '../stream-info.ts'
import type { LogLine, Trace } from '../trace.ts'
import type { AsyncClient } from '../upstream/types.ts'
import type {
  DataStatus,
  HeadersStatus,
  HttpFilter,
  HttpStream,
  LocalReplyOptions,
  OverrideHost,
  ResumeAction,
  TrailersStatus,
} from './filter.ts'
import type { FilterManager } from './filter-manager.ts'
import type { HeaderMap } from './header-map.ts'

/** A filter of a configured chain, ready to make instances; one without `definition` is passed through and says so. */
export interface ConfiguredFilter {
  name: string
  /** Document path, for the trace. */
  path: string
  definition: HttpFilterDefinition | undefined
  /** Why there is no definition, or what else the trace should say: shown on each step. */
  remark?: string
  config: unknown
  shared: unknown
  context: HttpFilterFactoryContext
  disabled: boolean
  /** Configured name of the filter in whose place this one runs. */
  within?: string
}

/** Iteration state of one filter in one direction. */
export interface Direction {
  index: number
  readonly slot: FilterSlot
  readonly side: 'request' | 'response'
  iteration: 'Continue' | 'StopSingle' | 'StopAllBuffer' | 'StopAllWatermark'
  iterateFromCurrent: boolean
  headersContinued: boolean
  continued1xx: boolean
  /** This filter has been given the end of the message. */
  endStream: boolean
  readonly stoppedAll: boolean
  onHeaders(headers: HeaderMap, endStream: boolean): HeadersStatus
  onData(data: Buffer, endStream: boolean): DataStatus
  onTrailers(trailers: HeaderMap): TrailersStatus
  on1xx(headers: HeaderMap): 'Continue' | 'StopIteration'
  complete(): void
  /** Notes what a headers callback answered; false when the filters behind must wait. */
  afterHeaders(status: HeadersStatus): boolean
}

class SlotDirection implements Direction {
  index = 0
  readonly slot: FilterSlot
  readonly side: 'request' | 'response'
  iteration: Direction['iteration'] = 'Continue'
  iterateFromCurrent = false
  headersContinued = false
  continued1xx = false
  endStream = false

  constructor(slot: FilterSlot, side: 'request' | 'response') {
    this.slot = slot
    this.side = side
  }

  get stoppedAll(): boolean {
    return this.iteration === 'StopAllBuffer' || this.iteration === 'StopAllWatermark'
  }

  onHeaders(headers: HeaderMap, endStream: boolean): HeadersStatus {
    const { filter } = this.slot
    if (this.side === 'request') return filter.decodeHeaders?.(headers, this.slot, endStream) ?? 'Continue'
    return filter.encodeHeaders?.(headers, this.slot, endStream) ?? 'Continue'
  }

  onData(data: Buffer, endStream: boolean): DataStatus {
    const { filter } = this.slot
    if (this.side === 'request') return filter.decodeData?.(data, this.slot, endStream) ?? 'Continue'
    return filter.encodeData?.(data, this.slot, endStream) ?? 'Continue'
  }

  onTrailers(trailers: HeaderMap): TrailersStatus {
    const { filter } = this.slot
    if (this.side === 'request') return filter.decodeTrailers?.(trailers, this.slot) ?? 'Continue'
    return filter.encodeTrailers?.(trailers, this.slot) ?? 'Continue'
  }

  on1xx(headers: HeaderMap): 'Continue' | 'StopIteration' {
    return this.slot.filter.encode1xxHeaders?.(headers, this.slot) ?? 'Continue'
  }

  complete(): void {
    if (this.side === 'request') this.slot.filter.decodeComplete?.(this.slot)
    else this.slot.filter.encodeComplete?.(this.slot)
  }

  afterHeaders(status: HeadersStatus): boolean {
    switch (status) {
      case 'StopIteration':
        this.iteration = 'StopSingle'
        return false
      case 'StopAllIterationAndBuffer':
        this.iteration = 'StopAllBuffer'
        return false
      case 'StopAllIterationAndWatermark':
        this.iteration = 'StopAllWatermark'
        return false
      default:
        this.headersContinued = true
        return true
    }
  }
}

const PASS_THROUGH: HttpFilter = {}

/** One filter on one stream: its state in both directions, and the view of the stream that it is given. */
export class FilterSlot implements HttpStream {
  readonly configured: ConfiguredFilter
  readonly decoder: Direction
  readonly encoder: Direction
  readonly filter: HttpFilter
  private readonly manager: FilterManager

  constructor(manager: FilterManager, configured: ConfiguredFilter) {
    this.manager = manager
    this.configured = configured
    this.decoder = new SlotDirection(this, 'request')
    this.encoder = new SlotDirection(this, 'response')
    const { definition, config, shared, context } = configured
    this.filter = definition ? definition.create({ config, shared, context, stream: this }) : PASS_THROUGH
  }

  get info(): StreamInfo {
    return this.manager.options.info
  }
  get loop(): EventLoop {
    return this.manager.options.loop
  }
  get host(): Host {
    return this.manager.options.host
  }
  get trace(): Trace {
    return this.manager.options.trace
  }
  get filterName(): string {
    return this.configured.name
  }
  get canonicalName(): string {
    return this.configured.definition?.name ?? this.configured.name
  }
  get upstream(): boolean {
    return this.manager.options.upstream === true
  }
  get asyncClient(): AsyncClient {
    return this.manager.callbacks.asyncClient
  }
  get requestHeaders(): HeaderMap | undefined {
    return this.manager.requestHeaders
  }
  get requestTrailers(): HeaderMap | undefined {
    return this.manager.requestTrailers
  }
  get informationalHeaders(): HeaderMap | undefined {
    return this.manager.informationalHeaders
  }
  get responseHeaders(): HeaderMap | undefined {
    return this.manager.responseHeaders
  }
  get responseTrailers(): HeaderMap | undefined {
    return this.manager.responseTrailers
  }

  route(): Route | undefined {
    return this.upstream ? this.info.route : this.manager.callbacks.route()
  }

  setRoute(route: Route | undefined): void {
    this.manager.callbacks.setRoute(route)
  }

  clearRouteCache(): void {
    if (!this.upstream) this.manager.callbacks.clearRouteCache()
  }

  // By the configured name only: Envoy no longer falls back to the extension's canonical name.
  perRouteConfigs(): readonly PerFilterConfig[] {
    return configsOfType(this.route(), this.filterName, this.configured.definition?.perRoute)
  }

  perRoute<R>(): R | undefined {
    return nearestOfType<R>(this.route(), this.filterName, this.configured.definition?.perRoute)
  }

  continueDecoding(): void {
    this.manager.request.continue(this.decoder)
  }

  continueEncoding(): void {
    this.manager.response.continue(this.encoder)
  }

  reply(status: number, body: string, options: LocalReplyOptions): 'StopIteration' {
    this.manager.reply(status, body, options)
    return 'StopIteration'
  }

  decodingBuffer(): Buffer | undefined {
    return this.manager.request.held
  }

  addDecodedData(data: Buffer, streaming: boolean): void {
    this.manager.request.addData(this.decoder, data, streaming)
  }

  injectDecodedData(data: Buffer, endStream: boolean): void {
    this.manager.request.injectData(this.decoder, data, endStream)
  }

  addDecodedTrailers(): HeaderMap {
    return this.manager.request.addTrailers()
  }

  encodingBuffer(): Buffer | undefined {
    return this.manager.response.held
  }

  addEncodedData(data: Buffer, streaming: boolean): void {
    this.manager.response.addData(this.encoder, data, streaming)
  }

  injectEncodedData(data: Buffer, endStream: boolean): void {
    this.manager.response.injectData(this.encoder, data, endStream)
  }

  addEncodedTrailers(): HeaderMap {
    return this.manager.response.addTrailers()
  }

  encodeHeaders(headers: HeaderMap, endStream: boolean, details: string): void {
    this.manager.encodeHeaders(headers, endStream, details)
  }

  encode1xxHeaders(headers: HeaderMap): void {
    this.manager.encode1xxHeaders(headers)
  }

  encodeData(data: Buffer, endStream: boolean): void {
    this.manager.encodeData(data, endStream)
  }

  encodeTrailers(trailers: HeaderMap): void {
    this.manager.encodeTrailers(trailers)
  }

  get bufferLimit(): number {
    return this.manager.bufferLimit
  }

  set bufferLimit(limit: number) {
    this.manager.setBufferLimit(limit)
  }

  get upstreamOverrideHost(): OverrideHost | undefined {
    return this.manager.overrideHost
  }

  set upstreamOverrideHost(value: OverrideHost | undefined) {
    this.manager.overrideHost = value
  }

  resetStream(): void {
    this.manager.reset()
  }

  recreateStream(responseHeaders?: HeaderMap): boolean {
    return this.manager.callbacks.recreateStream(responseHeaders)
  }

  timer(ms: number, callback: () => void): Timer {
    return this.loop.timer(ms, () => {
      if (!this.manager.destroyed) callback()
    })
  }

  resume(act: () => ResumeAction): void {
    let next: ResumeAction | undefined
    this.manager.record.resumed(this.decoder, this.requestHeaders, () => {
      next = act()
      return next.status
    })
    next?.next()
  }

  note(text: string): void {
    this.manager.record.note(text)
  }

  log(line: LogLine): void {
    this.manager.record.log(line)
  }

  /** Tells the filter that a local reply is coming; true when it asks for a reset instead. */
  announceReply(status: number, options: LocalReplyOptions): boolean {
    const { details, grpcStatus } = options
    return this.filter.onLocalReply?.({ status, details, grpcStatus }, this) === 'ContinueAndResetStream'
  }

  streamComplete(): void {
    this.filter.onStreamComplete?.(this)
  }

  destroy(): void {
    this.filter.onDestroy?.(this)
  }
}
