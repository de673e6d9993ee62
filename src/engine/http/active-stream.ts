import type { Buffer } from '../buffer.ts'
import type { Timer } from '../event-loop.ts'
import { isGrpcContentType, isGrpcRequest } from '../match/index.ts'
import type { Route } from '../route/types.ts'
import { grpcTimeoutText } from '../router/timeouts.ts'
import { FilterState, StreamInfo } from '../stream-info.ts'
import type { AsyncClient } from '../upstream/types.ts'
import type { RequestDecoder, ResetReason, ResponseEncoder } from './codec/types.ts'
import type { ConnectionManager } from './conn-manager.ts'
import type { ConnectionManagerConfig } from './conn-manager-config.ts'
import { FilterManager, type FilterManagerCallbacks } from './filter-manager.ts'
import type { ConfiguredFilter } from './filter-slot.ts'
import { HeaderMap, type HeaderPair } from './header-map.ts'
import { isUpgrade, shouldCloseConnection } from './header-utility.ts'
import { stripHostPort, stripTrailingDot } from './host-normalization.ts'
import { httpDate } from './http-date.ts'
import type { LocalReply } from './local-reply.ts'
import { mutateRequest } from './mutate-request.ts'
import { mutateResponse } from './mutate-response.ts'
import { normalizePath } from './path-normalization.ts'
import { streamDuration } from './stream-duration.ts'
import { StreamTrace } from './stream-trace.ts'

/** One request on a connection, from the codec through its filters and back (ConnectionManagerImpl::ActiveStream). */
export class ActiveStream implements RequestDecoder, FilterManagerCallbacks {
  readonly info: StreamInfo
  sawConnectionClose = false
  /** The codec was handed to a new stream (internal redirect). */
  recreating = false
  private readonly manager: ConnectionManager
  private readonly config: ConnectionManagerConfig
  private readonly encoder: ResponseEncoder
  private readonly filters: FilterManager
  private readonly trace: StreamTrace
  private readonly recreated: boolean
  private headers: HeaderMap | undefined
  private cachedRoute: { route: Route | undefined } | undefined
  private codecComplete = false
  private tunneling = false
  private decoratedOperation: { operation: string; propagate: boolean } | undefined
  private operationOverridden = false
  /** The request got as far as a span would begin: one that is rejected before is not traced. */
  private traced = false
  private idleTimeoutMs: number
  private idleTimer: Timer | undefined
  private requestTimer: Timer | undefined
  private headersTimer: Timer | undefined
  private durationTimer: Timer | undefined

  constructor(manager: ConnectionManager, encoder: ResponseEncoder, recreated: boolean, filterState?: FilterState) {
    const { config, connection } = manager
    this.manager = manager
    this.config = config
    this.encoder = encoder
    this.recreated = recreated
    this.info = new StreamInfo(connection.info, connection.loop.now, filterState)
    this.info.protocol = manager.protocol
    this.trace = new StreamTrace(connection.trace, connection.loop, config.path)
    this.filters = new FilterManager({
      loop: connection.loop,
      host: connection.host,
      trace: connection.trace,
      info: this.info,
      filters: config.filters,
      callbacks: this,
      // An HTTP/2 stream may hold as much as its window, whatever the connection's limit.
      bufferLimit: manager.protocol === 'HTTP/2' ? config.http2.streamWindow : connection.bufferLimit,
      proxy100Continue: config.proxy100Continue,
    })
    this.idleTimeoutMs = config.streamIdleTimeoutMs
    this.armIdle()
    const { loop } = connection
    if (config.requestTimeoutMs > 0)
      this.requestTimer = loop.timer(config.requestTimeoutMs, () =>
        this.timedOut('request timeout', 'request_overall_timeout'),
      )
    if (config.requestHeadersTimeoutMs > 0)
      this.headersTimer = loop.timer(config.requestHeadersTimeoutMs, () =>
        this.timedOut('request header timeout', 'request_header_timeout'),
      )
    if (config.maxStreamDurationMs > 0) this.armDuration(config.maxStreamDurationMs)
  }

  /** Request and response are through. */
  get complete(): boolean {
    return this.filters.remoteDecodeComplete && this.codecComplete
  }

  get asyncClient(): AsyncClient {
    return this.config.services.asyncClient
  }

  // ---------------------------------------------------------------- request

