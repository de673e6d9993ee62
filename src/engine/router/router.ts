import { Buffer } from '../buffer.ts'
import type { Timer } from '../event-loop.ts'
import type { ResetReason } from '../http/codec/types.ts'
import type { DataStatus, HeadersStatus } from '../http/filter.ts'
import { HeaderMap } from '../http/header-map.ts'
import { isGrpcRequest, replaceSpaces, unsigned } from '../http/header-utility.ts'
import type { Route, RouteEntry, ShadowPolicy } from '../route/types.ts'
import type { ResponseFlag } from '../stream-info.ts'
import type { Cluster } from '../upstream/cluster.ts'
import { Attempts } from './attempts.ts'
import { withClusterPolicies } from './cluster-policies.ts'
import { respondDirectly } from './direct-response.ts'
import { setUpInternalRedirect } from './redirect.ts'
import { resetReply } from './reset-reply.ts'
import { createRetryState, type RetryState, type RetryStatus } from './retry-state.ts'
import { sendShadows } from './shadow.ts'
import { checkStrictHeaders } from './strict-headers.ts'
import { finalTimeouts, setTimeoutHeaders, type Timeouts, takeHedging } from './timeouts.ts'
import { type RouterConfig, type RouterStream, resetReasonText } from './types.ts'
import { UpstreamRequest } from './upstream-request.ts'
import { setUpstreamScheme } from './upstream-scheme.ts'

/** The end of an HTTP filter chain: answers by the route, or sends the request on (source/common/router/router.cc). */
export class Router {
  readonly stream: RouterStream
  readonly config: RouterConfig
  headers = new HeaderMap('request')
  trailers: HeaderMap | undefined
  entry!: RouteEntry
  timeouts: Timeouts = { global: 0, perTry: 0, perTryIdle: 0 }
  /** A response has begun to go to the client. */
  responseStarted = false
  /** The request has been read in full. */
  requestComplete = false
  maxStreamDurationMs: number | undefined
  tunnelsTcp = false
  private cluster: Cluster | undefined
  private retryState: RetryState | undefined
  private readonly attempts = new Attempts()
  private attemptCount = 1
  private pendingRetries = 0
  private isRetry = false
  private upstreamStarted = false
  private timeoutStatus = 504
  private hedging = false
  private grpc = false
  private bodyOverflowed = false
  private shadows: ShadowPolicy[] = []
  private shadowHeaders: HeaderMap | undefined
  /** Undefined when the request is all headers. */
  private shadowBody: Buffer | undefined
  private responseTimer: Timer | undefined
  private completeAt: number | undefined

  constructor(stream: RouterStream, config: RouterConfig) {
    this.stream = stream
    this.config = config
  }

  decodeHeaders(headers: HeaderMap, endStream: boolean): HeadersStatus {
    this.headers = headers
    this.grpc = isGrpcRequest(headers)
    const route = this.stream.route()
    if (!route) return this.refuse(404, '', 'NR', 'route_not_found')
    if (route.directResponse)
      return respondDirectly(this.stream, headers, route, route.directResponse, !this.config.suppressEnvoyHeaders)
    if (!route.entry) return this.refuse(503, '', 'NC', 'cluster_not_found')
    this.entry = route.entry
    const cluster = this.config.clusters.get(route.entry.clusterName)
    if (!cluster) return this.refuse(route.entry.clusterNotFoundStatus, '', 'NC', 'cluster_not_found')
    this.cluster = cluster
    return this.forward(route, cluster, endStream)
  }

