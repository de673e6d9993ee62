import type { Buffer } from '../buffer.ts'
import type { HttpFilterDefinition } from '../catalogue.ts'
import type { DataStatus, HeadersStatus, HttpFilter, HttpStream } from '../http/filter.ts'
import { FilterManager, type FilterManagerCallbacks } from '../http/filter-manager.ts'
import type { ConfiguredFilter } from '../http/filter-slot.ts'
import type { HeaderMap } from '../http/header-map.ts'
import { isGrpcRequest } from '../http/header-utility.ts'
import { StreamInfo } from '../stream-info.ts'
import type { Router } from './router.ts'
import type { UpstreamRequest } from './upstream-request.ts'

/** Type of the filter that ends every upstream chain; the engine brings its own. */
export const UPSTREAM_CODEC = 'envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec'

/** The HTTP filters between the router and one upstream stream (upstream HTTP filters). */
export class UpstreamChain {
  private readonly manager: FilterManager
  private readonly request: UpstreamRequest
  private readonly router: Router
  private readonly codec: CodecFilter
  private readonly info: StreamInfo
  private answered = false

  constructor(request: UpstreamRequest, router: Router, filters: readonly ConfiguredFilter[]) {
    this.request = request
    this.router = router
    const { stream } = router
    const info = new StreamInfo(stream.info.connection, stream.info.startedAt)
    info.route = stream.info.route
    info.upstream = stream.info.upstream
    info.upstreamCluster = stream.info.upstreamCluster
    info.protocol = stream.info.protocol
    info.requestHeaders = router.headers
    info.remote = stream.info.remote
    this.info = info
    this.codec = new CodecFilter(request)
    const end: ConfiguredFilter = {
      name: 'envoy.filters.http.upstream_codec',
      path: `${request.cluster.path}.http_filters`,
      definition: codecDefinition,
      config: this.codec,
      shared: undefined,
      context: filters[0]!.context,
      disabled: false,
    }
    this.manager = new FilterManager({
      loop: stream.loop,
      host: stream.host,
      trace: stream.trace,
      info,
      filters: [...filters, end],
      callbacks: this.callbacks(),
      bufferLimit: stream.bufferLimit,
      proxy100Continue: true,
      upstream: true,
    })
    this.manager.isHeadRequest = router.headers.get(':method') === 'HEAD'
    this.manager.isGrpcRequest = isGrpcRequest(router.headers)
    this.manager.createFilterChain()
  }

  ready(): void {
    this.codec.ready()
  }

  /** Why a filter of this chain answered itself, if one did. */
  get replyDetails(): string | undefined {
    return this.answered ? this.info.responseCodeDetails : undefined
  }

  decodeHeaders(headers: HeaderMap, endStream: boolean): void {
    this.manager.remoteDecodeComplete = endStream
    this.manager.decodeHeaders(headers, endStream)
  }

  decodeData(data: Buffer, endStream: boolean): void {
    this.manager.remoteDecodeComplete = endStream
    this.manager.decodeData(data, endStream)
  }

  decodeTrailers(trailers: HeaderMap): void {
    this.manager.remoteDecodeComplete = true
    this.manager.decodeTrailers(trailers)
  }

  encode1xxHeaders(headers: HeaderMap): void {
    this.manager.encode1xxHeaders(headers)
  }

  encodeHeaders(headers: HeaderMap, endStream: boolean): void {
    this.manager.encodeHeaders(headers, endStream, 'via_upstream')
  }

  encodeData(data: Buffer, endStream: boolean): void {
    this.manager.encodeData(data, endStream)
  }

  encodeTrailers(trailers: HeaderMap): void {
    this.manager.encodeTrailers(trailers)
  }

  destroy(): void {
    this.manager.destroy()
  }

  private callbacks(): FilterManagerCallbacks {
    const { request, router } = this
    return {
      encode1xxHeaders: (headers) => router.onUpstream1xx(headers, request),
      encodeHeaders: (headers, endStream) => request.responseHeaders(headers, endStream),
      encodeData: (data, endStream) => request.responseData(data, endStream),
      encodeTrailers: (trailers) => router.onUpstreamTrailers(trailers, request),
      endStream: () => undefined,
      resetStream: () => router.stream.resetStream(),
      route: () => router.stream.info.route,
      setRoute: () => undefined,
      clearRouteCache: () => undefined,
      onLocalReply: () => {
        this.answered = true
      },
      rewriteLocalReply: () => undefined,
      recreateStream: () => false,
      asyncClient: router.config.clusters.asyncClient,
    }
  }
}

const codecDefinition: HttpFilterDefinition = {
  kind: 'http',
  name: 'envoy.filters.http.upstream_codec',
  config: UPSTREAM_CODEC,
  title: 'Upstream codec',
  group: 'traffic',
  summary: 'Writes the request to the server and reads its response.',
  notModelled: [],
  terminal: true,
  create: ({ config }) => config as CodecFilter,
}

/** Ends an upstream chain: holds the request back until there is a stream to write it to. */
class CodecFilter implements HttpFilter {
  private readonly request: UpstreamRequest
  private stream: HttpStream | undefined
  private waiting: { endStream: boolean } | undefined
  private connected = false

  constructor(request: UpstreamRequest) {
    this.request = request
  }

  ready(): void {
    this.connected = true
    const { waiting, stream } = this
    if (!waiting || !stream) return
    this.waiting = undefined
    this.request.sendHeaders(waiting.endStream)
    stream.continueDecoding()
  }

  decodeHeaders(_headers: HeaderMap, stream: HttpStream, endStream: boolean): HeadersStatus {
    this.stream = stream
    if (this.connected) {
      this.request.sendHeaders(endStream)
      return 'StopIteration'
    }
    this.waiting = { endStream }
    return 'StopAllIterationAndWatermark'
  }

  decodeData(data: Buffer, _stream: HttpStream, endStream: boolean): DataStatus {
    this.request.sendData(data, endStream)
    return 'StopIterationNoBuffer'
  }

  decodeTrailers(trailers: HeaderMap): 'StopIteration' {
    this.request.sendTrailers(trailers)
    return 'StopIteration'
  }
}
