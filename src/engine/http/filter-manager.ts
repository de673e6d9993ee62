import { Buffer } from '../buffer.ts'
import type { EventLoop } from '../event-loop.ts'
import type { Host } from '../host.ts'
import { nearestOfType } from '../route/per-filter-config.ts'
import type { Route } from '../route/types.ts'
import type { StreamInfo } from '../stream-info.ts'
import type { Trace } from '../trace.ts'
import type { AsyncClient } from '../upstream/types.ts'
import { ChainRecorder } from './chain-recorder.ts'
import type { LocalReplyOptions, OverrideHost } from './filter.ts'
import { type ConfiguredFilter, FilterSlot } from './filter-slot.ts'
import type { HeaderMap } from './header-map.ts'
import { type LocalReply, prepareLocalReply } from './local-reply.ts'
import { RequestPath } from './request-path.ts'
import { ResponsePath } from './response-path.ts'

/** The side of the stream's owner (connection manager, or router for upstream filters) that filters reach through their manager. */
export interface FilterManagerCallbacks {
  /** The response as it leaves the encoder chain. */
  encode1xxHeaders(headers: HeaderMap): void
  encodeHeaders(headers: HeaderMap, endStream: boolean): void
  encodeData(data: Buffer, endStream: boolean): void
  encodeTrailers(trailers: HeaderMap): void
  /** The response has been sent in full. */
  endStream(): void
  resetStream(reason: string): void
  /** The cached route, chosen now if there is none. */
  route(): Route | undefined
  setRoute(route: Route | undefined): void
  clearRouteCache(): void
  onLocalReply(status: number): void
  /** local_reply_config. */
  rewriteLocalReply(reply: LocalReply): void
  recreateStream(responseHeaders?: HeaderMap): boolean
  readonly asyncClient: AsyncClient
}

export interface FilterManagerOptions {
  loop: EventLoop
  host: Host
  trace: Trace
  info: StreamInfo
  filters: readonly ConfiguredFilter[]
  callbacks: FilterManagerCallbacks
  /** per_connection_buffer_limit_bytes; 0 is none. */
  bufferLimit: number
  proxy100Continue: boolean
  /** Set for the filters of an upstream cluster or of the router. */
  upstream?: boolean
}

/**
 * Runs one stream through its HTTP filters: decode in configured order, encode in reverse, with Envoy's rules for
 * holding back, buffering and resuming, and for replies made on the way (source/common/http/filter_manager.cc).
 */
export class FilterManager {
  readonly options: FilterManagerOptions
  readonly callbacks: FilterManagerCallbacks
  readonly record: ChainRecorder
  readonly request: RequestPath
  readonly response: ResponsePath
  bufferLimit: number
  overrideHost: OverrideHost | undefined

  /** The client has sent everything. Set by the owner before it passes the last piece on. */
  remoteDecodeComplete = false
  isHeadRequest = false
  isGrpcRequest = false
  destroyed = false
  /** The response is known in full on this side (end_stream was seen by the encoder chain's first filter). */
  localComplete = false

  private slots: FilterSlot[] = []
  private created = false
  private prepared: (() => void) | undefined

  constructor(options: FilterManagerOptions) {
    this.options = options
    this.callbacks = options.callbacks
    this.bufferLimit = options.bufferLimit
    this.record = new ChainRecorder(options.trace, options.loop, options.info)
    this.request = new RequestPath(this)
    this.response = new ResponsePath(this)
  }

  get requestHeaders(): HeaderMap | undefined {
    return this.request.headers
  }

  get requestTrailers(): HeaderMap | undefined {
    return this.request.trailers
  }

  get informationalHeaders(): HeaderMap | undefined {
    return this.response.informational
  }

  get responseHeaders(): HeaderMap | undefined {
    return this.response.headers
  }

  get responseTrailers(): HeaderMap | undefined {
    return this.response.trailers
  }

  /** A response has begun to leave, so a local reply can only reset the stream. */
  get responseStarted(): boolean {
    return this.response.headersSent
  }

  /** The response has left in full. */
  get encodeComplete(): boolean {
    return this.response.ended
  }

  /** Makes the stream's filters; those disabled by configuration or by the route are left out. Does nothing the second time. */
  createFilterChain(filters: readonly ConfiguredFilter[] = this.options.filters): void {
    if (this.created) return
    this.created = true
    const route = this.options.upstream ? undefined : this.options.info.route
    for (const filter of filters) {
      if (isDisabled(filter, route)) this.record.disabled(filter)
      else this.addFilter(filter, route)
    }
    this.request.setDirections(this.slots.map((slot) => slot.decoder))
    this.response.setDirections(this.slots.map((slot) => slot.encoder).reverse())
  }

  private addFilter(filter: ConfiguredFilter, route: Route | undefined): void {
    const { definition, shared, name } = filter
    if (!definition?.standsFor) {
      this.slots.push(new FilterSlot(this, filter))
      return
    }
    const perRoute = nearestOfType(route, name, definition.perRoute)
    const members = definition.standsFor(shared, perRoute)
    if (members.length === 0) this.record.empty(filter)
    for (const member of members) this.addFilter({ ...member, within: name }, route)
  }

  /** The request's headers, from the owner. `createFilterChain` must have run. */
  decodeHeaders(headers: HeaderMap, endStream: boolean): void {
    this.request.headers = headers
    this.request.runHeaders(undefined, headers, endStream)
  }

