import { Buffer } from '../buffer.ts'
import type { EventLoop } from '../event-loop.ts'
import type { Host } from '../host.ts'
import type { Route } from '../route/types.ts'
import type { StreamInfo } from '../stream-info.ts'
import type { Trace } from '../trace.ts'
import type { AsyncClient } from '../upstream/types.ts'
import { ChainRecorder } from './chain-recorder.ts'
import type { LocalReplyOptions } from './filter.ts'
import { type ConfiguredFilter, type Direction, FilterSlot } from './filter-slot.ts'
import { HeaderMap } from './header-map.ts'
import { type LocalReply, prepareLocalReply } from './local-reply.ts'

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

// What the manager is inside of: filters may only do certain things from certain callbacks.
const DECODE_HEADERS = 1
const DECODE_DATA = 2
const DECODE_TRAILERS = 4
const ENCODE_HEADERS = 8
const ENCODE_DATA = 16
const ENCODE_TRAILERS = 32
const ENCODE_1XX = 64
const DECODING = DECODE_HEADERS | DECODE_DATA | DECODE_TRAILERS
const ENCODING = ENCODE_HEADERS | ENCODE_DATA | ENCODE_TRAILERS | ENCODE_1XX

/**
 * Runs one stream through its HTTP filters: decode in configured order, encode in reverse, with Envoy's rules for
 * holding back, buffering and resuming, and for replies made on the way (source/common/http/filter_manager.cc).
 */
export class FilterManager {
  readonly options: FilterManagerOptions
  readonly callbacks: FilterManagerCallbacks
  readonly record: ChainRecorder

  requestHeaders: HeaderMap | undefined
  requestTrailers: HeaderMap | undefined
  informationalHeaders: HeaderMap | undefined
  responseHeaders: HeaderMap | undefined
  responseTrailers: HeaderMap | undefined
  bufferLimit: number
  overrideHost: { host: string; strict: boolean } | undefined

  /** The client has sent everything. Set by the owner before it passes the last piece on. */
  remoteDecodeComplete = false
  isHeadRequest = false
  isGrpcRequest = false
  destroyed = false
  /** The response is known in full on this side (end_stream was seen by the encoder chain's first filter). */
  localComplete = false
  /** The response has left in full. */
  encodeComplete = false

  private slots: FilterSlot[] = []
  private decoders: Direction[] = []
  private encoders: Direction[] = []
  private created = false
  private callState = 0
  private decoderAborted = false
  private encoderAborted = false
  private responseHeadersSent = false
  private has1xx = false
  private bufferedRequest: Buffer | undefined
  private bufferedResponse: Buffer | undefined
  private requestStreaming = false
  private responseStreaming = false
  private requestOverflowed = false
  private responseOverflowed = false
  private prepared: (() => void) | undefined

  constructor(options: FilterManagerOptions) {
    this.options = options
    this.callbacks = options.callbacks
    this.bufferLimit = options.bufferLimit
    this.record = new ChainRecorder(options.trace, options.loop, options.info)
  }

  get aborted(): boolean {
    return this.decoderAborted || this.encoderAborted
  }

  /** A response has begun to leave, so a local reply can only reset the stream. */
  get responseStarted(): boolean {
    return this.responseHeadersSent
  }

  /** Makes the stream's filters; those disabled by configuration or by the route are left out. Does nothing the second time. */
  createFilterChain(filters: readonly ConfiguredFilter[] = this.options.filters): void {
    if (this.created) return
    this.created = true
    const route = this.options.upstream ? undefined : this.options.info.route
    for (const filter of filters) {
      if (isDisabled(filter, route)) {
        this.record.disabled(filter)
        continue
      }
      this.slots.push(new FilterSlot(this, filter))
    }
    this.decoders = this.slots.map((slot) => slot.decoder)
    this.encoders = this.slots.map((slot) => slot.encoder).reverse()
    this.decoders.forEach((direction, i) => {
      direction.index = i
    })
    this.encoders.forEach((direction, i) => {
      direction.index = i
    })
  }

