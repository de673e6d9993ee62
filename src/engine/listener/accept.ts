import { Buffer } from '../buffer.ts'
import { fromLatin1 } from '../bytes.ts'
import { type ClientEnd, ServerConnection } from '../network/server-connection.ts'
import type { ProxyServices } from '../services.ts'
import { type Address, type ConnectionInfo, DynamicMetadata, FilterState } from '../stream-info.ts'
import type { Trace, TraceStep } from '../trace.ts'
import type { ClientSocket } from './client-socket.ts'
import type { ConfiguredListenerFilter, Listener, ReadyChain } from './listener.ts'
import { refusePlainText } from './plain-to-tls.ts'
import type { AcceptedSocket, ListenerFilter } from './types.ts'

/** Milliseconds a listener filter may wait for bytes: listener_filters_timeout when it is not configured. */
const FILTERS_TIMEOUT_MS = 15_000

export interface AcceptOptions {
  listener: Listener
  client: ClientSocket
  services: ProxyServices
  trace: Trace
  id: number
}

/**
 * A connection from accept to its filter chain: listener filters look at the first bytes, a chain is chosen, TLS ends,
 * and the network filters take over (source/common/listener_manager/active_tcp_listener.cc and active_tcp_socket.cc).
 */
export class AcceptedConnection implements AcceptedSocket {
  readonly info: ConnectionInfo
  readonly clientHello: { sni?: string; alpn: string[] } | undefined
  localAddressRestored = false
  readonly originalDestination: Address | undefined
  private readonly options: AcceptOptions
  private readonly buffer = new Buffer()
  private readonly filters: readonly { configured: ConfiguredListenerFilter; filter: ListenerFilter | undefined }[]
  private at = 0
  private closed = false
  private ended = false
  private connection: ServerConnection | undefined
  /** Bytes of a client that speaks no TLS to a server that does. */
  private plainText: Buffer | undefined
  private step: TraceStep | undefined

  constructor(options: AcceptOptions) {
    const { listener, client, trace, services } = options
    this.options = options
    const remote = { ...client.address }
    // use_original_dst restores the address like the filter does, as does the listener that a connection is handed to.
    const restored = listener.config.useOriginalDst || !listener.bound ? client.originalDestination : undefined
    const local = { ...(restored ?? listener.address) }
    this.localAddressRestored = restored !== undefined
    this.info = {
      id: options.id,
      remote,
      directRemote: { ...remote },
      local,
      directLocal: { ...local },
      requestedServerName: '',
      transportProtocol: '',
      applicationProtocols: [],
      dynamicMetadata: new DynamicMetadata(),
      typedMetadata: new Map(),
      filterState: new FilterState(),
      listenerName: listener.name,
      filterChainName: '',
    }
    this.originalDestination = client.originalDestination
    const { tls } = client
    this.clientHello = tls && { alpn: [...tls.alpn], ...(tls.sni === undefined ? {} : { sni: tls.sni }) }
    this.filters = listener.filters.map((configured) => ({
      configured,
      filter: configured.definition?.create({
        config: configured.config,
        shared: configured.shared,
        context: configured.context,
      }),
    }))
    trace.step({
      kind: 'listener',
      phase: 'connection',
      name: listener.name,
      path: listener.path,
      status: 'accepted',
      reason: `from ${remote.ip}`,
      at: services.loop.now,
    })
  }

  /** Runs the listener filters as far as they come with what the client sends at once: `prefix`, a TLS hello. */
  start(prefix: Uint8Array): void {
    const { listener, services } = this.options
    const limit = services.runtime.number(
      `envoy.resource_limits.listener.${listener.name}.connection_limit`,
      Number.POSITIVE_INFINITY,
    )
    if (listener.connections.size >= limit) {
      this.options.trace.note(`the listener's connection limit is ${limit}: closed`)
      this.end(false)
      return
    }
    listener.connections.add(this)
    this.buffer.append(prefix)
    if (this.clientHello) this.buffer.append(CLIENT_HELLO)
    this.runFilters()
    const timeout = this.options.listener.config.listenerFiltersTimeout
    const ms = timeout ? Number(timeout.seconds) * 1000 + timeout.nanos / 1e6 : FILTERS_TIMEOUT_MS
    if (!this.connection && !this.closed && ms > 0)
      this.options.services.loop.timer(ms, () => {
        if (this.connection || this.closed) return
        if (this.options.listener.config.continueOnListenerFiltersTimeout) this.chooseChain()
        else this.end(false)
      })
  }

  /** Bytes of the client; those of a TLS client are what it would say once the handshake is through. */
  receive(bytes: Uint8Array): void {
    if (this.closed) return
    if (this.connection) {
      if (this.plainText) this.receivePlainText(this.plainText, bytes)
      else this.connection.receive(bytes)
      return
    }
    this.buffer.append(bytes)
    this.runFilters()
  }

  receiveEnd(): void {
    if (this.closed) return
    this.ended = true
    if (this.connection) this.connection.receiveEnd()
    else this.runFilters()
  }

  clientClosed(): void {
    if (this.closed) return
    if (this.connection) this.connection.clientClosed()
    else this.closed = true
    this.options.listener.connections.delete(this)
  }

  peek(): Uint8Array {
    return this.buffer.bytes()
  }

  drain(count: number): void {
    this.buffer.drain(count)
  }

  close(details: string): void {
    this.info.terminationDetails ??= details
    this.end(false)
  }