  decodeData(data: Buffer, endStream: boolean): void {
    this.request.runData(undefined, data, endStream, true)
  }

  decodeTrailers(trailers: HeaderMap): void {
    this.request.trailers = trailers
    this.request.runTrailers(undefined, trailers)
  }

  /** A response of the terminal filter. */
  encodeHeaders(headers: HeaderMap, endStream: boolean, details: string): void {
    this.options.info.responseCodeDetails = details
    this.startResponse(headers, endStream)
  }

  encode1xxHeaders(headers: HeaderMap): void {
    if (!this.options.proxy100Continue) return
    this.response.informational = headers
    this.response.run1xx(undefined, headers)
  }

  encodeData(data: Buffer, endStream: boolean): void {
    // A local reply may have ended the response from inside the headers callbacks.
    if (this.response.ended) return
    if (endStream) this.localComplete = true
    this.response.runData(undefined, data, endStream, true)
  }

  encodeTrailers(trailers: HeaderMap): void {
    if (this.response.ended) return
    this.response.trailers = trailers
    this.localComplete = true
    this.response.runTrailers(undefined, trailers)
  }

  private startResponse(headers: HeaderMap, endStream: boolean): void {
    this.response.headers = headers
    this.localComplete = endStream
    this.response.runHeaders(undefined, headers, endStream)
  }

  /** Answers from here, by the way that is still open: the encoder chain, the codec, or a reset. */
  reply(status: number, body: string, options: LocalReplyOptions): void {
    if (this.destroyed) return
    this.abortRunning()
    this.options.info.responseCodeDetails = options.details
    this.callbacks.onLocalReply(status)
    // Every filter is told, even when one of them has already asked for a reset.
    const reset = this.slots.map((slot) => slot.announceReply(status, options)).includes(true)
    if (reset) {
      this.callbacks.resetStream('local_reset')
    } else if (!this.response.headers && !this.response.informational) {
      this.callbacks.route()
      this.createFilterChain()
      const send = this.prepareReply(status, body, options)
      // The filter that replies is still running: its own callback has to return before the encoder chain may run.
      if (this.request.running) this.prepared ??= send
      else send()
    } else if (!this.response.headersSent) {
      this.sendDirectly(status, body, options)
    } else {
      this.record.note(`${options.details}: response headers were sent already, so the stream is reset`)
      this.callbacks.resetStream('local_reset')
    }
  }

  /** Sends the reply that a filter asked for from inside its request callback, now that the callback has returned. */
  executePreparedReply(): void {
    const send = this.prepared
    this.prepared = undefined
    if (send && !this.destroyed) send()
  }

  private abortRunning(): void {
    if (this.request.running) this.request.aborted = true
    else if (this.response.running) this.response.aborted = true
  }

  private makeReply(status: number, body: string, options: LocalReplyOptions) {
    return prepareLocalReply({
      isGrpc: this.isGrpcRequest,
      isHead: this.isHeadRequest,
      status,
      body,
      grpcStatus: options.grpcStatus,
      modify: (headers) => {
        const route = this.options.info.route
        if (route?.forwards) route.finalizeResponseHeaders(headers, this.options.info)
        options.headers?.(headers)
      },
      rewrite: (reply) => this.callbacks.rewriteLocalReply(reply),
    })
  }

  private prepareReply(status: number, body: string, options: LocalReplyOptions): () => void {
    const reply = this.makeReply(status, body, options)
    return () => {
      this.record.localReply(status, options.details, reply.headers)
      const empty = reply.body.length === 0
      this.startResponse(reply.headers, empty)
      if (empty || this.destroyed) return
      this.localComplete = true
      this.response.runData(undefined, Buffer.of(reply.body), true, true)
    }
  }

  // Filters have seen part of another response: they are passed by, so that none sees two beginnings.
  private sendDirectly(status: number, body: string, options: LocalReplyOptions): void {
    const reply = this.makeReply(status, body, options)
    this.record.localReply(status, options.details, reply.headers)
    this.response.headers = reply.headers
    this.response.headersSent = true
    this.localComplete = true
    const empty = reply.body.length === 0
    this.callbacks.encodeHeaders(reply.headers, empty)
    this.response.end(empty)
    if (empty || this.destroyed) return
    this.callbacks.encodeData(Buffer.of(reply.body), true)
    this.response.end(true)
  }

  /** resetStream from a filter. */
  reset(): void {
    this.abortRunning()
    this.callbacks.resetStream('local_reset')
  }

  setBufferLimit(limit: number): void {
    this.bufferLimit = limit
    this.request.checkLimit()
    this.response.checkLimit()
  }

  /** The stream is over: completion callbacks, then destruction, each in order. */
  destroy(): void {
    if (this.destroyed) return
    for (const slot of this.slots) slot.streamComplete()
    this.destroyed = true
    for (const slot of this.slots) slot.destroy()
  }
}

// FilterChainUtility: the most specific per-route entry decides, and one that is there without `disabled` enables.
function isDisabled(filter: ConfiguredFilter, route: Route | undefined): boolean {
  const overrides = route?.perFilterConfigs(filter.name)
  const nearest = overrides?.[overrides.length - 1]
  return nearest ? nearest.disabled === true : filter.disabled
}