  decodeHeaders(headers: HeaderMap, endStream: boolean): void {
    this.headers = headers
    this.info.requestHeaders = headers
    this.filters.request.headers = headers
    this.headersTimer?.cancel()
    const { manager, config, info, filters } = this
    info.protocol = manager.protocol
    info.requestHeaderBytes = headers.byteSize
    this.sawConnectionClose ||= shouldCloseConnection(manager.protocol, headers)
    filters.isHeadRequest = headers.get(':method') === 'HEAD'
    filters.isGrpcRequest = isGrpcContentType(headers.get('content-type'))
    this.remoteEnd(endStream)
    if (!config.proxy100Continue && headers.get('expect')?.toLowerCase() === '100-continue') {
      this.encoder.encode1xxHeaders(new HeaderMap('response', [[':status', '100']]))
      info.responseCode = 100
      headers.remove('expect')
    }
    const before = this.trace.before(headers)
    if (!this.sanitize(headers, before)) return
    this.route()
    this.takeOperation(headers)
    const chain = this.chooseChain(headers)
    filters.createFilterChain(chain ?? config.filters)
    if (!chain && this.cachedRoute?.route) {
      this.sawConnectionClose = true
      this.reply(403, '', 'upgrade_failed')
      return
    }
    filters.decodeHeaders(headers, endStream)
    if (!filters.destroyed) this.armIdle()
  }

  // Checks and changes before a route is chosen; false when the request has been answered.
  private sanitize(headers: HeaderMap, before: HeaderPair[] | undefined): boolean {
    const { manager, config, info } = this
    const { connection } = manager
    if (!headers.has(':authority')) return this.refuse(400, 'missing_host_header')
    if (headers.get(':method') === 'QUERY' && !headers.has('content-type'))
      return this.refuse(400, 'query_missing_content_type')
    const path = headers.get(':path')
    const connect = headers.get(':method') === 'CONNECT'
    if ((!connect || path !== undefined) && !path) return this.refuse(404, 'missing_path_rejected')
    if (path && path[0] !== '/') return this.refuse(404, 'absolute_path_rejected')
    const action = normalizePath(headers, config.pathOptions)
    if (action === 'reject' || (action === 'redirect' && this.filters.isGrpcRequest))
      return this.refuse(400, 'path_normalization_failed')
    if (action === 'redirect') {
      const location = headers.get(':path')!
      this.reply(307, '', 'path_normalization_failed', (response) => response.set('location', location))
      return false
    }
    if (config.stripTrailingDot) stripTrailingDot(headers)
    if (config.stripPort !== 'no')
      stripHostPort(headers, config.stripPort === 'matching' ? connection.info.local.port : undefined)
    if (this.recreated) return true
    for (const mutate of config.earlyMutations) mutate(headers, info)
    const mutation = mutateRequest(headers, connection.info, config, info)
    if (mutation.reject) {
      this.reply(mutation.reject.status, mutation.reject.body, 'rejecting_because_detection_failed')
      return false
    }
    info.remote = mutation.remote
    this.trace.sanitized(before, headers, mutation.reason)
    return true
  }

  private refuse(status: number, details: string): false {
    this.reply(status, '', details)
    return false
  }

  decodeData(data: Buffer, endStream: boolean): void {
    if (this.filters.destroyed) return
    this.remoteEnd(endStream)
    this.info.bytesReceived += data.length
    this.filters.decodeData(data, endStream)
    if (!this.filters.destroyed) this.armIdle()
  }

  decodeTrailers(trailers: HeaderMap): void {
    if (this.filters.destroyed) return
    this.armIdle()
    this.remoteEnd(true)
    this.filters.decodeTrailers(trailers)
  }

  private remoteEnd(endStream: boolean): void {
    if (!endStream) return
    this.filters.remoteDecodeComplete = true
    this.requestTimer?.cancel()
    this.info.lastRequestByteAt ??= this.manager.connection.loop.now
  }

  /** Answers a request that the codec refuses. */
  sendCodecReply(status: number, body: string, details: string): void {
    this.reply(status, body, details)
    // The reply leaves before the connection manager hears of the error, so nothing that formats it sees the flag.
    this.info.flags.add('DPE')
  }

  // ---------------------------------------------------------------- filter chain and upgrades

  /** The filters for this request; undefined when it asks for an upgrade that nobody allows. */
  private chooseChain(headers: HeaderMap): readonly ConfiguredFilter[] | undefined {
    const { config } = this
    const connect = headers.get(':method') === 'CONNECT'
    if (!connect && !(headers.has('upgrade') && isUpgrade(headers))) return config.filters
    const type = connect ? 'connect' : headers.get('upgrade')!.toLowerCase()
    const byRoute = this.cachedRoute?.route?.entry?.upgrades.get(type)
    if (byRoute === false) return undefined
    const configured = config.upgrades.get(type)
    if (!configured?.enabled && !byRoute) return undefined
    return configured?.filters ?? config.filters
  }

