import type { Timer } from '../event-loop.ts'
import type { HeaderMap } from '../http/header-map.ts'

/** An answer to a request of a filter's own. */
export interface AsyncResponse {
  headers: HeaderMap
  body: Uint8Array
  trailers?: HeaderMap
}

export interface AsyncRequestOptions {
  /** Milliseconds; 0 or undefined is none. */
  timeoutMs?: number
  /** Sends `x-envoy-internal` and friends as Envoy's async client does unless told otherwise. */
  sendXff?: boolean
  sendInternal?: boolean
  traceSampled?: boolean
  /** The stream on whose behalf it is sent, for x-forwarded-for and the trace. */
  parent?: unknown
  retryPolicy?: unknown
  hashPolicy?: unknown
  /** The body goes apart from the headers, even an empty one: whoever sends it did not know its end yet. */
  streamed?: boolean
}

export interface AsyncRequestCallbacks {
  onSuccess(response: AsyncResponse): void
  onFailure(reason: 'Reset' | 'ExceedResponseBufferLimit'): void
}

/** Http::AsyncClient over the stub upstreams: requests made by filters (httpCall, ext_authz, ...). */
export interface AsyncClient {
  /** True when the cluster exists in the configuration. */
  hasCluster(cluster: string): boolean
  /** Undefined when the request failed at once (the callback has then been called). */
  send(
    cluster: string,
    headers: HeaderMap,
    body: Uint8Array | undefined,
    options: AsyncRequestOptions,
    callbacks: AsyncRequestCallbacks,
    trailers?: HeaderMap,
  ): Timer | undefined
}
