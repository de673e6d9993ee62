import type { ResetReason } from '../http/codec/types.ts'
import type { HttpStream } from '../http/filter.ts'
import type { ConfiguredFilter } from '../http/filter-slot.ts'
import type { ClusterManager } from '../upstream/cluster-manager.ts'

/** What the router needs of the stream it ends: an HTTP filter's view of it, or an async client's. */
export type RouterStream = Pick<
  HttpStream,
  | 'info'
  | 'loop'
  | 'host'
  | 'trace'
  | 'route'
  | 'reply'
  | 'encode1xxHeaders'
  | 'encodeHeaders'
  | 'encodeData'
  | 'encodeTrailers'
  | 'decodingBuffer'
  | 'addDecodedData'
  | 'clearRouteCache'
  | 'recreateStream'
  | 'resetStream'
  | 'upstreamOverrideHost'
  | 'bufferLimit'
  | 'note'
> & {
  /** False for async clients, which have no route to choose anew. */
  readonly downstream?: boolean
}

/** extensions.filters.http.router.v3.Router, made ready. */
export interface RouterConfig {
  suppressEnvoyHeaders: boolean
  respectExpectedRqTimeout: boolean
  strictCheckHeaders: readonly string[]
  upstreamFilters: readonly ConfiguredFilter[]
  clusters: ClusterManager
}

const REASON_TEXT: Record<ResetReason, string> = {
  LocalReset: 'local reset',
  LocalRefusedStreamReset: 'local refused stream reset',
  RemoteReset: 'remote reset',
  RemoteRefusedStreamReset: 'remote refused stream reset',
  LocalConnectionFailure: 'local connection failure',
  RemoteConnectionFailure: 'remote connection failure',
  ConnectionTimeout: 'connection timeout',
  ConnectionTermination: 'connection termination',
  Overflow: 'overflow',
  ConnectError: 'remote error with CONNECT request',
  ProtocolError: 'protocol error',
  OverloadManager: 'overload manager reset',
  Http1PrematureUpstreamHalfClose: 'HTTP/1 premature upstream half close',
}

/** A reset in the words of Http::Utility::resetReasonToString. */
export function resetReasonText(reason: ResetReason): string {
  return REASON_TEXT[reason]
}
