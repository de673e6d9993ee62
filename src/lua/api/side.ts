import type { Buffer } from '../../engine/buffer.ts'
import type { HttpStream } from '../../engine/http/filter.ts'
import type { HeaderMap } from '../../engine/http/header-map.ts'
import type { JsonObject } from '../../engine/stream-info.ts'
import type { ScriptFailure } from './failure.ts'
import type { LogSink } from './object.ts'
import type { StatsScope } from './stats.ts'
import type { Respond } from './stream-handle.ts'
import type { StreamScope } from './stream-info.ts'

/** What differs between the request's and the response's handle: how the script's wishes reach the stream (FilterCallbacks). */
export interface HandleSide extends StreamScope {
  readonly handler: 'envoy_on_request' | 'envoy_on_response'
  /** The name to call the script by, where it is not its own: one state may stand for several places. */
  readonly script?: string
  readonly stream: HttpStream
  readonly log: LogSink
  readonly stats: StatsScope
  /** Adds to the body that the stream holds back. */
  addData(data: Buffer): void
  bufferedBody(): Buffer | undefined
  continueIteration(): void
  /** A script is about to change headers that have not been passed on. */
  headersModified(): void
  clearRouteCache(): void
  /** Answers the request. */
  reply(respond: Respond): void
  /** False on the response side, where respond() is an error. */
  readonly canRespond: boolean
  setOverrideHost(host: string, strict: boolean): void
  requestHeaders(): HeaderMap | undefined
  /** metadata(): the route's under `name`, or for this filter when it is empty. */
  metadata(name: string): JsonObject
  filterContext(): JsonObject
  setReasonPhrase(phrase: string): void
  /** The script failed: the message goes on without it. */
  fail(failure: ScriptFailure): void
}
