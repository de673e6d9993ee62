import { Buffer } from '../buffer.ts'
import type { EventLoop, Timer } from '../event-loop.ts'
import type { Host } from '../host.ts'
import type { Http2Peer } from '../http/codec/http2-peer.ts'
import type { ConnectionInfo } from '../stream-info.ts'
import type { Trace, TraceStep } from '../trace.ts'
import type { CloseType, ConfiguredNetworkFilter, NetworkConnection, NetworkFilter, NetworkStatus } from './types.ts'

/** The client's end of a connection, as the server reaches it. */
export interface ClientEnd {
  onData(bytes: Uint8Array): void
  /** The server will send no more, but still reads. */
  onHalfClose(): void
  onClosed(reset: boolean): void
}

export interface ServerConnectionOptions {
  loop: EventLoop
  host: Host
  trace: Trace
  info: ConnectionInfo
  client: ClientEnd
  http2: Http2Peer | undefined
  /** The filters begin before the TLS handshake is through. */
  handshakePending: boolean
  bufferLimit: number
}

/** One accepted connection with its network filters (Network::ConnectionImpl and FilterManagerImpl). */
export class ServerConnection {
  readonly options: ServerConnectionOptions
  open = true
  delayedCloseTimeoutMs = 1000
  halfClose = false
  private readonly readBuffer = new Buffer()
  private slots: Slot[] = []
  private readDisabled = 0
  private readEnded = false
  private writeEnded = false
  /** No more is read, and what was written is on its way out. */
  closing = false
  private closeTimer: Timer | undefined
  private reading = false

  constructor(options: ServerConnectionOptions) {
    this.options = options
  }

  /** Makes the filters and tells them of the connection, as far as they let it through. */
  start(filters: readonly ConfiguredNetworkFilter[]): void {
    this.slots = filters.map((filter, index) => new Slot(this, filter, index))
    this.iterate(0)
  }

  /** Bytes of the client. */
  receive(bytes: Uint8Array): void {
    if (!this.open || this.closing || this.readEnded) return
    this.readBuffer.append(bytes)
    this.read()
  }

  /** The client half-closed; most filters take that for the end. */
  receiveEnd(): void {
    if (!this.open || this.readEnded) return
    this.readEnded = true
    if (this.closing || !this.halfClose) {
      this.closed('remote', false)
      return
    }
    this.read()
    if (this.writeEnded) this.closed('remote', false)
  }

  /** The client is gone. */
  clientClosed(): void {
    if (this.open) this.closed('remote', false)
  }

  private read(): void {
    if (this.readDisabled > 0 || this.reading || this.closing || !this.open) return
    // Bytes that come while a filter runs are seen when it has returned.
    this.reading = true
    this.iterate(0)
    this.reading = false
  }

  // FilterManagerImpl::onContinueReading: each read begins with the first filter and all that nobody has drained;
  // a filter is told of the connection before it gets data.
  private iterate(from: number): void {
    for (let i = from; i < this.slots.length; i++) {
      const slot = this.slots[i]!
      if (!slot.greeted) {
        slot.greeted = true
        if (slot.greet() === 'StopIteration' || !this.open || this.closing) return
      }
      if (this.readBuffer.length === 0 && !this.readEnded) continue
      const status = slot.data(this.readBuffer, this.readEnded)
      if (status === 'StopIteration' || !this.open || this.closing) return
    }
    if (!this.slots.some((slot) => slot.configured.definition?.terminal)) this.readBuffer.drain()
  }

  /** continueReading of the filter at `index`. */
  continueFrom(index: number): void {
    if (this.open && !this.closing) this.iterate(index + 1)
  }

  /** injectReadDataToFilterChain of the filter at `index`. */
  injectFrom(index: number, data: Uint8Array): void {
    const buffer = Buffer.of(data)
    for (const slot of this.slots.slice(index + 1)) {
      if (!this.open || this.closing || slot.data(buffer, false) === 'StopIteration') return
    }
  }

  readDisable(disable: boolean): void {
    this.readDisabled += disable ? 1 : -1
    if (this.readDisabled > 0 || !this.open) return
    if (this.readBuffer.length > 0) this.options.loop.post(() => this.read())
  }