  private forward(route: Route, cluster: Cluster, endStream: boolean): HeadersStatus {
    const { stream, headers, config } = this
    const { info } = stream
    info.virtualClusterName = route.virtualCluster(headers)
    const invalid = checkStrictHeaders(headers, config.strictCheckHeaders)
    if (invalid) return this.refuse(400, invalid.body, 'IH', invalid.details)
    headers.remove('x-envoy-upstream-alt-stat-name')
    const target = config.clusters.choose(cluster, {
      criteria: this.entry.metadataMatch,
      override: stream.upstreamOverrideHost,
      connection: info.connection,
      headers,
    })
    const override = stream.upstreamOverrideHost
    if (!target)
      return this.refuse(
        (override?.strict && override.statusWhenMissing) || 503,
        'no healthy upstream',
        'UH',
        'no_healthy_upstream',
      )
    this.cluster = target
    this.entry = withClusterPolicies(this.entry, target)
    const { entry } = this
    info.upstream.cluster = target.name
    info.upstream.clusterMetadata = target.metadata

    this.hedging = takeHedging(entry, headers)
    this.timeouts = finalTimeouts(entry, headers, this.timeoutOptions())
    this.maxStreamDurationMs = unsigned(headers.get('x-envoy-upstream-stream-duration-ms'))
    headers.remove('x-envoy-upstream-stream-duration-ms')
    if (headers.remove('x-envoy-upstream-rq-timeout-alt-response') > 0) this.timeoutStatus = 204
    if (entry.includeAttemptCountInRequest) headers.set('x-envoy-attempt-count', '1')
    info.attemptCount = 1
    entry.finalizeRequestHeaders(headers, info, { insertOriginalPath: !config.suppressEnvoyHeaders })
    setUpstreamScheme(headers, info, target.host.tls)
    this.retryState = createRetryState(entry, headers, target, stream.loop, stream.host)
    this.tunnelsTcp = this.endsTunnel()
    if (headers.get(':method') !== 'CONNECT')
      for (const policy of entry.shadows)
        if (policy.sampled(info)) {
          this.shadows.push(policy)
          this.shadowHeaders ??= headers.clone()
          this.shadowBody ??= endStream ? undefined : new Buffer()
        }
    const attempt = new UpstreamRequest(this, target, 1)
    this.attempts.add(attempt)
    attempt.acceptHeaders(endStream)
    if (endStream) this.onRequestComplete()
    return 'StopIteration'
  }

  private refuse(status: number, body: string, flag: ResponseFlag, details: string): HeadersStatus {
    this.stream.info.flags.add(flag)
    return this.stream.reply(status, body, { details, headers: (headers) => this.modifyResponse(headers) })
  }

  private timeoutOptions() {
    return {
      insertExpected: !this.config.suppressEnvoyHeaders,
      grpc: this.grpc,
      hedging: this.hedging,
      respectExpected: this.config.respectExpectedRqTimeout,
    }
  }

  private endsTunnel(): boolean {
    const method = this.headers.get(':method')
    const config = this.entry.connectConfig
    return config !== undefined && (method === 'CONNECT' || (config.allowPost && method === 'POST'))
  }

  /** Headers that the router adds to whatever answer there will be. */
  private modifyResponse(headers: HeaderMap): void {
    if (this.stream.info.attemptCount !== undefined && this.entry?.includeAttemptCountInResponse)
      headers.set('x-envoy-attempt-count', String(this.attemptCount))
  }

  decodeData(data: Buffer, endStream: boolean): DataStatus {
    const { stream } = this
    let buffering = this.retryState?.enabled === true || this.entry.internalRedirect.enabled
    this.shadowBody?.append(data.bytes().slice())
    const held = stream.decodingBuffer()?.length ?? 0
    const limit = this.entry.requestBodyBufferLimit ?? (stream.bufferLimit || Number.POSITIVE_INFINITY)
    if (buffering && held + data.length > limit) {
      this.retryState?.cancel()
      this.retryState = undefined
      buffering = false
      this.bodyOverflowed = true
      if (this.attempts.empty) {
        this.cleanUp()
        stream.reply(507, 'exceeded request buffer limit while retrying upstream', {
          details: 'request_payload_exceeded_retry_buffer_limit',
          headers: (headers) => this.modifyResponse(headers),
        })
        return 'StopIterationNoBuffer'
      }
    }
    const attempt = this.attempts.first
    if (buffering) {
      attempt?.acceptData(data.copy(), endStream)
      stream.addDecodedData(data, true)
    } else if (attempt) attempt.acceptData(data, endStream)
    else {
      this.cleanUp()
      stream.reply(503, 'upstream is closed prematurely during decoding data from downstream', {
        details: 'upstream_reset_before_response_started',
        headers: (headers) => this.modifyResponse(headers),
      })
      return 'StopIterationNoBuffer'
    }
    if (endStream) this.onRequestComplete()
    return 'StopIterationNoBuffer'
  }

  decodeTrailers(trailers: HeaderMap): 'StopIteration' {
    this.trailers = trailers
    this.attempts.first?.acceptTrailers(trailers)
    this.onRequestComplete()
    return 'StopIteration'
  }

  private onRequestComplete(): void {
    this.requestComplete = true
    const { stream, timeouts } = this
    this.completeAt = stream.loop.now
    if (this.shadows.length > 0 && this.shadowHeaders)
      sendShadows(
        this.shadows,
        this.shadowHeaders,
        this.shadowBody,
        this.trailers,
        stream,
        this.config.clusters.asyncClient,
        timeouts.global,
      )
    if (this.attempts.empty) return
    if (timeouts.global > 0) this.responseTimer = stream.loop.timer(timeouts.global, () => this.onResponseTimeout())
    this.attempts.requestComplete()
  }

