import type { HeaderPair } from '../http/header-map.ts'
import type { CaseBytes } from '../upstream/stub.ts'

/** How a client of a case reaches its listener. */
export interface ClientSpec {
  listener?: string
  sourceAddress?: string
  /** Where the client meant to go when iptables redirected it to the listener: what original_dst restores. */
  originalDestination?: { ip: string; port: number }
  proxyProtocol?: CaseBytes
  tls?: {
    sni?: string
    alpn?: readonly string[]
    clientCertificate?: string
    clientKey?: string
  } | null
  /** Milliseconds that pass before it connects. */
  afterMs?: number
}

/** An HTTP request of a case. */
export interface RequestSpec extends ClientSpec {
  method?: string
  path?: string
  authority?: string
  scheme?: string
  headers?: readonly (readonly [string, unknown])[] | null
  body?: CaseBytes
  trailers?: readonly (readonly [string, unknown])[] | null
  protocol?: string
}

/** A raw connection of a case. */
export interface ConnectionSpec extends ClientSpec {
  send?: readonly CaseBytes[] | null
  /** How long the client listens after each `send`, in milliseconds. */
  waitMs?: number
}

/** What the client got. */
export interface ClientResponse {
  status?: number | null
  headers?: HeaderPair[]
  body?: Uint8Array
  trailers?: HeaderPair[]
  reset?: boolean
  closed?: boolean
  received?: Uint8Array
}
