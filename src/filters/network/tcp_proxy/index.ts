import type { Buffer } from '../../../engine/buffer.ts'
import { millis } from '../../../engine/duration.ts'
import type { Timer } from '../../../engine/event-loop.ts'
import type { NetworkConnection, NetworkFilter, NetworkStatus } from '../../../engine/network/types.ts'
import type { ProxyServices } from '../../../engine/services.ts'
import type { JsonObject } from '../../../engine/stream-info.ts'
import type { Cluster } from '../../../engine/upstream/cluster.ts'
import { StubConnection } from '../../../engine/upstream/stub-connection.ts'
import type { TcpProxy } from '../../../envoy/types/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.d.ts'
import { defineNetworkFilter } from '../../define.ts'
import { about } from './about.ts'

/** Filter state that names the cluster of a connection; it wins over the configuration. */
const PER_CONNECTION_CLUSTER = 'envoy.tcp_proxy.cluster'

interface Shared {
  config: TcpProxy
  services: ProxyServices
  weights: { name: string; weight: number }[]
  total: number
}

/** Bytes between a client and a cluster. Envoy: source/common/tcp_proxy/tcp_proxy.cc. */
export const tcpProxy = defineNetworkFilter<TcpProxy, Shared>({
  ...about,
  shared(config, context) {
    const specifier = config.clusterSpecifier
    const weights = specifier.case === 'weightedClusters' ? specifier.value.clusters : []
    return { config, services: context.services, weights, total: weights.reduce((sum, each) => sum + each.weight, 0) }
  },
  create: ({ shared }) => new TcpProxyFilter(shared),
})

class TcpProxyFilter implements NetworkFilter {
  private readonly shared: Shared
  private upstream: StubConnection | undefined
  private connected = false
  private attempts = 0
  private idle: Timer | undefined
  private waitingEnd = false
  private upstreamEnded = false

  constructor(shared: Shared) {
    this.shared = shared
  }

  onNewConnection(connection: NetworkConnection): NetworkStatus {
    connection.enableHalfClose()
    // Nothing is read until there is somewhere to send it.
    connection.readDisable(true)
    const max = millis(this.shared.config.maxDownstreamConnectionDuration)
    if (max) connection.loop.timer(max, () => connection.close('NoFlush', 'max_connection_duration'))
    this.connect(connection)
    return 'StopIteration'
  }

  onData(data: Buffer, connection: NetworkConnection, endStream: boolean): NetworkStatus {
    this.touch(connection)
    if (data.length > 0) this.upstream?.receive(data.bytes())
    data.drain()
    if (endStream && !this.waitingEnd) {
      this.waitingEnd = true
      this.upstream?.receiveEnd()
    }
    return 'StopIteration'
  }

  onClose(): void {
    this.idle?.cancel()
    this.upstream?.abandon()
  }

  private connect(connection: NetworkConnection): void {
    const { services, config } = this.shared
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
    connection.loop.post(() => {
      if (!connection.open) return
      if (!target.stub.down) this.opened(connection, target)
      else if (this.attempts < (config.maxConnectAttempts ?? 1)) this.connect(connection)
      else {
        connection.note(`nobody listens at cluster '${target.name}'`)
        connection.close('NoFlush', 'upstream_connect_failure')
      }
    })
  }

  private opened(connection: NetworkConnection, cluster: Cluster): void {
    connection.note(`connected to cluster '${cluster.name}'`)
    this.upstream = new StubConnection(cluster.stub, {
      onData: (bytes) => {
        this.touch(connection)
        connection.write(bytes)
      },
      onClosed: (reset) => {
        this.upstreamEnded = true
        if (reset) connection.close('NoFlush')
        else connection.write(new Uint8Array(0), true)
      },
    })
    this.connected = true
    this.touch(connection)
    connection.readDisable(false)
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
