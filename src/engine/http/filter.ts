import type { Buffer } from '../buffer.ts'
import type { EventLoop, Timer } from '../event-loop.ts'
import type { Host } from '../host.ts'
import type { PerFilterConfig, Route } from '../route/types.ts'
import type { StreamInfo } from '../stream-info.ts'
import type { LogLine, Trace } from '../trace.ts'
import type { AsyncClient } from '../upstream/types.ts'
import type { HeaderMap } from './header-map.ts'

/** What a headers callback answers, by its consequence (envoy/http/filter.h). */
export type HeadersStatus =
  /** The next filter gets the headers. */
  | 'Continue'
  /** Nobody behind gets them until continueDecoding/continueEncoding; this filter still gets data and trailers. */
  | 'StopIteration'
  /** The stream had ended with the headers, but this filter will add a body later. */
  | 'ContinueAndDontEndStream'
  /** Neither this filter nor those behind get anything; what comes is buffered, 413/500 past the limit. */
  | 'StopAllIterationAndBuffer'
  /** The same, but past the limit the sender is paused instead. */
  | 'StopAllIterationAndWatermark'

export type DataStatus =
  /** The next filter gets the data (and, if headers were held back by this filter, headers first). */
  | 'Continue'
  /** Held back, kept in the stream's buffer; 413/500 past the limit. */
  | 'StopIterationAndBuffer'
  /** Held back, kept; past the limit the sender is paused. */
  | 'StopIterationAndWatermark'
  /** Held back and not kept: the filter took what it wanted. */
  | 'StopIterationNoBuffer'

export type TrailersStatus = 'Continue' | 'StopIteration'

/** The other name under which a local reply is announced to every filter before it is sent. */
export interface LocalReplyData {
  status: number
  details: string
  grpcStatus?: number
}

export interface LocalReplyOptions {
  /** %RESPONSE_CODE_DETAILS%. */
  details: string
  /** Sets or changes headers of the reply; runs after the route's response headers were applied. */
  headers?: (headers: HeaderMap) => void
  grpcStatus?: number
}

/** An HTTP filter on one stream. A missing hook means Continue. */
export interface HttpFilter {
  decodeHeaders?(headers: HeaderMap, stream: HttpStream, endStream: boolean): HeadersStatus
  decodeData?(data: Buffer, stream: HttpStream, endStream: boolean): DataStatus
  decodeTrailers?(trailers: HeaderMap, stream: HttpStream): TrailersStatus
  /** The request has been passed to this filter in full. */
  decodeComplete?(stream: HttpStream): void
  encode1xxHeaders?(headers: HeaderMap, stream: HttpStream): 'Continue' | 'StopIteration'
  encodeHeaders?(headers: HeaderMap, stream: HttpStream, endStream: boolean): HeadersStatus
  encodeData?(data: Buffer, stream: HttpStream, endStream: boolean): DataStatus
  encodeTrailers?(trailers: HeaderMap, stream: HttpStream): TrailersStatus
  encodeComplete?(stream: HttpStream): void
  /** A local reply is about to be sent by anybody. `reset` asks for a reset of the stream instead. */
  onLocalReply?(reply: LocalReplyData, stream: HttpStream): 'Continue' | 'ContinueAndResetStream'
  /** The stream is over: access logs are written, then filters are destroyed. */
  onStreamComplete?(stream: HttpStream): void
  onDestroy?(stream: HttpStream): void
  /** A matcher around the filter has decided on an action other than skipping it (StreamFilterBase::onMatchCallback). */
  onMatch?(action: unknown, stream: HttpStream): void
}

/** What follows a step of `resume`: its status for the trace, and the act itself. */
export interface ResumeAction {
  status: string
  next: () => void
}

/** LoadBalancerContext::OverrideHost. */
export interface OverrideHost {
  /** `10.0.0.1:80` */
  host: string
  /** No other host will do. */
  strict: boolean
  /** What to answer when the strict host is not there; 503. */
  statusWhenMissing?: number
}

/** One filter's view of its stream: StreamDecoderFilterCallbacks and StreamEncoderFilterCallbacks in one. */
export interface HttpStream {
  readonly info: StreamInfo
  readonly loop: EventLoop
  readonly host: Host
  readonly trace: Trace
  /** Configured name of the filter, and the extension's canonical name. */
  readonly filterName: string
  readonly canonicalName: string
  readonly requestHeaders: HeaderMap | undefined
  readonly requestTrailers: HeaderMap | undefined
  readonly informationalHeaders: HeaderMap | undefined
  readonly responseHeaders: HeaderMap | undefined
  readonly responseTrailers: HeaderMap | undefined
  /** The cached route; chosen now if none is cached. */
  route(): Route | undefined
  /** Forgets the cached route: the next `route()` chooses again, with the headers as they are then. */
  clearRouteCache(): void
  /** Pins a route on the stream (DownstreamStreamFilterCallbacks::setRoute). */
  setRoute(route: Route | undefined): void
  /** Per-route messages for this filter, least specific first; `disabled` wrappers left out. */
  perRouteConfigs(): readonly PerFilterConfig[]
  /** The most specific per-route message, or undefined. */
  perRoute<R>(): R | undefined
  continueDecoding(): void
  continueEncoding(): void
  /**
   * Answers the request from here. The reply runs through the encoder filters when no response has started.
   * Always returns StopIteration, so that `return stream.reply(...)` reads well in decodeHeaders.
   */
  reply(status: number, body: string, options: LocalReplyOptions): 'StopIteration'
  /** The request body held back so far by this stream's filters. */
  decodingBuffer(): Buffer | undefined
  addDecodedData(data: Buffer, streaming: boolean): void
  injectDecodedData(data: Buffer, endStream: boolean): void
  addDecodedTrailers(): HeaderMap
  encodingBuffer(): Buffer | undefined
  addEncodedData(data: Buffer, streaming: boolean): void
  injectEncodedData(data: Buffer, endStream: boolean): void
  addEncodedTrailers(): HeaderMap
  /** Sends a response from a terminal filter into the encoder chain. */
  encodeHeaders(headers: HeaderMap, endStream: boolean, details: string): void
  encode1xxHeaders(headers: HeaderMap): void
  encodeData(data: Buffer, endStream: boolean): void
  encodeTrailers(trailers: HeaderMap): void
  /** Bytes a filter may make the stream hold before 413/500 or back-pressure. */
  bufferLimit: number
  /** Ends the stream without a response: RST_STREAM, or the connection closed under HTTP/1. */
  resetStream(): void
  /** Starts the stream anew with the request headers as they are (internal redirects). False when it cannot be. */
  recreateStream(responseHeaders?: HeaderMap): boolean
  /** A timer on the virtual clock that does nothing once the stream is gone. */
  timer(ms: number, callback: () => void): Timer
  /** Requests of a filter's own to a cluster. */
  readonly asyncClient: AsyncClient
  /** Where the request has to go, whatever the load balancer thinks (setUpstreamOverrideHost). */
  upstreamOverrideHost: OverrideHost | undefined
  /**
   * Runs `act` as a step of its own in the trace, for what a filter does with the request when an answer it waited for
   * has come: notes and changes are shown there. `act` returns what is to happen after that step: go on, or reply.
   */
  resume(act: () => ResumeAction): void
  /** Adds to the reason of the trace step at hand. */
  note(text: string): void
  log(line: LogLine): void
  /** True for upstream HTTP filters: route() is then read-only and clearRouteCache does nothing. */
  readonly upstream: boolean
}
