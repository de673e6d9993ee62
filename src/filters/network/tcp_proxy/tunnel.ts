import { Buffer } from '../../../engine/buffer.ts'
import { ConfigError } from '../../../engine/catalogue.ts'
import { type Formatter, HeaderParser, parseFormat } from '../../../engine/format/index.ts'
import { HeaderMap } from '../../../engine/http/header-map.ts'
import type { NetworkConnection, NetworkFactoryContext } from '../../../engine/network/types.ts'
import { StreamInfo } from '../../../engine/stream-info.ts'
import type { Cluster, UpstreamCallbacks, UpstreamStream } from '../../../engine/upstream/cluster.ts'
import { newUpstreamStream, type PendingStream } from '../../../engine/upstream/pool.ts'
import type { TcpProxy_TunnelingConfig } from '../../../envoy/types/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.d.ts'
import type { TcpUpstream, UpstreamEvents } from './upstream.ts'

/** tunneling_config made ready. */
export interface Tunnel {
  config: TcpProxy_TunnelingConfig
  hostname: Formatter
  headers: HeaderParser
}

/** @throws ConfigError for a path without POST, and for headers that may not be set. */
export function createTunnel(config: TcpProxy_TunnelingConfig, { services, path }: NetworkFactoryContext): Tunnel {
  const at = `${path}.tunneling_config`
  if (config.postPath !== '' && !config.usePost)
    throw new ConfigError(`${at}.post_path`, 'a path is only sent with POST: set use_post')
  return {
    config,
    hostname: parseFormat(config.hostname, { path: `${at}.hostname`, services }),
    headers: new HeaderParser(config.headersToAdd, [], {
      path: at,
      addField: 'headers_to_add',
      removeField: '',
      services,
    }),
  }
}

/**
 * Bytes in the body of a CONNECT or POST request: the tunnel stands when the server answers 2xx. Envoy:
 * source/common/tcp_proxy/upstream.cc, HttpUpstream.
 */
export class TunnelUpstream implements TcpUpstream {
  private readonly events: UpstreamEvents
  private readonly pending: PendingStream
  private stream: UpstreamStream | undefined
  private established = false
  private over = false

  constructor(tunnel: Tunnel, cluster: Cluster, connection: NetworkConnection, events: UpstreamEvents) {
    this.events = events
    const callbacks: UpstreamCallbacks = {
      onPoolReady: (stream) => {
        this.stream = stream
        stream.encodeHeaders(requestHeaders(tunnel, cluster, connection, stream.protocol), false)
      },
      onPoolFailure: (reason) => this.end(reason),
      onResetStream: (reason) => this.end(reason),
      decode1xxHeaders: () => undefined,
      decodeHeaders: (headers, endStream) => this.answered(headers, endStream),
      decodeData: (data, endStream) => {
        if (this.over) return
        if (data.length > 0) events.onData(data.bytes())
        if (endStream) this.serverEnded()
      },
      decodeTrailers: () => this.serverEnded(),
    }
    this.pending = newUpstreamStream(cluster, callbacks, {
      downstreamProtocol: undefined,
      tcp: false,
      priority: 'default',
      atOnce: false,
    })
  }

  send(bytes: Uint8Array, endStream: boolean): void {
    if (!this.over) this.stream?.encodeData(Buffer.of(bytes), endStream)
  }

  abandon(): void {
    if (this.over) return
    this.over = true
    this.pending.cancel()
    this.stream?.resetStream()
  }

  private answered(headers: HeaderMap, endStream: boolean): void {
    const status = headers.get(':status') ?? ''
    if (this.over) return
    if (endStream || !/^2\d\d$/.test(status)) {
      this.stream?.resetStream()
      this.end(`the server answers ${status}`)
      return
    }
    this.established = true
    this.events.onConnected()
  }

  private serverEnded(): void {
    if (this.over) return
    this.over = true
    this.events.onEnd(false)
  }

  private end(reason: string): void {
    if (this.over) return
    this.over = true
    if (this.established) this.events.onEnd(true)
    else this.events.onFailed(`no tunnel: ${reason}`)
  }
}

function requestHeaders(
  { config, hostname, headers: added }: Tunnel,
  cluster: Cluster,
  connection: NetworkConnection,
  protocol: string,
): HeaderMap {
  const context = { info: new StreamInfo(connection.info, connection.loop.now) }
  const headers = new HeaderMap('request', [
    [':method', config.usePost ? 'POST' : 'CONNECT'],
    [':authority', hostname.format(context)],
  ])
  if (config.usePost) {
    headers.set(':path', config.postPath || '/')
    // HTTP/1 has no place for it.
    if (protocol === 'HTTP/2') headers.set(':scheme', cluster.host.tls ? 'https' : 'http')
  }
  if (config.requestIdExtension)
    headers.set(config.requestIdHeader.toLowerCase() || 'x-request-id', connection.host.uuid())
  added.evaluate(headers, { ...context, requestHeaders: headers })
  return headers
}
