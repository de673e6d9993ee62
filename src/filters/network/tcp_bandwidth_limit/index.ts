import { Buffer } from '../../../engine/buffer.ts'
import { millis } from '../../../engine/duration.ts'
import type { Timer } from '../../../engine/event-loop.ts'
import type { NetworkConnection, NetworkFilter, NetworkStatus } from '../../../engine/network/types.ts'
import { TokenBucket } from '../../../engine/token-bucket.ts'
import type { TcpBandwidthLimit } from '../../../envoy/types/envoy/extensions/filters/network/tcp_bandwidth_limit/v3/tcp_bandwidth_limit_pb.d.ts'
import { defineNetworkFilter } from '../../define.ts'
import { about } from './about.ts'

const DEFAULT_FILL_INTERVAL_MS = 50

interface Shared {
  enabled(): boolean
  fillIntervalMs: number
  /** A token is a byte; a bucket holds what a second brings, and all connections draw on it. */
  reads: TokenBucket | undefined
  writes: TokenBucket | undefined
}

/** Envoy: source/extensions/filters/network/tcp_bandwidth_limit/tcp_bandwidth_limit.cc. */
export const tcpBandwidthLimit = defineNetworkFilter<TcpBandwidthLimit, Shared>({
  ...about,
  shared: (config, { loop, services }) => {
    const bucket = (kilobytes: bigint | undefined) => {
      if (kilobytes === undefined) return undefined
      const bytes = Number(kilobytes) * 1024
      return new TokenBucket(loop, bytes, bytes, 1000)
    }
    const flag = config.runtimeEnabled
    return {
      enabled: () => services.runtime.boolean(flag?.runtimeKey, flag?.defaultValue ?? true),
      fillIntervalMs: millis(config.fillInterval) ?? DEFAULT_FILL_INTERVAL_MS,
      reads: bucket(config.readLimitKbps),
      writes: bucket(config.writeLimitKbps),
    }
  },
  create: ({ shared }) => bandwidthFilter(shared),
})

function bandwidthFilter(shared: Shared): NetworkFilter {
  const { reads, writes } = shared
  const throttles: Throttle[] = []
  const throttle = (
    bucket: TokenBucket | undefined,
    pass: (connection: NetworkConnection, bytes: Uint8Array) => void,
  ) => {
    const made = bucket && new Throttle(bucket, shared.fillIntervalMs, pass)
    if (made) throttles.push(made)
    return made
  }
  const reading = throttle(reads, (connection, bytes) => connection.injectRead(bytes))
  const writing = throttle(writes, (connection, bytes) => connection.write(bytes))
  return {
    onData: (data, connection) => (reading && shared.enabled() ? reading.take(data, connection) : 'Continue'),
    onWrite: (data, connection) => (writing && shared.enabled() ? writing.take(data, connection) : 'Continue'),
    onClose: () => {
      for (const each of throttles) each.stop()
    },
  }
}

/** One direction of one connection: what there are no tokens for waits, and is looked at each fill interval. */
class Throttle {
  private readonly bucket: TokenBucket
  private readonly intervalMs: number
  private readonly pass: (connection: NetworkConnection, bytes: Uint8Array) => void
  private readonly held = new Buffer()
  private timer: Timer | undefined

  constructor(
    bucket: TokenBucket,
    intervalMs: number,
    pass: (connection: NetworkConnection, bytes: Uint8Array) => void,
  ) {
    this.bucket = bucket
    this.intervalMs = intervalMs
    this.pass = pass
  }

  take(data: Buffer, connection: NetworkConnection): NetworkStatus {
    const granted = this.grant(data.length)
    if (granted === data.length) return 'Continue'
    connection.note(`${granted} of ${data.length} bytes pass at once, the rest waits for bandwidth`)
    const now = data.bytes().slice(0, granted)
    data.drain(granted)
    this.held.moveFrom(data)
    if (granted > 0) this.pass(connection, now)
    this.timer ??= connection.loop.timer(this.intervalMs, () => this.release(connection))
    return 'StopIteration'
  }

  stop(): void {
    this.timer?.cancel()
  }

  private release(connection: NetworkConnection): void {
    const granted = this.grant(this.held.length)
    const bytes = this.held.bytes().slice(0, granted)
    this.held.drain(granted)
    this.timer = undefined
    if (this.held.length > 0) this.timer = connection.loop.timer(this.intervalMs, () => this.release(connection))
    if (granted > 0) this.pass(connection, bytes)
  }

  private grant(wanted: number): number {
    const granted = Math.min(wanted, this.bucket.remaining)
    this.bucket.consume(granted)
    return granted
  }
}
