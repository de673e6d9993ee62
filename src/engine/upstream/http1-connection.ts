import { Buffer } from '../buffer.ts'
import type { Timer } from '../event-loop.ts'
import type { Cluster } from './cluster.ts'
import { StubConnection } from './stub-connection.ts'

/** Whoever has a request on a connection. */
export interface ConnectionUser {
  onData(bytes: Uint8Array): void
  onClosed(): void
}

/** A connection to an HTTP/1 server: one request at a time, and the next when the one before it is over. */
export class Http1Connection {
  open = true
  private requests = 0
  private idle: Timer | undefined
  private readonly stub: StubConnection
  private user: ConnectionUser | undefined
  private readonly unwritten = new Buffer()
  private readonly cluster: Cluster

  constructor(cluster: Cluster) {
    this.cluster = cluster
    this.stub = new StubConnection(cluster.stub, {
      onData: (bytes) => {
        // A server that speaks without being asked is not asked again.
        if (this.user) this.user.onData(bytes)
        else this.close()
      },
      onClosed: () => {
        this.open = false
        this.idle?.cancel()
        this.user?.onClosed()
      },
    })
  }

  /** Gives the connection to a request. */
  giveTo(user: ConnectionUser): void {
    this.requests++
    this.idle?.cancel()
    this.user = user
  }

  /** The request is over; false when the connection takes no other. */
  release(): boolean {
    const { idleTimeoutMs, maxRequests } = this.cluster.keepAlive
    this.user = undefined
    if (maxRequests > 0 && this.requests >= maxRequests) this.close()
    else if (idleTimeoutMs > 0) this.idle = this.cluster.loop.timer(idleTimeoutMs, () => this.close())
    return this.open
  }

  send(bytes: Uint8Array): void {
    const { stub } = this.cluster
    if (!stub.tcp) {
      this.stub.receive(bytes)
      return
    }
    // A byte server answers each stretch of bytes: what is written in one turn of the loop comes in one.
    if (this.unwritten.length === 0) stub.loop.post(() => this.write())
    this.unwritten.append(bytes.slice())
  }

  private write(): void {
    const bytes = this.unwritten.bytes()
    this.unwritten.clear()
    if (this.open) this.stub.receive(bytes)
  }

  close(): void {
    this.open = false
    this.idle?.cancel()
    this.user = undefined
    this.stub.abandon()
  }
}