  /** auto_host_rewrite: the name of the chosen host becomes the authority. */
  rewriteHost(hostname: string): void {
    const { headers, entry } = this
    if (entry.appendXForwardedHost && headers.has(':authority'))
      headers.append('x-forwarded-host', headers.get(':authority')!)
    headers.set(':authority', hostname)
  }

  // ---------------------------------------------------------------- time

  private onResponseTimeout(): void {
    this.attempts.giveUpAll(504)
    this.timedOut('response_timeout')
  }

  onPerTryTimeout(attempt: UpstreamRequest, details: string): void {
    if (this.hedging) {
      this.onSoftPerTryTimeout(attempt)
      return
    }
    attempt.resetStream()
    attempt.cluster.outliers?.put(504)
    attempt.trace.failed('it took too long')
    if (this.retryReset('LocalReset', attempt, true)) return
    this.attempts.drop(attempt)
    this.timedOut(details)
  }

  // The attempt goes on, and another one is made beside it.
  private onSoftPerTryTimeout(attempt: UpstreamRequest): void {
    if (this.responseStarted || !this.retryState) return
    const status = this.retryState.shouldHedge(() => this.doRetry(true))
    if (status === 'yes') {
      this.pendingRetries++
      attempt.retried = true
    } else this.noteNoRetry(status)
  }

  onMaxStreamDuration(attempt: UpstreamRequest): void {
    attempt.resetStream()
    if (this.retryReset('LocalReset', attempt, false)) return
    this.attempts.drop(attempt)
    this.cleanUp()
    this.stream.info.flags.add('UMSDR')
    this.stream.reply(this.requestComplete ? 504 : 408, 'upstream max stream duration reached', {
      details: 'upstream_max_stream_duration_reached',
      headers: (headers) => this.modifyResponse(headers),
    })
  }

  private timedOut(details: string): void {
    this.abort(this.timeoutStatus, 'UT', this.timeoutStatus === 504 ? 'upstream request timeout' : '', false, details)
  }

  private abort(status: number, flag: ResponseFlag, body: string, dropped: boolean, details: string): void {
    this.stream.info.flags.add(flag)
    this.cleanUp()
    this.stream.reply(status, body, {
      details,
      headers: (headers) => {
        if (dropped && !this.config.suppressEnvoyHeaders) headers.set('x-envoy-overloaded', 'true')
        this.modifyResponse(headers)
      },
    })
  }

  // ---------------------------------------------------------------- what comes of the attempts

  onEncodeProblem(problem: string): void {
    this.stream.info.flags.add('DPE')
    this.stream.reply(503, problem, {
      details: `filter_removed_required_request_headers{${replaceSpaces(problem)}}`,
    })
  }

  onUpstream1xx(headers: HeaderMap, attempt: UpstreamRequest): void {
    this.responseStarted = true
    this.attempts.keepOnly(attempt)
    this.retryState?.cancel()
    this.retryState = undefined
    this.stream.encode1xxHeaders(headers)
  }

  onUpstreamReset(reason: ResetReason, transportFailure: string, attempt: UpstreamRequest): void {
    if (reason !== 'Overflow') attempt.cluster.outliers?.put(503)
    attempt.trace.failed(`${resetReasonText(reason)}${transportFailure ? ` (${transportFailure})` : ''}`)
    if (this.retryReset(reason, attempt, false)) return
    this.attempts.drop(attempt)
    if (this.attempts.othersAwaitHeaders(attempt) || this.pendingRetries > 0) return
    const reply = resetReply(reason, transportFailure, this.isRetry, this.responseStarted)
    this.abort(reply.status, reply.flag, reply.body, reason === 'Overflow', reply.details)
  }

  onUpstreamHeaders(headers: HeaderMap, attempt: UpstreamRequest, endStream: boolean): void {
    const { stream, entry } = this
    const status = Number(headers.get(':status'))
    attempt.cluster.outliers?.put(status)
    if (status !== 101 && status < 400 && this.headers.get('upgrade')?.toLowerCase() === 'websocket') {
      this.refuseHandshake(headers, status, attempt)
      return
    }
    this.modifyResponse(headers)
    let couldNotRetry = false
    if (this.retryState) {
      if (attempt.retried) couldNotRetry = this.retryState.wouldRetryFromHeaders(headers)
      else {
        const verdict = this.retryState.shouldRetryHeaders(headers, () => this.doRetry(false))
        if (verdict === 'yes') {
          this.pendingRetries++
          stream.note('it is retried')
          attempt.resetStream()
          this.attempts.drop(attempt)
          return
        }
        couldNotRetry = this.noteNoRetry(verdict)
      }
    }
    if (
      entry.internalRedirect.enabled &&
      entry.internalRedirect.handles(status) &&
      this.redirectInternally(headers, status)
    )
      return
    if (couldNotRetry && (this.attempts.othersAwaitHeaders(attempt) || this.pendingRetries > 0)) {
      attempt.resetStream()
      this.attempts.drop(attempt)
      return
    }
    this.retryState?.cancel()
    this.retryState = undefined
    if (this.completeAt !== undefined && !this.config.suppressEnvoyHeaders)
      headers.set('x-envoy-upstream-service-time', String(Math.trunc(stream.loop.now - this.completeAt)))
    const details = attempt.replyDetails ?? 'via_upstream'
    stream.info.responseCodeDetails = details
    stream.info.responseCode = status
    stream.route()?.finalizeResponseHeaders(headers, stream.info)
    this.responseStarted = true
    this.attempts.keepOnly(attempt)
    if (endStream) this.onUpstreamComplete(attempt)
    stream.encodeHeaders(headers, endStream, details)
  }

