import { millis } from '../../../engine/duration.ts'
import type { ProxyServices } from '../../../engine/services.ts'
import type { ConnectionInfo } from '../../../engine/stream-info.ts'
import { TokenBucket } from '../../../engine/token-bucket.ts'
import type { Cluster } from '../../../engine/upstream/cluster.ts'
import type { RedisProxy_ConnPoolSettings } from '../../../envoy/types/envoy/extensions/filters/network/redis_proxy/v3/redis_proxy_pb.d.ts'
import { type ClientCallbacks, type ClientSettings, IGNORED, RedisClient, type RequestHandle } from './client.ts'
import { command, type RespValue } from './resp.ts'

/** Takes the answer to one request, redirections followed. */
export interface PoolCallbacks {
  onResponse(value: RespValue): void
  onFailure(): void
}

/** A client's MULTI ... EXEC: its connections are its own, one to the server and one to each mirror. */
export interface Transaction {
  active: boolean
  key: string
  /** MULTI has been sent: from then on the connections are used again. */
  established: boolean
  /** EXEC or DISCARD was sent: it is over when that is answered. */
  shouldClose: boolean
  clients: (RedisClient | undefined)[]
  /** Told when a connection of the transaction is gone. */
  onClose: () => void
}

/**
 * The connection to a cluster that all clients of one filter share (a recorded cluster has one endpoint). Envoy:
 * source/extensions/filters/network/redis_proxy/conn_pool_impl.cc.
 */
export class RedisPool {
  readonly name: string
  private readonly services: ProxyServices
  private readonly settings: RedisProxy_ConnPoolSettings | undefined
  private readonly credentials: (cluster: Cluster) => { username: string; password: string }
  private readonly version: 2 | 3
  private readonly bucket: TokenBucket | undefined
  private client: RedisClient | undefined
  private readonly elsewhere = new Map<string, RedisClient>()

  constructor(input: {
    name: string
    services: ProxyServices
    settings: RedisProxy_ConnPoolSettings | undefined
    credentials: (cluster: Cluster) => { username: string; password: string }
    version: 2 | 3
  }) {
    this.name = input.name
    this.services = input.services
    this.settings = input.settings
    this.credentials = input.credentials
    this.version = input.version
    const rate = input.settings?.connectionRateLimit?.connectionRateLimitPerSec
    this.bucket = rate ? new TokenBucket(input.services.loop, rate, rate, 1000) : undefined
  }

  /** Whether there is a server for a command without a key. */
  available(info: ConnectionInfo): boolean {
    return this.target(info) !== undefined
  }

  /** Sends a request; undefined when there is no server to send it to. `at` counts the pools of a route: 0, then its mirrors. */
  request(
    value: RespValue,
    callbacks: PoolCallbacks,
    transaction: Transaction,
    info: ConnectionInfo,
    at = 0,
  ): RequestHandle | undefined {
    const target = this.target(info)
    if (!target) return undefined
    if (transaction.active) {
      if (!transaction.established) {
        transaction.clients[at] = this.connect(target, () => transaction.onClose(), true)
      }
      return transaction.clients[at]?.request(value, this.redirecting(value, callbacks))
    }
    this.client ??= this.dial(target)
    return this.client?.request(value, this.redirecting(value, callbacks))
  }

  private target(connection: ConnectionInfo): Cluster | undefined {
    const { clusters } = this.services
    const cluster = clusters.get(this.name)
    return cluster && clusters.choose(cluster, { connection })
  }

  private dial(target: Cluster): RedisClient | undefined {
    if (this.bucket && !this.bucket.consume()) return undefined
    return this.connect(target, () => {
      this.client = undefined
    })
  }

  private connect(target: Cluster | undefined, onClose: () => void, transactional = false): RedisClient {
    const { loop } = this.services
    const settings = this.clientSettings(target)
    return new RedisClient(loop, target?.stub, settings, onClose, transactional)
  }

  private clientSettings(target: Cluster | undefined): ClientSettings {
    const { settings } = this
    const { username, password } = target ? this.credentials(target) : { username: '', password: '' }
    return {
      opTimeoutMs: millis(settings?.opTimeout) ?? 0,
      connectTimeoutMs: target?.connectTimeoutMs ?? 5000,
      enableRedirection: settings?.enableRedirection ?? false,
      maxBufferSizeBeforeFlush: settings?.maxBufferSizeBeforeFlush ?? 0,
      bufferFlushTimeoutMs: millis(settings?.bufferFlushTimeout) ?? 3,
      readOnly: (settings?.readPolicy ?? 0) !== 0,
      username,
      password,
      version: this.version,
    }
  }

  // A server that sends the key elsewhere is obeyed; what it says is passed on when it names no address.
  private redirecting(value: RespValue, callbacks: PoolCallbacks): ClientCallbacks {
    const own: ClientCallbacks = {
      onResponse: (answer) => callbacks.onResponse(answer),
      onFailure: () => callbacks.onFailure(),
      onRedirection: (answer, host, ask) => {
        const client = this.clientOf(host)
        if (!client) callbacks.onResponse(answer)
        else {
          if (ask) client.request(command('asking'), IGNORED)
          client.request(value, own)
        }
      },
    }
    return own
  }

  private clientOf(address: string): RedisClient | undefined {
    if (!/^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F:]+):\d{1,5}$/.test(address)) return undefined
    const known = this.elsewhere.get(address)
    if (known) return known
    const name = this.services.clusterAt?.(address)
    const client = this.connect(this.services.clusters.get(name), () => void this.elsewhere.delete(address))
    this.elsewhere.set(address, client)
    return client
  }
}