  write(data: Uint8Array, endStream: boolean, from: number): void {
    if (!this.open || this.writeEnded) return
    let bytes = data
    if (this.slots.some((slot) => slot.filter.onWrite)) {
      const buffer = Buffer.of(data)
      for (let i = from; i >= 0; i--) if (this.slots[i]!.write(buffer, endStream) === 'StopIteration') return
      bytes = buffer.bytes()
    }
    if (bytes.length > 0) this.options.client.onData(bytes)
    if (!endStream) return
    this.writeEnded = true
    if (this.readEnded) this.closed('local', false)
    else this.options.client.onHalfClose()
  }

  close(type: CloseType, details?: string): void {
    if (!this.open) return
    if (details) this.options.info.terminationDetails ??= details
    if (type === 'FlushWriteAndDelay' && this.delayedCloseTimeoutMs > 0) {
      if (this.closing) return
      this.closing = true
      this.closeTimer = this.options.loop.timer(this.delayedCloseTimeoutMs, () => this.closed('local', false))
      return
    }
    this.closed('local', type === 'AbortReset')
  }

  private closed(by: 'local' | 'remote', reset: boolean): void {
    if (!this.open) return
    this.open = false
    this.closeTimer?.cancel()
    for (const slot of this.slots) if (slot.greeted) slot.filter.onClose?.(slot, by)
    if (by === 'local') this.options.client.onClosed(reset)
  }
}

const PASS_THROUGH: NetworkFilter = {}

class Slot implements NetworkConnection {
  readonly connection: ServerConnection
  readonly configured: ConfiguredNetworkFilter
  readonly filter: NetworkFilter
  greeted = false
  private readonly index: number
  private step: TraceStep | undefined

  constructor(connection: ServerConnection, configured: ConfiguredNetworkFilter, index: number) {
    this.connection = connection
    this.configured = configured
    this.index = index
    const { definition, config, shared, context } = configured
    this.filter = definition ? definition.create({ config, shared, context }) : PASS_THROUGH
  }

  greet(): NetworkStatus {
    return this.traced(() => this.filter.onNewConnection?.(this) ?? 'Continue')
  }

  data(data: Buffer, endStream: boolean): NetworkStatus {
    return this.traced(() => this.filter.onData?.(data, this, endStream) ?? 'Continue')
  }

  write(data: Uint8Array, endStream?: boolean): void
  write(data: Buffer, endStream: boolean): NetworkStatus
  write(data: Uint8Array | Buffer, endStream = false): NetworkStatus | undefined {
    if (data instanceof Buffer) return this.filter.onWrite?.(data, this, endStream) ?? 'Continue'
    this.connection.write(data, endStream, this.index - 1)
    return undefined
  }

  // One step for each filter: what it says later is added to it.
  private traced(call: () => NetworkStatus): NetworkStatus {
    const { trace, loop } = this.connection.options
    if (!trace.enabled) return call()
    const { definition, remark } = this.configured
    if (!this.step) {
      this.step = {
        kind: 'network_filter',
        phase: 'connection',
        name: this.configured.name,
        path: this.configured.path,
        at: loop.now,
        ...(definition ? {} : { reason: remark ?? 'not simulated: traffic passes through unchanged' }),
        ...(definition && definition.notModelled.length > 0 ? { notModelled: definition.notModelled } : {}),
      }
      trace.step(this.step)
    }
    const focus = trace.focus(this.step)
    const status = call()
    trace.focus(focus)
    this.step.status = definition ? status : 'not simulated'
    return status
  }

  get info() {
    return this.connection.options.info
  }
  get loop() {
    return this.connection.options.loop
  }
  get host() {
    return this.connection.options.host
  }
  get trace() {
    return this.connection.options.trace
  }
  get handshakePending() {
    return this.connection.options.handshakePending
  }
  get http2() {
    return this.connection.options.http2
  }
  get bufferLimit() {
    return this.connection.options.bufferLimit
  }
  get open() {
    return this.connection.open && !this.connection.closing
  }
  get delayedCloseTimeoutMs() {
    return this.connection.delayedCloseTimeoutMs
  }
  set delayedCloseTimeoutMs(ms: number) {
    this.connection.delayedCloseTimeoutMs = ms
  }

  close(type: CloseType, details?: string): void {
    this.connection.close(type, details)
  }

  continueReading(): void {
    this.connection.continueFrom(this.index)
  }

  injectRead(data: Uint8Array): void {
    this.connection.injectFrom(this.index, data)
  }

  readDisable(disable: boolean): void {
    this.connection.readDisable(disable)
  }

  enableHalfClose(): void {
    this.connection.halfClose = true
  }

  note(text: string): void {
    const focus = this.trace.focus(this.step)
    this.trace.note(text)
    this.trace.focus(focus)
  }
}
