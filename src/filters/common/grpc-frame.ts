import type { Buffer } from '../../engine/buffer.ts'
import { GRPC_FRAME_HEADER } from '../../engine/grpc/frame.ts'

export interface GrpcFrame {
  flags: number
  data: Uint8Array
}

/**
 * Cuts a byte stream into gRPC frames; what is not complete yet is kept (Envoy: Grpc::Decoder in
 * source/common/grpc/codec.cc, which takes no flag but "compressed").
 */
export class GrpcFrameDecoder {
  private pending = new Uint8Array(0)

  /** True while part of a frame is waiting for the rest. */
  get partial(): boolean {
    return this.pending.length > 0
  }

  /** Takes all of `data`. Undefined: a flag byte that no frame may have, and `data` is left as it was. */
  decode(data: Buffer): GrpcFrame[] | undefined {
    const bytes = new Uint8Array(this.pending.length + data.length)
    bytes.set(this.pending)
    bytes.set(data.bytes(), this.pending.length)
    const view = new DataView(bytes.buffer)
    const frames: GrpcFrame[] = []
    let at = 0
    while (at < bytes.length) {
      if (bytes[at]! > 1) return undefined
      if (bytes.length - at < GRPC_FRAME_HEADER) break
      const end = at + GRPC_FRAME_HEADER + view.getUint32(at + 1)
      if (end > bytes.length) break
      frames.push({ flags: bytes[at]!, data: bytes.subarray(at + GRPC_FRAME_HEADER, end) })
      at = end
    }
    this.pending = bytes.slice(at)
    data.clear()
    return frames
  }
}
