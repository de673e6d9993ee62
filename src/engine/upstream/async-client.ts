import { Buffer } from '../buffer.ts'
import type { EventLoop, Timer } from '../event-loop.ts'
import type { Host } from '../host.ts'
import type { LocalReplyOptions, OverrideHost } from '../http/filter.ts'
import type { HeaderMap } from '../http/header-map.ts'
import { isGrpcRequest } from '../http/header-utility.ts'
import { prepareLocalReply } from '../http/local-reply.ts'
import type { RouteRetryPolicy } from '../route/types.ts'
import { nullRoute } from '../router/null-route.ts'
import { Router } from '../router/router.ts'
import type { RouterStream } from '../router/types.ts'
import { type ConnectionInfo, DynamicMetadata, FilterState, StreamInfo } from '../stream-info.ts'
import { Trace } from '../trace.ts'
import type { ClusterManager } from './cluster-manager.ts'
import type { AsyncClient, AsyncRequestCallbacks, AsyncRequestOptions } from './types.ts'

/** What a request of a filter's own is made with. */
export interface AsyncClientContext {
  loop: EventLoop
  host: Host
  clusters: ClusterManager
  /** The proxy's own address, which goes into x-forwarded-for. */
  localAddress: string
}

/** Requests of filters to clusters, through a router of their own (source/common/http/async_client_impl.cc). */
export class StubAsyncClient implements AsyncClient {
  private readonly context: AsyncClientContext

  constructor(context: AsyncClientContext) {
    this.context = context
  }

  hasCluster(cluster: string): boolean {
    return this.context.clusters.get(cluster) !== undefined
  }

  send(
    cluster: string,
    headers: HeaderMap,
    body: Uint8Array | undefined,
    options: AsyncRequestOptions,
    callbacks: AsyncRequestCallbacks,
    trailers?: HeaderMap,
  ): Timer | undefined {
    const stream = new AsyncStream(this.context, cluster, options, callbacks)
    stream.start(headers, body, trailers)
    return stream.finished ? undefined : { cancel: () => stream.cancel() }
  }
}

class AsyncStream implements RouterStream {
  readonly downstream = false
  readonly info: StreamInfo
  readonly loop: EventLoop
  readonly host: Host
  readonly trace: Trace
  readonly bufferLimit = 0
  upstreamOverrideHost: OverrideHost | undefined
  finished = false
  private readonly router: Router
  private readonly callbacks: AsyncRequestCallbacks
  private readonly context: AsyncClientContext
  private readonly options: AsyncRequestOptions
  private readonly body = new Buffer()
  private buffered: Buffer | undefined
  private headers: HeaderMap | undefined
  private isHead = false
  private isGrpc = false

  constructor(
    context: AsyncClientContext,
    cluster: string,
    options: AsyncRequestOptions,
    callbacks: AsyncRequestCallbacks,
  ) {
    this.context = context
    this.options = options
    this.callbacks = callbacks
    this.loop = context.loop
    this.host = context.host
    const parent = options.parent as { trace?: Trace } | undefined
    this.trace = parent?.trace ?? Trace.off
    this.info = new StreamInfo(noConnection(), context.loop.now)
    this.info.route = nullRoute(cluster, options.timeoutMs ?? 0, options.retryPolicy as RouteRetryPolicy | undefined)
    this.info.upstreamCluster = cluster
    this.info.protocol = 'HTTP/1.1'
    this.router = new Router(this, {
      suppressEnvoyHeaders: false,
      respectExpectedRqTimeout: false,
      strictCheckHeaders: [],
      upstreamFilters: [],
      clusters: context.clusters,
    })
  }

  start(headers: HeaderMap, body: Uint8Array | undefined, trailers: HeaderMap | undefined): void {
    this.isHead = headers.get(':method') === 'HEAD'
    this.isGrpc = isGrpcRequest(headers)
    if (this.options.sendInternal ?? true) headers.set('x-envoy-internal', 'true')
    if (this.options.sendXff ?? true) headers.append('x-forwarded-for', this.context.localAddress)
    if (!headers.has(':scheme')) headers.set(':scheme', 'http')
    this.info.requestHeaders = headers
    const hasBody = body !== undefined && (body.length > 0 || this.options.streamed === true)
    this.router.decodeHeaders(headers, !hasBody && !trailers)
    if (this.finished) return
    if (hasBody) this.router.decodeData(Buffer.of(body), !trailers)
    if (trailers && !this.finished) this.router.decodeTrailers(trailers)
  }

  cancel(): void {
    if (this.finished) return
    this.finished = true
    this.router.onDestroy()
  }

  route() {
    return this.info.route
  }

  encode1xxHeaders(): void {
    // Nobody waits for these.
  }

  encodeHeaders(headers: HeaderMap, endStream: boolean): void {
    if (this.finished) return
    this.headers = headers
    if (endStream) this.succeed()
  }

  encodeData(data: Buffer, endStream: boolean): void {
    if (this.finished) return
    this.body.moveFrom(data)
    if (endStream) this.succeed()
  }

  encodeTrailers(trailers: HeaderMap): void {
    if (!this.finished) this.succeed(trailers)
  }

  // A reply of the router itself (no host, timeout, reset) reaches the filter as a response with that status.
  reply(status: number, body: string, options: LocalReplyOptions): 'StopIteration' {
    if (this.finished) return 'StopIteration'
    if (this.headers) {
      this.fail()
      return 'StopIteration'
    }
    this.info.responseCodeDetails = options.details
    const reply = prepareLocalReply({
      isGrpc: this.isGrpc,
      isHead: this.isHead,
      status,
      body,
      grpcStatus: options.grpcStatus,
      modify: (headers) => options.headers?.(headers),
      rewrite: () => undefined,
    })
    this.headers = reply.headers
    this.body.append(reply.body)
    this.succeed()
    return 'StopIteration'
  }

  resetStream(): void {
    if (!this.finished) this.fail()
  }

  decodingBuffer(): Buffer | undefined {
    return this.buffered
  }

  addDecodedData(data: Buffer): void {
    this.buffered ??= new Buffer()
    this.buffered.moveFrom(data)
  }

  clearRouteCache(): void {
    // There is one route, and it stays.
  }

  recreateStream(): boolean {
    return false
  }

  note(text: string): void {
    this.trace.note(text)
  }

  private succeed(trailers?: HeaderMap): void {
    this.finished = true
    this.router.onDestroy()
    this.callbacks.onSuccess({ headers: this.headers!, body: this.body.bytes(), ...(trailers ? { trailers } : {}) })
  }

  private fail(): void {
    this.finished = true
    this.router.onDestroy()
    this.callbacks.onFailure('Reset')
  }
}

function noConnection(): ConnectionInfo {
  const none = { ip: '127.0.0.1', port: 0 }
  return {
    id: 0,
    remote: none,
    directRemote: none,
    local: none,
    directLocal: none,
    requestedServerName: '',
    transportProtocol: 'raw_buffer',
    applicationProtocols: [],
    dynamicMetadata: new DynamicMetadata(),
    typedMetadata: new Map(),
    filterState: new FilterState(),
    listenerName: '',
    filterChainName: '',
  }
}