  // ---------------------------------------------------------------- request

  /** The request's headers, from the owner. `createFilterChain` must have run. */
  decodeHeaders(headers: HeaderMap, endStream: boolean): void {
    this.requestHeaders = headers
    this.runDecodeHeaders(undefined, headers, endStream)
  }

  decodeData(data: Buffer, endStream: boolean): void {
    this.runDecodeData(undefined, data, endStream, true)
  }

  decodeTrailers(trailers: HeaderMap): void {
    this.requestTrailers = trailers
    this.runDecodeTrailers(undefined, trailers)
  }

  private runDecodeHeaders(from: Direction | undefined, headers: HeaderMap, endStream: boolean): void {
    let ends = endStream
    let resumeAt: Direction | undefined
    for (let i = from ? from.index + 1 : 0; i < this.decoders.length; i++) {
      const filter = this.decoders[i]!
      const last = i === this.decoders.length - 1
      filter.endStream = ends && !resumeAt
      this.callState |= DECODE_HEADERS
      let status = this.record.headers(filter, headers, () => filter.onHeaders(headers, filter.endStream))
      this.callState &= ~DECODE_HEADERS
      if (this.decoderAborted) {
        this.executePreparedReply()
        status = 'StopIteration'
      }
      const goOn = filter.afterHeaders(status)
      if (status === 'ContinueAndDontEndStream') ends = false
      if (filter.endStream) filter.complete()
      if (this.destroyed || (this.localComplete && !last)) {
        this.resumeDecoding(resumeAt)
        return
      }
      // The last filter may hold back while an earlier one has added a body that it still has to get.
      if (!goOn && !last) {
        this.resumeDecoding(resumeAt)
        return
      }
      if (ends && this.bufferedRequest && !resumeAt) resumeAt = filter
    }
    this.resumeDecoding(resumeAt)
  }

  // A filter gave a body to a request that had none: those behind it get the headers first, then this body.
  private resumeDecoding(filter: Direction | undefined): void {
    if (!filter || this.destroyed) return
    filter.iteration = 'StopSingle'
    this.continue(filter)
  }

  private runDecodeData(
    from: Direction | undefined,
    data: Buffer,
    endStream: boolean,
    mayStartFromCurrent: boolean,
  ): void {
    if (this.localComplete || this.destroyed) return
    const hadTrailers = this.requestTrailers !== undefined
    let ends = endStream
    let trailersAddedBy: Direction | undefined
    for (let i = this.startIndex(from, mayStartFromCurrent); i < this.decoders.length; i++) {
      const filter = this.decoders[i]!
      if (filter.stoppedAll) {
        this.requestStreaming = filter.iteration === 'StopAllWatermark'
        this.hold(filter, data)
        return
      }
      if (filter.endStream) return
      filter.endStream = ends && !this.requestTrailers
      this.callState |= DECODE_DATA
      const status = this.record.data(filter, data, () => filter.onData(data, filter.endStream))
      if (filter.endStream) filter.complete()
      this.callState &= ~DECODE_DATA
      if (this.decoderAborted) {
        this.executePreparedReply()
        return
      }
      if (!hadTrailers && this.requestTrailers && !trailersAddedBy) {
        ends = false
        trailersAddedBy = filter
      }
      if (!this.afterData(filter, status, data) && i < this.decoders.length - 1) break
    }
    if (trailersAddedBy && this.requestTrailers) this.runDecodeTrailers(trailersAddedBy, this.requestTrailers)
  }

