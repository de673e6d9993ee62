import type { HeaderPair } from '../header-map.ts'

/** What the server writes to one HTTP/2 stream, as the client sees it. */
export interface Http2StreamEvents {
  headers(pairs: readonly HeaderPair[], endStream: boolean): void
  data(bytes: Uint8Array, endStream: boolean): void
  trailers(pairs: readonly HeaderPair[]): void
  reset(errorCode: number): void
}

/** Takes what the client sends on one stream. */
export interface Http2StreamSink {
  headers(pairs: readonly HeaderPair[], endStream: boolean): void
  data(bytes: Uint8Array, endStream: boolean): void
  trailers(pairs: readonly HeaderPair[]): void
  /** RST_STREAM from the client. */
  reset(): void
}

/** The client's side of an HTTP/2 connection: streams as headers and data, for which no frames are made. */
export interface Http2Peer {
  /** The server's codec is there: the client opens its streams through `open`. */
  attach(open: (events: Http2StreamEvents) => Http2StreamSink): void
  /** GOAWAY with this error code; the connection is closed afterwards when the code is not 0. */
  goAway(errorCode: number): void
}

/** What an HTTP/2 client sends first (RFC 9113, 3.4). */
export const HTTP2_PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'
