import { fromLatin1, latin1 } from '../engine/bytes.ts'
import { Wasi } from './abi.ts'
import type { WasmVm } from './vm.ts'

const STDOUT = 1
const STDERR = 2
const REALTIME = 0
const RIGHTS_FD_WRITE = 64n
/** Counter of stdout's level and stderr's. */
const INFO = 'info'
const ERROR = 'error'

/**
 * WASI as far as Envoy gives it: output becomes log lines, there is a wall clock, an environment and chance, no files
 * (proxy-wasm-cpp-host: src/exports.cc).
 */
export function wasiFunctions(vm: WasmVm, environment: readonly (readonly [string, string])[]) {
  const variables = environment.map(([name, value]) => fromLatin1(`${name}=${value}\0`))
  return {
    fd_write(fd: number, vectors: number, count: number, writtenAt: number): number {
      if (fd !== STDOUT && fd !== STDERR) return Wasi.BadDescriptor
      let text = ''
      for (let i = 0; i < count; i++) {
        const pointer = vm.memory.u32(vectors + 8 * i)
        const size = vm.memory.u32(vectors + 8 * i + 4)
        const part = pointer === undefined || size === undefined ? undefined : vm.memory.bytes(pointer, size)
        if (!part) return Wasi.Fault
        text += latin1(part)
      }
      if (text.length > 0) vm.context.log({ level: fd === STDOUT ? INFO : ERROR, text: text.replace(/\n$/, '') })
      return vm.memory.setU32(writtenAt, text.length) ? Wasi.Success : Wasi.Fault
    },
    fd_read: () => Wasi.NotImplemented,
    fd_seek: () => Wasi.Success,
    fd_close: () => Wasi.Success,
    fd_fdstat_get(fd: number, at: number): number {
      if (fd !== STDOUT && fd !== STDERR) return Wasi.BadDescriptor
      const ok = vm.memory.setU64(at, 0n) && vm.memory.setU64(at + 8, RIGHTS_FD_WRITE) && vm.memory.setU64(at + 16, 0n)
      return ok ? Wasi.Success : Wasi.Fault
    },
    fd_prestat_get: () => Wasi.BadDescriptor,
    fd_prestat_dir_name: () => Wasi.BadDescriptor,
    environ_sizes_get(countAt: number, sizeAt: number): number {
      const size = variables.reduce((sum, bytes) => sum + bytes.length, 0)
      return vm.memory.setU32(countAt, variables.length) && vm.memory.setU32(sizeAt, size) ? Wasi.Success : Wasi.Fault
    },
    environ_get(pointers: number, buffer: number): number {
      let at = buffer
      for (const [i, bytes] of variables.entries()) {
        if (!vm.memory.setU32(pointers + 4 * i, at) || !vm.memory.set(at, bytes)) return Wasi.Fault
        at += bytes.length
      }
      return Wasi.Success
    },
    args_sizes_get: (countAt: number, sizeAt: number) =>
      vm.memory.setU32(countAt, 0) && vm.memory.setU32(sizeAt, 0) ? Wasi.Success : Wasi.Fault,
    args_get: () => Wasi.Success,
    clock_time_get(id: number, _precision: bigint, at: number): number {
      if (id !== REALTIME) return Wasi.NotSupported
      return vm.memory.setU64(at, vm.surroundings.now()) ? Wasi.Success : Wasi.Fault
    },
    random_get(at: number, size: number): number {
      const bytes = Uint8Array.from({ length: size }, () => Math.floor(vm.surroundings.random() * 256))
      return vm.memory.set(at, bytes) ? Wasi.Success : Wasi.Fault
    },
    sched_yield: () => Wasi.Success,
    proc_exit: () => {},
    poll_oneoff: () => Wasi.NotImplemented,
    path_open: () => Wasi.NotImplemented,
  }
}