  private runDecodeTrailers(from: Direction | undefined, trailers: HeaderMap): void {
    if (this.localComplete || this.destroyed) return
    for (let i = this.startIndex(from, true); i < this.decoders.length; i++) {
      const filter = this.decoders[i]!
      if (filter.stoppedAll) return
      this.callState |= DECODE_TRAILERS
      let status = this.record.trailers(filter, trailers, () => filter.onTrailers(trailers))
      filter.complete()
      filter.endStream = true
      this.callState &= ~DECODE_TRAILERS
      if (this.decoderAborted) {
        this.executePreparedReply()
        status = 'StopIteration'
      }
      if (!this.afterTrailers(filter, status)) return
    }
  }

  // ---------------------------------------------------------------- response

  /** A response of the terminal filter. */
  encodeHeaders(headers: HeaderMap, endStream: boolean, details: string): void {
    this.options.info.responseCodeDetails = details
    this.responseHeaders = headers
    this.startEncodeHeaders(headers, endStream)
  }

  encode1xxHeaders(headers: HeaderMap): void {
    if (!this.options.proxy100Continue) return
    this.informationalHeaders = headers
    this.runEncode1xx(undefined, headers)
  }

  encodeData(data: Buffer, endStream: boolean): void {
    if (endStream) this.localComplete = true
    this.runEncodeData(undefined, data, endStream, true)
  }

  encodeTrailers(trailers: HeaderMap): void {
    this.responseTrailers = trailers
    this.localComplete = true
    this.runEncodeTrailers(undefined, trailers)
  }

  private startEncodeHeaders(headers: HeaderMap, endStream: boolean): void {
    this.localComplete = endStream
    this.runEncodeHeaders(undefined, headers, endStream)
  }

  private runEncode1xx(from: Direction | undefined, headers: HeaderMap): void {
    this.has1xx = true
    for (let i = from ? from.index + 1 : 0; i < this.encoders.length; i++) {
      const filter = this.encoders[i]!
      this.callState |= ENCODE_1XX
      const status = filter.on1xx(headers)
      this.callState &= ~ENCODE_1XX
      if (this.encoderAborted) return
      if (status === 'StopIteration') {
        filter.iteration = 'StopSingle'
        return
      }
      filter.continued1xx = true
    }
    this.callbacks.encode1xxHeaders(headers)
  }

  private runEncodeHeaders(from: Direction | undefined, headers: HeaderMap, endStream: boolean): void {
    let ends = endStream
    let resumeAt: Direction | undefined
    for (let i = from ? from.index + 1 : 0; i < this.encoders.length; i++) {
      const filter = this.encoders[i]!
      filter.endStream = ends && !resumeAt
      this.callState |= ENCODE_HEADERS
      let status = this.record.headers(filter, headers, () => filter.onHeaders(headers, filter.endStream))
      this.callState &= ~ENCODE_HEADERS
      if (this.destroyed) return
      if (this.encoderAborted) status = 'StopIteration'
      const goOn = filter.afterHeaders(status)
      if (status === 'ContinueAndDontEndStream') ends = false
      if (filter.endStream) filter.complete()
      if (!goOn) {
        if (!filter.endStream) this.resumeEncoding(resumeAt)
        return
      }
      if (ends && this.bufferedResponse && !resumeAt) resumeAt = filter
    }
    const status = headers.get(':status')
    if (status === undefined || !/^[0-9]+$/.test(status)) {
      const missing = status === undefined ? 'missing required header: :status' : 'invalid :status header'
      this.reply(502, missing, { details: `filter_removed_required_response_headers{${missing.replaceAll(' ', '_')}}` })
      return
    }
    const endsNow = ends && !resumeAt
    this.responseHeadersSent = true
    this.callbacks.encodeHeaders(headers, endsNow)
    this.maybeEnd(endsNow)
    if (!endsNow) this.resumeEncoding(resumeAt)
  }

  private resumeEncoding(filter: Direction | undefined): void {
    if (!filter || this.destroyed) return
    filter.iteration = 'StopSingle'
    this.continue(filter)
  }