  note(text: string): void {
    const { trace } = this.options
    const focus = trace.focus(this.step)
    trace.note(text)
    trace.focus(focus)
  }

  private runFilters(): void {
    while (this.at < this.filters.length && !this.closed) {
      const { configured, filter } = this.filters[this.at]!
      this.record(configured)
      if (configured.disabled(this.info)) this.note('filter_disabled applies: it is passed over')
      else if (filter) {
        const status = filter.onAccept(this, this.ended)
        if (this.step) this.step.status = status
        if (this.closed) return
        if (status === 'Close') {
          this.end(false)
          return
        }
        if (status === 'WaitForData') {
          if (this.ended) this.end(false)
          return
        }
      }
      this.step = undefined
      this.at++
    }
    if (!this.closed && !this.connection) this.chooseChain()
  }

  private record(configured: ConfiguredListenerFilter): void {
    const { trace, services } = this.options
    if (!trace.enabled || this.step) return
    const { definition, remark } = configured
    this.step = trace.step({
      kind: 'listener_filter',
      phase: 'connection',
      name: configured.name,
      path: configured.path,
      at: services.loop.now,
      ...(definition ? {} : { status: 'not simulated', reason: remark ?? '' }),
      ...(definition && definition.notModelled.length > 0 ? { notModelled: definition.notModelled } : {}),
    })
  }

  private chooseChain(): void {
    const { listener, trace, services } = this.options
    if (this.info.transportProtocol === '') this.info.transportProtocol = 'raw_buffer'
    const { chain, reason } = listener.chooseChain(this.info)
    trace.step({
      kind: 'filter_chain',
      phase: 'connection',
      name: chain ? chain.name || 'filter chain' : 'no filter chain',
      status: chain ? 'chosen' : 'closed',
      reason,
      at: services.loop.now,
      ...(chain ? { path: chain.path } : {}),
    })
    if (!chain) {
      this.info.terminationDetails ??= 'filter_chain_not_found'
      this.end(false)
      return
    }
    this.info.filterChainName = chain.name
    this.enter(chain)
  }

  private enter(chain: ReadyChain): void {
    const { client, services, trace, listener } = this.options
    const context = chain.transport.tls
    const { tls } = client
    const handshake = context && tls ? context.handshake(tls) : undefined
    const failed = handshake && 'failure' in handshake ? handshake.failure : undefined
    // A plain-text server reads the client's hello as data; its answer makes the client give up.
    const end: ClientEnd = {
      ...client.end,
      ...(!context && tls ? { onData: () => client.handshakeFailed() } : {}),
      // What filters say before the handshake waits for it.
      ...(context && (!tls || failed) ? { onData: () => undefined, onHalfClose: () => undefined } : {}),
      onClosed: (reset) => {
        listener.connections.delete(this)
        client.end.onClosed(reset)
      },
    }
    this.connection = new ServerConnection({
      loop: services.loop,
      host: services.host,
      trace,
      info: this.info,
      client: end,
      http2: client.http2,
      handshakePending: context !== undefined && !(handshake && 'tls' in handshake),
      bufferLimit: listener.bufferLimit,
    })
    if (handshake && 'tls' in handshake) {
      this.info.tls = handshake.tls
      this.buffer.drain(CLIENT_HELLO.length)
    } else if (context) {
      this.startWithoutTls(chain, failed)
      return
    }
    this.connection.start(chain.filters)
    if (this.buffer.length > 0) {
      const bytes = this.buffer.bytes()
      this.buffer.clear()
      this.connection.receive(bytes)
    }
    if (this.ended) this.connection.receiveEnd()
  }

  // Filters are told of a connection before its handshake: they may connect to a server whose client never gets in.
  private startWithoutTls(chain: ReadyChain, failure: string | undefined): void {
    const { loop } = this.options.services
    this.connection!.start(chain.filters)
    if (this.closed) return
    if (failure !== undefined) {
      this.plainText = new Buffer()
      this.buffer.clear()
      loop.post(() => loop.post(() => this.failHandshake(failure)))
      return
    }
    this.plainText = this.buffer
    this.receivePlainText(this.buffer, new Uint8Array(0))
    if (this.ended) this.connection!.receiveEnd()
  }

  private receivePlainText(held: Buffer, bytes: Uint8Array): void {
    held.append(bytes)
    const refusal = refusePlainText(held.bytes())
    if (!refusal) return
    const { client } = this.options
    if (client.tls) return
    if (refusal.alert.length > 0) client.end.onData(refusal.alert)
    this.info.transportFailureReason = refusal.failure
    this.options.trace.note(`TLS handshake failed: ${refusal.failure}`)
    this.end(false)
  }

  private failHandshake(failure: string): void {
    if (this.closed) return
    const { trace, client } = this.options
    this.info.transportFailureReason = failure
    trace.note(`TLS handshake failed: ${failure}`)
    client.handshakeFailed()
    this.end(false)
  }

  private end(reset: boolean): void {
    if (this.closed) return
    this.closed = true
    this.options.listener.connections.delete(this)
    if (this.connection?.open) this.connection.close('NoFlush')
    else if (!this.connection) this.options.client.end.onClosed(reset)
  }
}

/** How a TLS client begins, for whoever looks at bytes: a handshake record with a client hello. */
const CLIENT_HELLO = fromLatin1('\x16\x03\x01\x00\x05\x01\x00\x00\x01\x03')
