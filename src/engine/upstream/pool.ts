import type { Timer } from '../event-loop.ts'
import type { Cluster, UpstreamCallbacks } from './cluster.ts'
import { Http1UpstreamStream } from './http1-stream.ts'
import { Http2UpstreamStream } from './http2-stream.ts'
import { TcpUpstreamStream } from './tcp-stream.ts'

/** A stream that was asked of the pool and has not come yet. */
export interface PendingStream {
  /** True when it was still pending: nothing will be called any more. */
  cancel(): boolean
}

/**
 * Asks a cluster for a stream, within its circuit breakers. A connection that is open already is given at once when the
 * caller is ready for that; any other answer comes through the loop: `onPoolReady` once a connection stands, or
 * `onPoolFailure` when nobody listens there or a limit is reached. It can be seen which it was: what filters still do to
 * the headers with the first bytes of the body reaches the server only while a connection is being made.
 */
export function newUpstreamStream(
  cluster: Cluster,
  callbacks: UpstreamCallbacks,
  options: { downstreamProtocol: string | undefined; tcp: boolean; priority: 'default' | 'high'; atOnce: boolean },
): PendingStream {
  const { usage, loop } = cluster
  const limits = cluster.limits[options.priority]
  let pending = true
  const settle = (run: () => void, afterMs = 0): Timer =>
    loop.timer(afterMs, () => {
      if (!pending) return
      pending = false
      run()
    })
  if (limits.requests <= usage.requests || limits.pending === 0) {
    settle(() => callbacks.onPoolFailure('Overflow', '', cluster.host))
  } else if (cluster.stub.down) {
    settle(() => callbacks.onPoolFailure('RemoteConnectionFailure', CONNECTION_REFUSED, cluster.host))
  } else if (cluster.tlsUnanswered) {
    // The server waits for the rest of a request that it cannot read.
    settle(() => callbacks.onPoolFailure('ConnectionTimeout', '', cluster.host), cluster.connectTimeoutMs)
  } else {
    const protocol = options.tcp ? 'TCP' : cluster.protocolFor(options.downstreamProtocol)
    const open = openConnections(cluster)
    const ready = () => {
      usage.requests++
      let counted = true
      // Told once when the stream is over, and again if a connection that was kept then closes.
      const done = (kept: boolean) => {
        if (counted) usage.requests--
        if (protocol === 'HTTP/2') open.http2 = kept
        else if (kept) open.http1++
        else if (!counted) open.http1 = Math.max(0, open.http1 - 1)
        counted = false
      }
      const Stream =
        protocol === 'TCP' ? TcpUpstreamStream : protocol === 'HTTP/2' ? Http2UpstreamStream : Http1UpstreamStream
      if (protocol === 'HTTP/2') open.http2 = true
      callbacks.onPoolReady(new Stream(cluster, callbacks, done), cluster.host)
    }
    const reused = (protocol === 'HTTP/2' && open.http2) || (protocol === 'HTTP/1.1' && open.http1 > 0)
    if (reused && protocol === 'HTTP/1.1') open.http1--
    if (reused && options.atOnce) {
      pending = false
      ready()
    } else settle(ready)
  }
  return {
    cancel() {
      const was = pending
      pending = false
      return was
    },
  }
}

/** Connections to a cluster's server that wait for a request; one in HTTP/2 takes any number at once. */
interface OpenConnections {
  http1: number
  http2: boolean
}

const OPEN = new WeakMap<Cluster, OpenConnections>()

function openConnections(cluster: Cluster): OpenConnections {
  const known = OPEN.get(cluster) ?? { http1: 0, http2: false }
  OPEN.set(cluster, known)
  return known
}

/** What the kernel says of a port on which nobody listens, as Envoy passes it on. */
const CONNECTION_REFUSED = 'delayed connect error: Connection refused'