  // Tracing's span names travel in a header, whether or not anybody collects spans. A client's own name goes before ours.
  private takeOperation(headers: HeaderMap): void {
    this.traced = true
    if (this.config.tracing !== 'ingress' || !headers.has('x-envoy-decorator-operation')) return
    if (headers.get('x-envoy-decorator-operation') !== '') {
      this.operationOverridden = true
      this.decoratedOperation = undefined
    }
    headers.remove('x-envoy-decorator-operation')
  }

  private decorate(route: Route | undefined): void {
    const operation = route?.decorator?.operation ? route.decorator : undefined
    if (this.config.tracing === 'ingress') {
      if (!this.operationOverridden) this.decoratedOperation = operation
    } else if (this.config.tracing === 'egress' && operation?.propagate)
      this.headers?.set('x-envoy-decorator-operation', operation.operation)
  }

  // ---------------------------------------------------------------- the route

  route(): Route | undefined {
    if (this.cachedRoute) return this.cachedRoute.route
    const match = this.headers && this.config.routes.route(this.headers, this.info)
    if (match) this.trace.routed(match, this.config.services.scriptLog?.take() ?? [])
    this.setRoute(match?.route)
    return match?.route
  }

  setRoute(route: Route | undefined): void {
    this.info.route = route
    this.cachedRoute = { route }
    this.info.upstreamCluster = this.config.services.clusters.get(route?.entry?.clusterName)?.displayName
    this.decorate(route)
    this.refreshDuration(route)
    const idle = route?.entry?.idleTimeoutMs
    if (idle !== undefined) {
      this.idleTimeoutMs = idle
      if (idle === 0) this.idleTimer?.cancel()
    }
  }

  clearRouteCache(): void {
    this.cachedRoute = undefined
  }

  private refreshDuration(route: Route | undefined): void {
    const { headers } = this
    if (!route?.entry || !headers) return
    const timeout = streamDuration(route.entry, headers, this.config.maxStreamDurationMs)
    const isGrpc = route.entry.maxStreamDuration !== undefined && isGrpcRequest(headers)
    if (timeout === undefined) {
      if (this.durationTimer && isGrpc) headers.remove('grpc-timeout')
      this.durationTimer?.cancel()
      this.durationTimer = undefined
      return
    }
    if (isGrpc) headers.set('grpc-timeout', grpcTimeoutText(timeout))
    this.armDuration(Math.max(0, timeout - (this.manager.connection.loop.now - this.info.startedAt)))
  }

  // ---------------------------------------------------------------- response

  encode1xxHeaders(headers: HeaderMap): void {
    mutateResponse(headers, this.headers, this.config, this.info, { via: false })
    this.info.responseCode = Number(headers.get(':status'))
    this.encoder.encode1xxHeaders(headers)
  }

  encodeHeaders(headers: HeaderMap, endStream: boolean): void {
    const { config, manager, info } = this
    const { connection } = manager
    const before = this.trace.before(headers)
    if (!headers.has('date')) headers.set('date', httpDate(connection.host.startTime + connection.loop.now))
    if (
      config.serverTransformation === 'overwrite' ||
      (config.serverTransformation === 'appendIfAbsent' && !headers.has('server'))
    )
      headers.set('server', config.serverName)
    mutateResponse(headers, this.headers, config, info, { via: true })
    const http1 = manager.protocol !== 'HTTP/2'
    if (manager.protocol === 'HTTP/1.0') {
      if (!headers.has('content-length')) this.sawConnectionClose = true
      if (!this.sawConnectionClose) headers.set('connection', 'keep-alive')
    }
    if (manager.drain === 'none' && this.sawConnectionClose) manager.drain = 'closing'
    if (!this.filters.remoteDecodeComplete && http1) manager.drain = 'closing'
    const connect = this.headers?.get(':method') === 'CONNECT' && headers.get(':status') === '200'
    if (connect || (headers.has('upgrade') && isUpgrade(headers))) this.tunneling = true
    if (manager.drain !== 'none' && http1 && !this.tunneling) headers.set('connection', 'close')
    if (this.traced && config.tracing === 'ingress' && this.decoratedOperation?.propagate)
      headers.set('x-envoy-decorator-operation', this.decoratedOperation.operation)
    else if (config.tracing === 'egress') headers.remove('x-envoy-decorator-operation')
    info.responseCode = Number(headers.get(':status'))
    info.firstResponseByteSentAt ??= connection.loop.now
    info.responseHeaderBytes = headers.byteSize
    this.trace.responded(before, headers, info)
    this.armIdle()
    this.encoder.encodeHeaders(headers, endStream)
  }

  encodeData(data: Buffer, endStream: boolean): void {
    this.info.bytesSent += data.length
    this.trace.responseData(data)
    this.armIdle()
    this.encoder.encodeData(data, endStream)
  }