  private runEncodeData(
    from: Direction | undefined,
    data: Buffer,
    endStream: boolean,
    mayStartFromCurrent: boolean,
  ): void {
    if (this.destroyed) return
    const hadTrailers = this.responseTrailers !== undefined
    let trailersAddedBy: Direction | undefined
    for (let i = this.startIndex(from, mayStartFromCurrent, this.encoders); i < this.encoders.length; i++) {
      const filter = this.encoders[i]!
      if (filter.stoppedAll) {
        this.responseStreaming = filter.iteration === 'StopAllWatermark'
        this.hold(filter, data)
        return
      }
      if (filter.endStream) return
      filter.endStream = endStream && !this.responseTrailers
      this.callState |= ENCODE_DATA
      let status = this.record.data(filter, data, () => filter.onData(data, filter.endStream))
      if (this.destroyed) return
      if (this.encoderAborted) status = 'StopIterationNoBuffer'
      if (filter.endStream) filter.complete()
      this.callState &= ~ENCODE_DATA
      if (!hadTrailers && this.responseTrailers && !trailersAddedBy) trailersAddedBy = filter
      if (!this.afterData(filter, status, data)) return
    }
    const endsNow = endStream && !trailersAddedBy
    this.callbacks.encodeData(data, endsNow)
    this.maybeEnd(endsNow)
    if (trailersAddedBy && this.responseTrailers) this.runEncodeTrailers(trailersAddedBy, this.responseTrailers)
  }

  private runEncodeTrailers(from: Direction | undefined, trailers: HeaderMap): void {
    if (this.destroyed) return
    for (let i = this.startIndex(from, true, this.encoders); i < this.encoders.length; i++) {
      const filter = this.encoders[i]!
      if (filter.stoppedAll) return
      this.callState |= ENCODE_TRAILERS
      const status = this.record.trailers(filter, trailers, () => filter.onTrailers(trailers))
      filter.complete()
      filter.endStream = true
      this.callState &= ~ENCODE_TRAILERS
      if (this.destroyed) return
      if (!this.afterTrailers(filter, status)) return
    }
    this.callbacks.encodeTrailers(trailers)
    this.maybeEnd(true)
  }

  private maybeEnd(endStream: boolean): void {
    if (!endStream || this.destroyed || this.encodeComplete) return
    this.encodeComplete = true
    this.callbacks.endStream()
  }

  // ---------------------------------------------------------------- holding back and resuming

  private startIndex(from: Direction | undefined, mayStartFromCurrent: boolean, list = this.decoders): number {
    if (!from) return 0
    return mayStartFromCurrent && from.iterateFromCurrent && list[from.index] === from ? from.index : from.index + 1
  }

  private isDecoder(filter: Direction): boolean {
    return this.decoders[filter.index] === filter
  }

  /** Keeps data in the stream's buffer, unless it is that buffer; past the limit the stream is answered or paused. */
  hold(filter: Direction, data: Buffer): void {
    if (this.isDecoder(filter)) {
      if (data !== this.bufferedRequest) {
        this.bufferedRequest ??= new Buffer()
        this.bufferedRequest.moveFrom(data)
      }
      this.checkRequestLimit()
    } else {
      if (data !== this.bufferedResponse) {
        this.bufferedResponse ??= new Buffer()
        this.bufferedResponse.moveFrom(data)
      }
      this.checkResponseLimit()
    }
  }

  private checkRequestLimit(): void {
    if (this.bufferLimit === 0 || this.requestOverflowed || this.requestStreaming) return
    if (!this.bufferedRequest || this.bufferedRequest.length <= this.bufferLimit) return
    this.requestOverflowed = true
    this.reply(413, 'Payload Too Large', { details: 'request_payload_too_large' })
  }

  private checkResponseLimit(): void {
    if (this.bufferLimit === 0 || this.responseOverflowed || this.responseStreaming) return
    if (!this.bufferedResponse || this.bufferedResponse.length <= this.bufferLimit) return
    this.responseOverflowed = true
    this.reply(500, 'Internal Server Error', { details: 'response_payload_too_large' })
  }

