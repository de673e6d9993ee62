import { Buffer } from '../buffer.ts'
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
        this.user?.onClosed()
      },
    })
  }

  /** Gives the connection to a request, or with undefined to nobody. */
  giveTo(user: ConnectionUser | undefined): void {
    this.user = user
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
    this.user = undefined
    this.stub.abandon()
  }
}
