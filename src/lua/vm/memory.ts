import type { LuaExports } from './abi.ts'
import { LuaTrap } from './errors.ts'

const scratchSize = 8_192
const cachedLength = 64
const cachedStrings = 1_024

/** Byte strings in and out of the virtual machine's memory. One char of a JavaScript string is one byte (latin1). */
export class LuaMemory {
  private readonly machine: { readonly exports: LuaExports }
  /** The length that a C function leaves, and then room for a string; taken when it is first needed. */
  private taken: number | undefined
  private readonly cache = new Map<string, number>()
  private view = new Uint8Array()
  private words = new DataView(new ArrayBuffer(0))

  /** The memory of a machine, in whatever instance that is at the time. */
  constructor(machine: { readonly exports: LuaExports }) {
    this.machine = machine
  }

  /** Where C functions leave the length of the string they return. */
  get lengthPointer(): number {
    this.taken ??= this.x.malloc(8 + scratchSize)
    return this.taken
  }

  private get scratch(): number {
    return this.lengthPointer + 8
  }

  private get x(): LuaExports {
    return this.machine.exports
  }

  /** The whole memory; valid until the next call into the machine, which may grow it. */
  bytes(): Uint8Array {
    const { buffer } = this.x.memory
    if (this.view.buffer !== buffer) {
      this.view = new Uint8Array(buffer)
      this.words = new DataView(buffer)
    }
    return this.view
  }

  /** The length that the last C function called with `lengthPointer` left there. */
  length(): number {
    this.bytes()
    return this.words.getUint32(this.lengthPointer, true)
  }

  /** `length` bytes at `pointer` as a byte string. */
  read(pointer: number, length: number): string {
    const bytes = this.bytes()
    if (length <= 4_096) return String.fromCharCode.apply(null, bytes.subarray(pointer, pointer + length) as never)
    const parts: string[] = []
    for (let at = pointer; at < pointer + length; at += 4_096) {
      const end = Math.min(at + 4_096, pointer + length)
      parts.push(String.fromCharCode.apply(null, bytes.subarray(at, end) as never))
    }
    return parts.join('')
  }

  /** The NUL-terminated string at `pointer`; '' for the null pointer. */
  readC(pointer: number): string {
    if (pointer === 0) return ''
    return this.read(pointer, this.bytes().indexOf(0, pointer) - pointer)
  }

  /** Lends `use` a pointer to the bytes of `value`; it is valid only during the call. Short strings are kept and reused. */
  lend(value: string | Uint8Array, use: (pointer: number, length: number) => void): void {
    const length = value.length
    if (typeof value === 'string' && length <= cachedLength) {
      use(this.cached(value), length)
      return
    }
    const pointer = length < scratchSize ? this.scratch : this.x.malloc(length + 1)
    if (pointer === 0) throw new LuaTrap('memory', `no room for a string of ${length} bytes`)
    this.write(pointer, value)
    try {
      use(pointer, length)
    } finally {
      if (pointer !== this.scratch) this.x.free(pointer)
    }
  }

  /** A pointer to `value` as a NUL-terminated string that stays valid; for short strings only (names, keys). */
  cached(value: string): number {
    let pointer = this.cache.get(value)
    if (pointer === undefined) {
      if (this.cache.size >= cachedStrings) this.forget()
      pointer = this.x.malloc(value.length + 1)
      this.write(pointer, value)
      this.cache.set(value, pointer)
    }
    return pointer
  }

  private write(pointer: number, value: string | Uint8Array): void {
    const bytes = this.bytes()
    const length = value.length
    if (typeof value === 'string') for (let i = 0; i < length; i++) bytes[pointer + i] = value.charCodeAt(i)
    else bytes.set(value, pointer)
    bytes[pointer + length] = 0
  }

  private forget(): void {
    for (const pointer of this.cache.values()) this.x.free(pointer)
    this.cache.clear()
  }
}