  private afterData(filter: Direction, status: string, data: Buffer): boolean {
    if (status === 'Continue') {
      if (filter.iteration !== 'StopSingle') return true
      this.hold(filter, data)
      this.continue(filter)
      return false
    }
    filter.iteration = 'StopSingle'
    if (status === 'StopIterationAndBuffer' || status === 'StopIterationAndWatermark') {
      const streaming = status === 'StopIterationAndWatermark'
      if (this.isDecoder(filter)) this.requestStreaming = streaming
      else this.responseStreaming = streaming
      this.hold(filter, data)
    } else if (this.sideComplete(filter) && !this.sideTrailers(filter) && !this.sideBuffer(filter) && !this.destroyed) {
      // The last byte came and was taken: whoever continues later must still find an end to pass on.
      if (this.isDecoder(filter)) this.bufferedRequest = new Buffer()
      else this.bufferedResponse = new Buffer()
    }
    return false
  }

  private afterTrailers(filter: Direction, status: string): boolean {
    if (status === 'Continue') {
      if (filter.iteration !== 'StopSingle') return true
      this.continue(filter)
      return false
    }
    if (filter.iteration === 'Continue') filter.iteration = 'StopSingle'
    return false
  }

  private sideComplete(filter: Direction): boolean {
    return this.isDecoder(filter) ? this.remoteDecodeComplete : this.localComplete
  }

  private sideBuffer(filter: Direction): Buffer | undefined {
    return this.isDecoder(filter) ? this.bufferedRequest : this.bufferedResponse
  }

  private sideTrailers(filter: Direction): HeaderMap | undefined {
    return this.isDecoder(filter) ? this.requestTrailers : this.responseTrailers
  }

  /** continueDecoding / continueEncoding: passes on what this filter held back, in the order headers, data, trailers. */
  continue(filter: Direction): void {
    const decoding = this.isDecoder(filter)
    if (this.destroyed || (decoding ? this.localComplete : this.encodeComplete)) return
    if (filter.iteration === 'Continue') return
    if (filter.stoppedAll) filter.iterateFromCurrent = true
    filter.iteration = 'Continue'

    if (!decoding && this.has1xx && !filter.continued1xx) {
      filter.continued1xx = true
      this.runEncode1xx(filter, this.informationalHeaders!)
      if (!this.responseHeaders) return
    }
    if (!filter.headersContinued) {
      filter.headersContinued = true
      const ends = this.sideComplete(filter) && !this.sideBuffer(filter) && !this.sideTrailers(filter)
      if (decoding) this.runDecodeHeaders(filter, this.requestHeaders!, ends)
      else this.runEncodeHeaders(filter, this.responseHeaders!, ends)
    }
    // Trailers that a filter adds while the data passes are passed on by the data loop itself.
    const trailersBefore = this.sideTrailers(filter)
    const buffered = this.sideBuffer(filter)
    if (buffered) {
      const ends = this.sideComplete(filter) && !trailersBefore
      if (decoding) this.runDecodeData(filter, buffered, ends, true)
      else this.runEncodeData(filter, buffered, ends, true)
    }
    if (trailersBefore) {
      if (decoding) this.runDecodeTrailers(filter, trailersBefore)
      else this.runEncodeTrailers(filter, trailersBefore)
    }
    filter.iterateFromCurrent = false
  }

  /** The body held back so far on this filter's side. */
  buffered(filter: Direction): Buffer | undefined {
    return this.sideBuffer(filter)
  }

  /** addDecodedData / addEncodedData: kept with the stream, or passed on at once from a trailers callback. */
  addData(filter: Direction, data: Buffer, streaming: boolean): void {
    const decoding = this.isDecoder(filter)
    const inTrailers = this.callState & (decoding ? DECODE_TRAILERS : ENCODE_TRAILERS)
    if (inTrailers && filter.iteration === 'Continue') {
      if (decoding) this.runDecodeData(filter, data, false, false)
      else this.runEncodeData(filter, data, false, false)
      return
    }
    if (decoding) this.requestStreaming = streaming
    else this.responseStreaming = streaming
    this.hold(filter, data)
  }

