/** Why a stretch of bytes is no sequence of gRPC messages. */
export type FrameProblem = 'unknown flags' | 'compressed' | 'too long'

/** Bytes before each message: a flag byte and the length, big-endian. */
export const GRPC_FRAME_HEADER = 5
const COMPRESSED = 1

/** One message with its five bytes in front: a flag and the length. */
export function grpcFrame(message: Uint8Array): Uint8Array {
  const framed = new Uint8Array(GRPC_FRAME_HEADER + message.length)
  framed.set(grpcFrameHeader(message.length))
  framed.set(message, GRPC_FRAME_HEADER)
  return framed
}

/** The header of an uncompressed frame with `length` bytes of message (modulo 2^32, as the field has 32 bits). */
export function grpcFrameHeader(length: number, flags = 0): Uint8Array {
  const header = new Uint8Array(GRPC_FRAME_HEADER)
  header[0] = flags
  new DataView(header.buffer).setUint32(1, length)
  return header
}

/**
 * The messages in a body, in order; a last one that is cut short is left out, as a decoder that waits for the rest would.
 * A compressed message is a problem unless it is empty: nothing was negotiated (Envoy: Grpc::Decoder and AsyncStreamImpl).
 * @param maxLength bytes that a message may have; 0 is no limit.
 */
export function grpcMessages(body: Uint8Array, maxLength = 0): { messages: Uint8Array[]; problem?: FrameProblem } {
  const messages: Uint8Array[] = []
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength)
  for (let at = 0; at < body.length; ) {
    const flags = body[at]!
    if (flags > COMPRESSED) return { messages, problem: 'unknown flags' }
    if (at + GRPC_FRAME_HEADER > body.length) break
    const length = view.getUint32(at + 1)
    if (maxLength > 0 && length > maxLength) return { messages, problem: 'too long' }
    if (at + GRPC_FRAME_HEADER + length > body.length) break
    if (flags === COMPRESSED && length > 0) return { messages, problem: 'compressed' }
    messages.push(body.subarray(at + GRPC_FRAME_HEADER, at + GRPC_FRAME_HEADER + length))
    at += GRPC_FRAME_HEADER + length
  }
  return { messages }
}
