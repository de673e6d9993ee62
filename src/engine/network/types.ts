import type { Buffer } from '../buffer.ts'
import type { FilterFactoryContext, FilterGroup } from '../catalogue.ts'
import type { EventLoop } from '../event-loop.ts'
import type { Host } from '../host.ts'
import type { Http2Peer } from '../http/codec/http2-peer.ts'
import type { ProxyServices } from '../services.ts'
import type { ConnectionInfo } from '../stream-info.ts'
import type { Trace } from '../trace.ts'

export type NetworkStatus =
  /** The next filter gets the data. */
  | 'Continue'
  /** Nobody behind gets anything until continueReading. */
  | 'StopIteration'

/** FlushWrite lets pending bytes out first; NoFlush does not; with Delay the client may close first. */
export type CloseType = 'FlushWrite' | 'NoFlush' | 'FlushWriteAndDelay' | 'AbortReset'

/** A network filter on one connection. A missing hook means Continue. */
export interface NetworkFilter {
  onNewConnection?(connection: NetworkConnection): NetworkStatus
  /** Data from the client. `endStream`: the client half-closed. */
  onData?(data: Buffer, connection: NetworkConnection, endStream: boolean): NetworkStatus
  /** Data to the client, last filter first. */
  onWrite?(data: Buffer, connection: NetworkConnection, endStream: boolean): NetworkStatus
  /** The connection is gone. */
  onClose?(connection: NetworkConnection, by: 'local' | 'remote'): void
}

/** One network filter's view of its connection (Network::ReadFilterCallbacks and Connection in one). */
export interface NetworkConnection {
  readonly info: ConnectionInfo
  readonly loop: EventLoop
  readonly host: Host
  readonly trace: Trace
  /** Sends bytes to the client through the write filters behind this filter. */
  write(data: Uint8Array, endStream?: boolean): void
  close(type: CloseType, details?: string): void
  continueReading(): void
  /** Gives bytes to the filters behind this one, beside what it is reading (injectReadDataToFilterChain). */
  injectRead(data: Uint8Array): void
  /** Pauses or resumes reading from the client; calls are counted (Connection::readDisable). */
  readDisable(disable: boolean): void
  /** Lets the connection outlive the client's half close (Connection::enableHalfClose). */
  enableHalfClose(): void
  /** How long FlushWriteAndDelay waits for the client to close, in ms; 0 does not wait. Envoy's default is 1000. */
  delayedCloseTimeoutMs: number
  readonly open: boolean
  /** The listener speaks TLS and the handshake is not through: it may still fail. */
  readonly handshakePending: boolean
  /** Streams of a client that speaks HTTP/2: the simulator carries them as headers and data, not as frames. */
  readonly http2: Http2Peer | undefined
  /** Bytes a connection may hold back: per_connection_buffer_limit_bytes. */
  readonly bufferLimit: number
  note(text: string): void
}

/** What a network filter's factory may use: more than others, as some network filters run filters of their own. */
export interface NetworkFactoryContext extends FilterFactoryContext {
  readonly services: ProxyServices
  /** `traffic_direction` of the listener. */
  readonly trafficDirection: 'UNSPECIFIED' | 'INBOUND' | 'OUTBOUND'
}

/** A network filter as the engine sees it. */
export interface NetworkFilterDefinition<Config = unknown, Shared = unknown> {
  kind: 'network'
  name: string
  config: string
  title: string
  group: FilterGroup
  summary: string
  notModelled: string[]
  terminal?: boolean
  shared?(config: Config, context: NetworkFactoryContext): Shared
  create(options: { config: Config; shared: Shared; context: NetworkFactoryContext }): NetworkFilter
}

/** A network filter of a configured chain; one without `definition` passes traffic through and says so. */
export interface ConfiguredNetworkFilter {
  name: string
  path: string
  definition: NetworkFilterDefinition | undefined
  remark?: string
  config: unknown
  shared: unknown
  context: NetworkFactoryContext
}
