import { joinBytes } from './bytes.ts'

/**
 * A body or a stretch of a byte stream, as Envoy's Buffer::Instance: filters get it by reference and may change it in place.
 * Chunks are kept apart until somebody asks for the bytes, so that moving data along a chain copies nothing.
 */
export class Buffer {
  private chunks: Uint8Array[] = []
  private size = 0

  static of(...parts: Uint8Array[]): Buffer {
    const buffer = new Buffer()
    for (const part of parts) buffer.append(part)
    return buffer
  }

  /** Length in bytes. */
  get length(): number {
    return this.size
  }

  append(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    this.chunks.push(bytes)
    this.size += bytes.length
  }

  prepend(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    this.chunks.unshift(bytes)
    this.size += bytes.length
  }

  /** A buffer of the same content; the bytes themselves are shared. */
  copy(): Buffer {
    return Buffer.of(...this.chunks)
  }

  /** Takes everything out of `other`, which is empty afterwards (Buffer::move). */
  moveFrom(other: Buffer): void {
    for (const chunk of other.chunks) this.append(chunk)
    other.clear()
  }

  /** Removes the first `count` bytes, or all of them. */
  drain(count: number = this.size): void {
    if (count >= this.size) this.clear()
    else this.set(this.bytes().subarray(count))
  }

  clear(): void {
    this.chunks = []
    this.size = 0
  }

  /** Replaces the whole content. */
  set(bytes: Uint8Array): void {
    this.clear()
    this.append(bytes)
  }

  /** The content as one array: a view, not a copy, so do not write into it. */
  bytes(): Uint8Array {
    if (this.chunks.length === 1) return this.chunks[0]!
    if (this.chunks.length === 0) return EMPTY
    const joined = joinBytes(this.chunks)
    this.chunks = [joined]
    return joined
  }
}

const EMPTY = new Uint8Array(0)
