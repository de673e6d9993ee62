import { Buffer } from '../buffer.ts'
import type { Timer } from '../event-loop.ts'
import type { ResetReason } from '../http/codec/types.ts'
import type { HeaderMap } from '../http/header-map.ts'
import type { Cluster, UpstreamCallbacks, UpstreamHost, UpstreamStream } from '../upstream/cluster.ts'
import { newUpstreamStream, type PendingStream } from '../upstream/pool.ts'
import { AttemptTrace } from './attempt-trace.ts'
import type { Router } from './router.ts'
import { UpstreamChain } from './upstream-chain.ts'

/**
 * One attempt of the router at a cluster: waits for a stream, sends what the router has, passes on what comes
 * (source/common/router/upstream_request.cc).
 */
export class UpstreamRequest implements UpstreamCallbacks {
  readonly cluster: Cluster
  readonly trace: AttemptTrace
  awaitingHeaders = true
  retried = false
  /** The request has been sent in full. */
  sentEnd = false
  host: UpstreamHost | undefined
  hadUpstream = false
  started = false
  private readonly router: Router
  private readonly chain: UpstreamChain | undefined
  private readonly body = new Buffer()
  private upstream: UpstreamStream | undefined
  private pending: PendingStream | undefined
  private trailers: HeaderMap | undefined
  private headersOnly = false
  private ended = false
  private responseEnded = false
  private pausedForConnect = false
  private perTryTimer: Timer | undefined
  private perTryIdleTimer: Timer | undefined
  private maxDurationTimer: Timer | undefined
  private perTryOnComplete = false
  private gone = false

  constructor(router: Router, cluster: Cluster, number: number) {
    this.trace = new AttemptTrace(router.stream.trace, router.stream.loop, cluster, number)
    this.router = router
    this.cluster = cluster
    const filters = cluster.filters.length > 0 ? cluster.filters : router.config.upstreamFilters
    this.chain = filters.length > 0 ? new UpstreamChain(this, router, filters) : undefined
  }

  /** Why the response is not the server's: a filter of the cluster's or the router's chain answered. */
  get replyDetails(): string | undefined {
    return this.chain?.replyDetails
  }

  acceptHeaders(endStream: boolean): void {
    this.headersOnly = endStream
    this.ended = endStream
    const { router } = this
    this.pending = newUpstreamStream(this.cluster, this, {
      downstreamProtocol: router.stream.info.protocol,
      tcp: router.tunnelsTcp,
      priority: router.entry.priority,
      // Upstream filters and CONNECT have something to do before the stream may come.
      atOnce: this.chain === undefined && router.headers.get(':method') !== 'CONNECT',
    })
    if (router.headers.get(':method') === 'CONNECT') this.pausedForConnect = true
    this.chain?.decodeHeaders(router.headers, endStream)
  }

  acceptData(data: Buffer, endStream: boolean): void {
    this.ended = endStream
    if (this.chain) this.chain.decodeData(data, endStream)
    else this.sendData(data, endStream)
  }

  acceptTrailers(trailers: HeaderMap): void {
    this.ended = true
    if (this.chain) this.chain.decodeTrailers(trailers)
    else this.sendTrailers(trailers)
  }

  // ---------------------------------------------------------------- to the server

  onPoolReady(stream: UpstreamStream, host: UpstreamHost): void {
    this.pending = undefined
    this.upstream = stream
    this.hadUpstream = true
    this.hostSelected(host)
    const { router } = this
    const { info, loop } = router.stream
    info.upstream.protocol = stream.protocol === 'TCP' ? undefined : stream.protocol
    info.upstream.connectedAt ??= loop.now
    if (stream.protocol === 'TCP') this.pausedForConnect = false
    if (router.requestComplete) this.armPerTry()
    else this.perTryOnComplete = true
    const max = router.maxStreamDurationMs ?? this.cluster.maxStreamDurationMs
    if (max) this.maxDurationTimer = loop.timer(max, () => router.onMaxStreamDuration(this))
    if (router.entry.autoHostRewrite && host.hostname !== '') router.rewriteHost(host.hostname)
    if (this.chain) this.chain.ready()
    else this.sendHeaders(this.headersOnly)
  }

  /** Writes the headers; afterwards whatever body has gathered. */
  sendHeaders(endStream: boolean): void {
    const { router } = this
    this.started = true
    router.stream.info.upstream.firstByteSentAt ??= router.stream.loop.now
    const problem = this.upstream!.encodeHeaders(router.headers, endStream)
    if (problem !== undefined) {
      router.onEncodeProblem(problem)
      return
    }
    this.trace.sent(router.headers, this.upstream!.protocol)
    if (endStream) this.sentAll()
    if (!this.pausedForConnect) this.flush()
  }

  sendData(data: Buffer, endStream: boolean): void {
    this.trace.sentData(data)
    if (!this.upstream || !this.started || this.pausedForConnect) {
      this.body.moveFrom(data)
      return
    }
    if (endStream) this.sentAll()
    this.upstream.encodeData(data, endStream)
  }

  sendTrailers(trailers: HeaderMap): void {
    this.trailers = trailers
    if (this.upstream && this.started && !this.pausedForConnect) this.flush()
  }

