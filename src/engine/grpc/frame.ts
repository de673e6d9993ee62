/** Why a stretch of bytes is no sequence of gRPC messages. */
export type FrameProblem = 'unknown flags' | 'compressed' | 'too long'

const HEADER = 5
const COMPRESSED = 1

/** One message with its five bytes in front: a flag and the length. */
export function grpcFrame(message: Uint8Array): Uint8Array {
  const framed = new Uint8Array(HEADER + message.length)
  new DataView(framed.buffer).setUint32(1, message.length)
  framed.set(message, HEADER)
  return framed
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
    if (at + HEADER > body.length) break
    const length = view.getUint32(at + 1)
    if (maxLength > 0 && length > maxLength) return { messages, problem: 'too long' }
    if (at + HEADER + length > body.length) break
    if (flags === COMPRESSED && length > 0) return { messages, problem: 'compressed' }
    messages.push(body.subarray(at + HEADER, at + HEADER + length))
    at += HEADER + length
  }
  return { messages }
}
