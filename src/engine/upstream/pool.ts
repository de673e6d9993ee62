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
 * Asks a cluster for a stream, within its circuit breakers. The answer comes through the loop, never at once:
 * `onPoolReady`, or `onPoolFailure` when nobody listens there or a limit is reached.
 */
export function newUpstreamStream(
  cluster: Cluster,
  callbacks: UpstreamCallbacks,
  options: { downstreamProtocol: string | undefined; tcp: boolean; priority: 'default' | 'high' },
): PendingStream {
  const { usage, loop } = cluster
  const limits = cluster.limits[options.priority]
  let pending = true
  const settle = (run: () => void): Timer =>
    loop.post(() => {
      if (!pending) return
      pending = false
      run()
    })
  if (limits.requests <= usage.requests || limits.pending === 0) {
    settle(() => callbacks.onPoolFailure('Overflow', '', cluster.host))
  } else if (cluster.stub.down) {
    settle(() => callbacks.onPoolFailure('RemoteConnectionFailure', CONNECTION_REFUSED, cluster.host))
  } else {
    settle(() => {
      usage.requests++
      let counted = true
      const done = () => {
        if (counted) usage.requests--
        counted = false
      }
      const protocol = options.tcp ? 'TCP' : cluster.protocolFor(options.downstreamProtocol)
      const Stream =
        protocol === 'TCP' ? TcpUpstreamStream : protocol === 'HTTP/2' ? Http2UpstreamStream : Http1UpstreamStream
      callbacks.onPoolReady(new Stream(cluster, callbacks, done), cluster.host)
    })
  }
  return {
    cancel() {
      const was = pending
      pending = false
      return was
    },
  }
}

/** What the kernel says of a port on which nobody listens, as Envoy passes it on. */
const CONNECTION_REFUSED = 'delayed connect error: Connection refused'