  private flush(): void {
    const ends = this.ended && !this.trailers
    // A filter may have taken all of the body: the end still has to be said.
    if (this.body.length > 0 || (ends && !this.sentEnd)) {
      this.upstream?.encodeData(this.body, ends)
      if (ends) this.sentAll()
    }
    if (this.trailers) {
      this.upstream?.encodeTrailers(this.trailers)
      this.sentAll()
    }
  }

  private sentAll(): void {
    this.sentEnd = true
    this.router.stream.info.upstream.lastByteSentAt = this.router.stream.loop.now
  }

  onPoolFailure(reason: ResetReason, transportFailure: string, host: UpstreamHost | undefined): void {
    this.pending = undefined
    if (host) this.hostSelected(host)
    if (reason === 'ConnectionTimeout')
      this.router.stream.note('the cluster speaks TLS, and its server does not: the handshake times out')
    this.router.stream.info.upstream.transportFailureReason = transportFailure || undefined
    this.onResetStream(reason, transportFailure)
  }

  private hostSelected(host: UpstreamHost): void {
    this.host = host
    const { upstream } = this.router.stream.info
    upstream.host = host.address
    // Servers are stubs beside the proxy, so that is where connections come from.
    upstream.localAddress = { ip: host.address.ip.includes(':') ? '::1' : '127.0.0.1', port: 0 }
    upstream.hostsAttempted = [...(upstream.hostsAttempted ?? []), { address: host.address }]
    upstream.hostMetadata = host.metadata
  }

  // ---------------------------------------------------------------- from the server

  decode1xxHeaders(headers: HeaderMap): void {
    if (this.chain) this.chain.encode1xxHeaders(headers)
    else this.router.onUpstream1xx(headers, this)
  }

  decodeHeaders(headers: HeaderMap, endStream: boolean): void {
    this.router.stream.info.upstream.firstByteReceivedAt ??= this.router.stream.loop.now
    if (endStream) this.receivedAll()
    this.trace.answered(headers)
    if (this.chain) this.chain.encodeHeaders(headers, endStream)
    else this.responseHeaders(headers, endStream)
  }

  decodeData(data: Buffer, endStream: boolean): void {
    if (endStream) this.receivedAll()
    this.trace.answeredData(data)
    if (this.chain) this.chain.encodeData(data, endStream)
    else this.responseData(data, endStream)
  }

  decodeTrailers(trailers: HeaderMap): void {
    this.receivedAll()
    if (this.chain) this.chain.encodeTrailers(trailers)
    else this.router.onUpstreamTrailers(trailers, this)
  }

  /** Response headers behind the upstream filters. Unknown 1xx end here. */
  responseHeaders(headers: HeaderMap, endStream: boolean): void {
    if (this.gone) return
    this.restartIdle()
    const status = Number(headers.get(':status'))
    if (status >= 100 && status < 200 && status !== 101) return
    this.awaitingHeaders = false
    if (this.pausedForConnect && status === 200) {
      this.pausedForConnect = false
      this.flush()
    }
    this.router.onUpstreamHeaders(headers, this, endStream)
  }

  responseData(data: Buffer, endStream: boolean): void {
    if (this.gone) return
    this.restartIdle()
    this.router.onUpstreamData(data, this, endStream)
  }

  private receivedAll(): void {
    this.responseEnded = true
    this.router.stream.info.upstream.lastByteReceivedAt = this.router.stream.loop.now
  }

  onResetStream(reason: ResetReason, transportFailure: string): void {
    this.upstream = undefined
    this.awaitingHeaders = false
    if (!this.gone) this.router.onUpstreamReset(reason, transportFailure, this)
  }

  // ---------------------------------------------------------------- time and the end

  /** The request has been read in full: now the time of one try runs. */
  requestComplete(): void {
    if (this.perTryOnComplete) this.armPerTry()
  }

  private armPerTry(): void {
    this.perTryOnComplete = false
    const { timeouts, stream } = this.router
    if (timeouts.perTry > 0)
      this.perTryTimer = stream.loop.timer(timeouts.perTry, () => {
        if (!this.router.responseStarted) this.router.onPerTryTimeout(this, 'upstream_per_try_timeout')
      })
    this.restartIdle(true)
  }

  private restartIdle(first = false): void {
    const { timeouts, stream } = this.router
    if (timeouts.perTryIdle <= 0 || (!first && !this.perTryIdleTimer)) return
    this.perTryIdleTimer?.cancel()
    this.perTryIdleTimer = stream.loop.timer(timeouts.perTryIdle, () =>
      this.router.onPerTryTimeout(this, 'upstream_per_try_idle_timeout'),
    )
  }

  /** Gives the attempt up. */
  resetStream(): void {
    this.pending?.cancel()
    this.pending = undefined
    if (!(this.sentEnd && this.responseEnded)) this.upstream?.resetStream()
    this.upstream = undefined
  }

  /** The router has let go of this attempt: nothing of it counts any more. */
  release(): void {
    this.gone = true
    this.perTryTimer?.cancel()
    this.perTryIdleTimer?.cancel()
    this.maxDurationTimer?.cancel()
    this.chain?.destroy()
  }
}
