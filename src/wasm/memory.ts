import { latin1 } from '../engine/bytes.ts'

/** What a module exports, by name. */
export type GuestExports = Readonly<Record<string, unknown>>

/** The functions by which a module gives the host memory for what it returns. */
type Allocate = (size: number) => number

/**
 * A module's linear memory as host functions use it: every access is checked, and what does not fit answers undefined or
 * false, which the callers turn into InvalidMemoryAccess.
 */
export class GuestMemory {
  private readonly memory: WebAssembly.Memory
  private readonly allocate: Allocate | undefined

  constructor(exports: GuestExports) {
    this.memory = exports.memory as WebAssembly.Memory
    this.allocate = (exports.proxy_on_memory_allocate ?? exports.malloc) as Allocate | undefined
  }

  /** A view of the bytes; undefined when they are out of bounds. */
  bytes(pointer: number, size: number): Uint8Array | undefined {
    const at = pointer >>> 0
    const length = size >>> 0
    return at + length <= this.memory.buffer.byteLength ? new Uint8Array(this.memory.buffer, at, length) : undefined
  }

  /** The bytes as a byte string of its own. */
  text(pointer: number, size: number): string | undefined {
    const bytes = this.bytes(pointer, size)
    return bytes && latin1(bytes)
  }

  setU32(pointer: number, value: number): boolean {
    return this.write(pointer, 4, (view) => view.setUint32(0, value, true))
  }

  setU64(pointer: number, value: bigint): boolean {
    return this.write(pointer, 8, (view) => view.setBigUint64(0, value, true))
  }

  u32(pointer: number): number | undefined {
    const bytes = this.bytes(pointer, 4)
    return bytes && new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true)
  }

  set(pointer: number, bytes: Uint8Array): boolean {
    const target = this.bytes(pointer, bytes.length)
    target?.set(bytes)
    return target !== undefined
  }

  /** Copies bytes into memory of the module's own and writes where they are and how many; nothing is allocated for none. */
  give(bytes: Uint8Array, pointerAt: number, sizeAt: number): boolean {
    let pointer = 0
    if (bytes.length > 0) {
      pointer = this.allocate?.(bytes.length) ?? 0
      if (pointer === 0 || !this.set(pointer, bytes)) return false
    }
    return this.setU32(pointerAt, pointer) && this.setU32(sizeAt, bytes.length)
  }

  private write(pointer: number, size: number, store: (view: DataView) => void): boolean {
    const bytes = this.bytes(pointer, size)
    if (bytes) store(new DataView(bytes.buffer, bytes.byteOffset, size))
    return bytes !== undefined
  }
}
