import type { Timer } from '../event-loop.ts'
import type { Cluster, UpstreamCallbacks, UpstreamStream } from './cluster.ts'
import { Http1Connection } from './http1-connection.ts'
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
  let taken: Http1Connection | undefined
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
    taken = protocol === 'HTTP/1.1' ? takeIdle(open) : undefined
    const ready = () => {
      usage.requests++
      callbacks.onPoolReady(newStream(protocol, cluster, callbacks, open, taken), cluster.host)
    }
    const reused = taken !== undefined || (protocol === 'HTTP/2' && open.http2)
    if (reused && options.atOnce) {
      pending = false
      ready()
    } else settle(ready)
  }
  return {
    cancel() {
      const was = pending
      pending = false
      if (was && taken) openConnections(cluster).idle.push(taken)
      return was
    },
  }
}

function newStream(
  protocol: 'TCP' | 'HTTP/1.1' | 'HTTP/2',
  cluster: Cluster,
  callbacks: UpstreamCallbacks,
  open: OpenConnections,
  idle: Http1Connection | undefined,
): UpstreamStream {
  const over = () => {
    cluster.usage.requests--
  }
  if (protocol === 'TCP') return new TcpUpstreamStream(cluster, callbacks, over)
  if (protocol === 'HTTP/2') {
    open.http2 = true
    return new Http2UpstreamStream(cluster, callbacks, (kept) => {
      over()
      open.http2 = kept
    })
  }
  const connection = idle?.open ? idle : new Http1Connection(cluster)
  return new Http1UpstreamStream(cluster, callbacks, connection, (kept) => {
    over()
    if (kept) open.idle.push(connection)
  })
}

/** The connection that was in use last, if one is still open. */
function takeIdle({ idle }: OpenConnections): Http1Connection | undefined {
  for (let last = idle.pop(); last; last = idle.pop()) if (last.open) return last
  return undefined
}

/** Connections to a cluster's server that wait for a request; one in HTTP/2 takes any number at once. */
interface OpenConnections {
  idle: Http1Connection[]
  http2: boolean
}

const OPEN = new WeakMap<Cluster, OpenConnections>()

function openConnections(cluster: Cluster): OpenConnections {
  const known = OPEN.get(cluster) ?? { idle: [], http2: false }
  OPEN.set(cluster, known)
  return known
}

/** What the kernel says of a port on which nobody listens, as Envoy passes it on. */
const CONNECTION_REFUSED = 'delayed connect error: Connection refused'