  /** injectDecodedDataToFilterChain / injectEncodedDataToFilterChain: the filters behind get this data now. */
  injectData(filter: Direction, data: Buffer, endStream: boolean): void {
    const decoding = this.isDecoder(filter)
    if (!filter.headersContinued) {
      filter.headersContinued = true
      if (decoding) this.runDecodeHeaders(filter, this.requestHeaders!, false)
      else this.runEncodeHeaders(filter, this.responseHeaders!, false)
    }
    if (decoding) this.runDecodeData(filter, data, endStream, true)
    else this.runEncodeData(filter, data, endStream, true)
  }

  // ---------------------------------------------------------------- local replies and the end

  /** Answers from here, by the way that is still open: the encoder chain, the codec, or a reset. */
  reply(status: number, body: string, options: LocalReplyOptions): void {
    if (this.destroyed) return
    const decoding = (this.callState & DECODING) !== 0
    if (decoding) this.decoderAborted = true
    else if (this.callState & ENCODING) this.encoderAborted = true
    this.options.info.responseCodeDetails = options.details
    this.callbacks.onLocalReply(status)
    let reset = false
    for (const slot of this.slots) if (slot.announceReply(status, options)) reset = true
    if (reset) {
      this.callbacks.resetStream('local_reset')
      return
    }
    if (!this.responseHeaders && !this.informationalHeaders) {
      this.callbacks.route()
      this.createFilterChain()
      // The filter that replies is still running: its own callback has to return before the encoder chain may run.
      if (decoding) this.prepared ??= this.prepareReply(status, body, options)
      else this.prepareReply(status, body, options)()
    } else if (!this.responseHeadersSent) {
      this.sendDirectly(status, body, options)
    } else {
      this.record.note(`${options.details}: response headers were sent already, so the stream is reset`)
      this.callbacks.resetStream('local_reset')
    }
  }

  private executePreparedReply(): void {
    const send = this.prepared
    this.prepared = undefined
    if (send && !this.destroyed) send()
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
      this.responseHeaders = reply.headers
      const empty = reply.body.length === 0
      this.startEncodeHeaders(reply.headers, empty)
      if (empty || this.destroyed) return
      this.localComplete = true
      this.runEncodeData(undefined, Buffer.of(reply.body), true, true)
    }
  }

  // Filters have seen part of another response: they are passed by, so that none sees two beginnings.
  private sendDirectly(status: number, body: string, options: LocalReplyOptions): void {
    const reply = this.makeReply(status, body, options)
    this.record.localReply(status, options.details, reply.headers)
    this.responseStreaming = true
    this.responseHeaders = reply.headers
    this.responseHeadersSent = true
    this.localComplete = true
    const empty = reply.body.length === 0
    this.callbacks.encodeHeaders(reply.headers, empty)
    this.maybeEnd(empty)
    if (empty || this.destroyed) return
    this.callbacks.encodeData(Buffer.of(reply.body), true)
    this.maybeEnd(true)
  }

  /** resetStream from a filter. */
  reset(): void {
    if (this.callState & DECODING) this.decoderAborted = true
    else if (this.callState & ENCODING) this.encoderAborted = true
    this.callbacks.resetStream('local_reset')
  }

  addTrailers(filter: Direction): HeaderMap {
    if (this.isDecoder(filter)) {
      this.requestTrailers ??= new HeaderMap('trailers')
      return this.requestTrailers
    }
    this.responseTrailers ??= new HeaderMap('trailers')
    return this.responseTrailers
  }

  setBufferLimit(limit: number): void {
    this.bufferLimit = limit
    this.checkRequestLimit()
    this.checkResponseLimit()
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