  // Only 101 and errors are answers to a WebSocket handshake: anything else loses its body (check_switch_protocol_websocket_handshake).
  private refuseHandshake(headers: HeaderMap, status: number, attempt: UpstreamRequest): void {
    const { stream } = this
    attempt.resetStream()
    this.attempts.drop(attempt)
    this.cleanUp()
    stream.reply(status, '', {
      details: 'websocket_handshake_unsuccessful',
      headers: (response) => {
        headers.forEach((name, value) => {
          if (!name.startsWith(':') && name !== 'content-length' && name !== 'transfer-encoding')
            response.add(name, value)
        })
      },
    })
  }

  onUpstreamData(data: Buffer, attempt: UpstreamRequest, endStream: boolean): void {
    if (endStream) this.onUpstreamComplete(attempt)
    this.stream.encodeData(data, endStream)
  }

  onUpstreamTrailers(trailers: HeaderMap, attempt: UpstreamRequest): void {
    this.onUpstreamComplete(attempt)
    this.stream.encodeTrailers(trailers)
  }

  private onUpstreamComplete(attempt: UpstreamRequest): void {
    if (!this.requestComplete) attempt.resetStream()
    this.attempts.drop(attempt)
    this.cleanUp()
  }

  private redirectInternally(response: HeaderMap, status: number): boolean {
    const { stream, headers } = this
    if (!this.requestComplete || (this.bodyOverflowed && stream.decodingBuffer()) || !response.has('location'))
      return false
    return setUpInternalRedirect(stream, this.entry, headers, response, status) && stream.recreateStream(response)
  }

  // ---------------------------------------------------------------- retries

  private retryReset(reason: ResetReason, attempt: UpstreamRequest, timeout: boolean): boolean {
    if (this.responseStarted || !this.retryState || attempt.retried) return false
    this.upstreamStarted ||= attempt.started
    const status = this.retryState.shouldRetryReset(reason, this.upstreamStarted, () => this.doRetry(timeout))
    if (status !== 'yes') {
      this.noteNoRetry(status)
      return false
    }
    this.pendingRetries++
    this.stream.note(`${resetReasonText(reason)}: it is retried`)
    this.attempts.drop(attempt)
    return true
  }

  private noteNoRetry(status: RetryStatus): boolean {
    if (status === 'overflow') this.stream.info.flags.add('UO')
    else if (status === 'limitExceeded') this.stream.info.flags.add('URX')
    return status === 'overflow' || status === 'limitExceeded'
  }

  private doRetry(timeout: boolean): void {
    const { stream, entry, headers } = this
    this.isRetry = true
    this.attemptCount++
    stream.info.attemptCount = this.attemptCount
    this.pendingRetries--
    if (entry.includeAttemptCountInRequest) headers.set('x-envoy-attempt-count', String(this.attemptCount))
    if (entry.includeIsTimeoutRetryHeader) headers.set('x-envoy-is-timeout-retry', String(timeout))
    if (this.completeAt !== undefined) {
      const elapsed = stream.loop.now - this.completeAt
      setTimeoutHeaders(elapsed, this.timeouts, entry, headers, this.timeoutOptions())
    }
    const body = stream.decodingBuffer()
    const attempt = new UpstreamRequest(this, this.cluster!, this.attemptCount)
    this.attempts.add(attempt)
    attempt.acceptHeaders(!body && !this.trailers && this.requestComplete)
    if (!this.attempts.has(attempt)) return
    if (body) attempt.acceptData(body.copy(), !this.trailers && this.requestComplete)
    if (this.trailers) attempt.acceptTrailers(this.trailers)
  }

  private cleanUp(): void {
    this.retryState?.cancel()
    this.retryState = undefined
    this.responseTimer?.cancel()
  }

  onDestroy(): void {
    this.attempts.giveUpAll()
    this.cleanUp()
  }
}
