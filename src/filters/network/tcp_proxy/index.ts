import { Buffer } from '../../../engine/buffer.ts'
import { ConfigError } from '../../../engine/catalogue.ts'
import { millis } from '../../../engine/duration.ts'
import type { Timer } from '../../../engine/event-loop.ts'
import type { NetworkConnection, NetworkFilter, NetworkStatus } from '../../../engine/network/types.ts'
import type { ProxyServices } from '../../../engine/services.ts'
import type { JsonObject } from '../../../engine/stream-info.ts'
import type { TcpProxy } from '../../../envoy/types/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.d.ts'
import { defineNetworkFilter } from '../../define.ts'
import { about } from './about.ts'
import { createTunnel, type Tunnel, TunnelUpstream } from './tunnel.ts'
import { PlainUpstream, type TcpUpstream, type UpstreamEvents } from './upstream.ts'

/** Filter state that names the cluster of a connection; it wins over the configuration. */
const PER_CONNECTION_CLUSTER = 'envoy.tcp_proxy.cluster'
/** Filter state that lets data in before there is a server to send it to. */
const RECEIVE_BEFORE_CONNECT = 'envoy.tcp_proxy.receive_before_connect'

/** UpstreamConnectMode by number. */
const IMMEDIATE = 0
const ON_DATA = 1
const ON_TLS_HANDSHAKE = 2

interface Shared {
  config: TcpProxy
  services: ProxyServices
  tunnel: Tunnel | undefined
  weights: { name: string; weight: number }[]
  total: number
}

/** Bytes between a client and a cluster. Envoy: source/common/tcp_proxy/tcp_proxy.cc. */
export const tcpProxy = defineNetworkFilter<TcpProxy, Shared>({
  ...about,
  shared(config, context) {
    const specifier = config.clusterSpecifier
    const weights = specifier.case === 'weightedClusters' ? specifier.value.clusters : []
    if (config.upstreamConnectMode !== IMMEDIATE && config.maxEarlyDataBytes === undefined)
      throw new ConfigError(
        `${context.path}.max_early_data_bytes`,
        'must be set when upstream_connect_mode is not IMMEDIATE',
      )
    return {
      config,
      services: context.services,
      tunnel: config.tunnelingConfig && createTunnel(config.tunnelingConfig, context),
      weights,
      total: weights.reduce((sum, each) => sum + each.weight, 0),
    }
  },
  create: ({ shared }) => new TcpProxyFilter(shared),
})

class TcpProxyFilter implements NetworkFilter {
  private readonly shared: Shared
  private upstream: TcpUpstream | undefined
  private connected = false
  private attempts = 0
  private idle: Timer | undefined
  private clientEnded = false
  private upstreamEnded = false
  // What the client has sent before there is a server.
  private readonly early = new Buffer()
  private takesEarlyData = false
  private started = false

  constructor(shared: Shared) {
    this.shared = shared
  }

  onNewConnection(connection: NetworkConnection): NetworkStatus {
    const { config } = this.shared
    connection.enableHalfClose()
    const max = millis(config.maxDownstreamConnectionDuration)
    if (max) connection.loop.timer(max, () => connection.close('NoFlush', 'max_connection_duration'))
    const mode = config.upstreamConnectMode
    const waits = mode === ON_DATA || (mode === ON_TLS_HANDSHAKE && connection.handshakePending)
    this.takesEarlyData = mode !== IMMEDIATE || connection.info.filterState.get(RECEIVE_BEFORE_CONNECT)?.text === 'true'
    // Nothing is read until there is somewhere to send it.
    if (!this.takesEarlyData) connection.readDisable(true)
    if (waits) connection.note(`no server is asked before the ${mode === ON_DATA ? 'first bytes' : 'TLS handshake'}`)
    else this.connect(connection)
    return 'Continue'
  }

  onData(data: Buffer, connection: NetworkConnection, endStream: boolean): NetworkStatus {
    this.touch(connection)
    if (endStream) this.clientEnded = true
    if (this.connected) {
      this.upstream?.send(data.bytes(), endStream)
      data.drain()
      return 'StopIteration'
    }
    const before = this.early.length
    this.early.moveFrom(data)
    const limit = this.shared.config.maxEarlyDataBytes
    if (limit !== undefined && before <= limit && this.early.length > limit) connection.readDisable(true)
    if (!this.started) this.connect(connection)
    return 'StopIteration'
  }

  onClose(): void {
    this.idle?.cancel()
    this.upstream?.abandon()
  }

  private connect(connection: NetworkConnection): void {
    const { services, config, tunnel } = this.shared
    this.started = true
    const name = this.clusterName(connection)
    const cluster = services.clusters.get(name)
    if (!cluster) {
      connection.note(name === '' ? 'no cluster is named for this connection' : `there is no cluster '${name}'`)
      connection.close('NoFlush', 'cluster_not_found')
      return
    }
    const target = services.clusters.choose(cluster, { criteria: this.criteria(), connection: connection.info })
    if (!target) {
      connection.note(`cluster '${name}' has no host for this connection`)
      connection.close('NoFlush', 'no_healthy_host')
      return
    }
    this.attempts++
    const events: UpstreamEvents = {
      onConnected: () => this.opened(connection, target.name),
      onFailed: (reason) => {
        if (!connection.open) return
        connection.note(reason)
        if (this.attempts < (config.maxConnectAttempts ?? 1)) this.connect(connection)
        else connection.close('NoFlush', 'upstream_connect_failure')
      },
      onData: (bytes) => {
        this.touch(connection)
        connection.write(bytes)
      },
      onEnd: (reset) => {
        this.upstreamEnded = true
        if (reset) connection.close('NoFlush')
        else connection.write(new Uint8Array(0), true)
      },
    }
    this.upstream = tunnel
      ? new TunnelUpstream(tunnel, target, connection, events)
      : new PlainUpstream(target, connection, events)
  }

  private opened(connection: NetworkConnection, cluster: string): void {
    if (!connection.open) return
    connection.note(`connected to cluster '${cluster}'`)
    this.connected = true
    this.touch(connection)
    const limit = this.shared.config.maxEarlyDataBytes ?? Number.POSITIVE_INFINITY
    const full = this.early.length > limit
    if (this.early.length > 0 || this.clientEnded) this.upstream?.send(this.early.bytes(), this.clientEnded)
    this.early.clear()
    if (!this.takesEarlyData || full) connection.readDisable(false)
  }

  private touch(connection: NetworkConnection): void {
    this.idle?.cancel()
    const ms = millis(this.shared.config.idleTimeout) ?? 3_600_000
    if (ms > 0 && this.connected && !this.upstreamEnded)
      this.idle = connection.loop.timer(ms, () => connection.close('NoFlush', 'idle_timeout'))
  }

  private clusterName(connection: NetworkConnection): string {
    const override = connection.info.filterState.get(PER_CONNECTION_CLUSTER)?.text
    if (override !== undefined) return override
    const { config, weights, total, services } = this.shared
    const specifier = config.clusterSpecifier
    if (specifier.case === 'cluster') return specifier.value
    let drawn = services.host.random() * total
    for (const { name, weight } of weights) {
      if (drawn < weight) return name
      drawn -= weight
    }
    return ''
  }

  private criteria(): Record<string, JsonObject> {
    return (this.shared.config.metadataMatch?.filterMetadata ?? {}) as Record<string, JsonObject>
  }
}
