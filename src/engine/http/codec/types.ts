import type { Buffer } from '../../buffer.ts'
import type { HeaderMap } from '../header-map.ts'

export type Protocol = 'HTTP/1.0' | 'HTTP/1.1' | 'HTTP/2'

/** Why a stream was reset (envoy/http/stream_reset_handler.h), by the names Envoy prints. */
export type ResetReason =
  | 'LocalReset'
  | 'LocalRefusedStreamReset'
  | 'RemoteReset'
  | 'RemoteRefusedStreamReset'
  | 'LocalConnectionFailure'
  | 'RemoteConnectionFailure'
  | 'ConnectionTimeout'
  | 'ConnectionTermination'
  | 'Overflow'
  | 'ConnectError'
  | 'ProtocolError'
  | 'OverloadManager'
  | 'Http1PrematureUpstreamHalfClose'

/** A message that breaks the protocol: the connection (or, over HTTP/2, perhaps only the stream) is at its end. */
export class CodecError extends Error {
  /** Status of the answer that is tried before the connection is closed. */
  readonly status: number
  /** %RESPONSE_CODE_DETAILS%. */
  readonly details: string

  constructor(message: string, details: string, status = 400) {
    super(message)
    this.name = 'CodecError'
    this.details = details
    this.status = status
  }
}

/** Takes what the codec reads of one request (Http::RequestDecoder). */
export interface RequestDecoder {
  decodeHeaders(headers: HeaderMap, endStream: boolean): void
  decodeData(data: Buffer, endStream: boolean): void
  decodeTrailers(trailers: HeaderMap): void
  /** Answers a request that the codec itself refuses. */
  sendCodecReply(status: number, body: string, details: string): void
  /** The codec gave the stream up: reset by the peer, by the codec, or the connection is gone. */
  onResetStream(reason: ResetReason, details: string): void
}

/** Writes one response (Http::ResponseEncoder and its Stream). */
export interface ResponseEncoder {
  /** Who is told of resets; another one when the request starts anew. */
  decoder: RequestDecoder
  encode1xxHeaders(headers: HeaderMap): void
  encodeHeaders(headers: HeaderMap, endStream: boolean): void
  encodeData(data: Buffer, endStream: boolean): void
  encodeTrailers(trailers: HeaderMap): void
  /** Gives the stream up: RST_STREAM, or under HTTP/1 the connection will be closed. */
  resetStream(reason: ResetReason): void
  /** Why the codec refused the message; empty when it did not. */
  readonly details: string
  /** True when a bad message costs its stream only, not the connection. */
  readonly streamErrorOnInvalidMessage: boolean
  /** Pauses or resumes reading, counted (Stream::readDisable). */
  readDisable(disable: boolean): void
}

/** The server side of one downstream connection. */
export interface ServerCodec {
  readonly protocol: Protocol
  /** Reads bytes; what it does not use stays in the buffer. Throws CodecError when the connection cannot go on. */
  dispatch(data: Buffer): void
}
