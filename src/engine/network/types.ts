import type { Buffer } from '../buffer.ts'
import type { FilterFactoryContext, FilterGroup } from '../catalogue.ts'
import type { EventLoop } from '../event-loop.ts'
import type { Host } from '../host.ts'
import type { ConnectionInfo } from '../stream-info.ts'
import type { Trace } from '../trace.ts'

export type NetworkStatus =
  /** The next filter gets the data. */
  | 'Continue'
  /** Nobody behind gets anything until continueReading. */
  | 'StopIteration'

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
  /** FlushWrite lets pending bytes out first; NoFlush does not. */
  close(type: 'FlushWrite' | 'NoFlush' | 'FlushWriteAndDelay' | 'AbortReset', details?: string): void
  continueReading(): void
  readonly open: boolean
  note(text: string): void
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
  shared?(config: Config, context: FilterFactoryContext): Shared
  create(options: { config: Config; shared: Shared; context: FilterFactoryContext }): NetworkFilter
}
