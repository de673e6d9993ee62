import type { FilterFactoryContext, FilterGroup } from '../catalogue.ts'
import type { Address, ConnectionInfo } from '../stream-info.ts'

/** The socket a listener filter looks at before a filter chain is chosen. */
export interface AcceptedSocket {
  readonly info: ConnectionInfo
  /** Bytes that the client has sent so far and nobody has consumed. */
  peek(): Uint8Array
  /** Takes `count` bytes away from the front of the stream. */
  drain(count: number): void
  /** Structured view of a TLS client hello when the client speaks TLS (the simulator has no cryptography). */
  readonly clientHello: { sni?: string; alpn: string[] } | undefined
  /** Where the connection was going before iptables sent it here; undefined when it was not redirected. */
  readonly originalDestination: Address | undefined
  /** True when the destination address was restored by original_dst or PROXY protocol. */
  localAddressRestored: boolean
  close(details: string): void
  note(text: string): void
}

/** What a listener filter answers: whether the next one runs now, or more bytes are needed. */
export type ListenerFilterStatus = 'Continue' | 'WaitForData' | 'Close'

export interface ListenerFilter {
  /** Called on accept and each time more bytes have come. `ended`: no more will. */
  onAccept(socket: AcceptedSocket, ended: boolean): ListenerFilterStatus
}

/** A listener filter as the engine sees it. */
export interface ListenerFilterDefinition<Config = unknown, Shared = unknown> {
  kind: 'listener'
  name: string
  config: string
  title: string
  group: FilterGroup
  summary: string
  notModelled: string[]
  shared?(config: Config, context: FilterFactoryContext): Shared
  create(options: { config: Config; shared: Shared; context: FilterFactoryContext }): ListenerFilter
}