  encodeTrailers(trailers: HeaderMap): void {
    this.encoder.encodeTrailers(trailers)
  }

  endStream(): void {
    this.codecComplete = true
    this.info.lastResponseByteSentAt = this.manager.connection.loop.now
    this.manager.endStream(this)
  }

  onLocalReply(status: number): void {
    if (status === 400 && this.manager.protocol !== 'HTTP/2' && !this.encoder.streamErrorOnInvalidMessage)
      this.sawConnectionClose = true
  }

  rewriteLocalReply(reply: LocalReply): void {
    const by = this.config.localReply.rewrite(reply, this.info)
    if (by) this.trace.note(by)
  }

  recreateStream(responseHeaders?: HeaderMap): boolean {
    const { headers, manager, filters } = this
    if (!headers || !filters.remoteDecodeComplete) return false
    const body = filters.request.held
    this.info.responseCodeDetails = 'internal_redirect'
    if (responseHeaders) this.info.responseCode = Number(responseHeaders.get(':status'))
    this.recreating = true
    const state = new FilterState(manager.connection.info.filterState)
    for (const [name, object] of this.info.filterState.objects)
      if (object.lifeSpan === 'Request') state.objects.set(name, object)
    manager.endStream(this, false)
    const next = manager.recreate(this.encoder, state)
    next.info.bytesReceived = this.info.bytesReceived
    next.decodeHeaders(headers, !body)
    if (body) next.decodeData(body, true)
    return true
  }

  private reply(status: number, body: string, details: string, headers?: (headers: HeaderMap) => void): void {
    this.filters.reply(status, body, { details, ...(headers ? { headers } : {}) })
  }

  // ---------------------------------------------------------------- resets and the end

  resetStream(): void {
    this.manager.endStream(this)
  }

  /** The codec's side of a reset that began here. */
  resetCodec(): void {
    const { flags } = this.info
    const connect = this.headers?.get(':method') === 'CONNECT' && this.manager.protocol === 'HTTP/2'
    const reason: ResetReason =
      connect && (flags.has('UF') || flags.has('UC'))
        ? 'ConnectError'
        : flags.has('UPE')
          ? 'ProtocolError'
          : 'LocalReset'
    this.encoder.resetStream(reason)
  }

  onResetStream(reason: ResetReason, details: string): void {
    if (this.filters.destroyed) return
    if (details !== '') {
      if (reason === 'LocalReset') this.info.flags.add('DPE')
      this.info.responseCodeDetails = details
    }
    if (reason === 'RemoteReset') {
      this.info.flags.add('DR')
      if (details === '') this.info.responseCodeDetails = 'downstream_remote_reset'
    }
    this.manager.streamReset(this)
  }

  /** The connection is at its end while this stream is not. */
  connectionGone(details: string, protocolError: boolean): void {
    if (this.encoder.details !== '') this.info.responseCodeDetails = this.encoder.details
    else this.info.responseCodeDetails = details
    if (protocolError) this.info.flags.add('DPE')
    this.finish()
  }

  /** Timers, filters, log: nothing happens on this stream afterwards. */
  finish(): void {
    if (this.filters.destroyed) return
    this.idleTimer?.cancel()
    this.requestTimer?.cancel()
    this.headersTimer?.cancel()
    this.durationTimer?.cancel()
    if (this.manager.remoteClosed) {
      this.info.flags.add('DC')
      this.info.responseCodeDetails = 'downstream_remote_disconnect'
    }
    this.filters.destroy()
    this.config.services.streamEnded(this.info)
  }

  /** No need to wait for the client to close: it has sent everything, or the end of the connection ends the message. */
  get mayCloseAtOnce(): boolean {
    const http10 = this.manager.protocol === 'HTTP/1.0' && !this.filters.responseHeaders?.has('content-length')
    return (this.sawConnectionClose && (this.filters.remoteDecodeComplete || http10)) || this.tunneling
  }

  private armIdle(): void {
    this.idleTimer?.cancel()
    if (this.idleTimeoutMs <= 0) return
    this.idleTimer = this.manager.connection.loop.timer(this.idleTimeoutMs, () => {
      this.info.flags.add('SI')
      this.timedOut('stream timeout', 'stream_idle_timeout')
    })
  }

  private armDuration(ms: number): void {
    this.durationTimer?.cancel()
    this.durationTimer = this.manager.connection.loop.timer(ms, () =>
      this.timedOut('downstream duration timeout', 'max_duration_timeout', 4),
    )
  }

  private timedOut(body: string, details: string, grpcStatus?: number): void {
    const status = this.filters.remoteDecodeComplete ? 504 : 408
    this.filters.reply(status, body, { details, ...(grpcStatus === undefined ? {} : { grpcStatus }) })
  }
}
