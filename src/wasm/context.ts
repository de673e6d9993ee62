import { fromLatin1 } from '../engine/bytes.ts'
import type { HeaderMap } from '../engine/http/header-map.ts'
import type { LogLine } from '../engine/trace.ts'
import { BufferType, MapType, Result } from './abi.ts'
import type { Pair } from './pairs.ts'
import type { WasmVm } from './vm.ts'

/** Bytes that a module may read, and replace where they are its to change. */
export interface GuestBuffer {
  readonly length: number
  bytes(): Uint8Array
  /** Puts `data` in place of `length` bytes from `start`; the result for the module. */
  replace(start: number, length: number, data: Uint8Array): number
}

/** What a plugin is called and configured with. */
export interface PluginIdentity {
  name: string
  rootId: string
  configuration: Uint8Array
}

/** A local response that a module asks for. */
export interface LocalResponse {
  status: number
  body: string
  details: string
  headers: Pair[]
  /** -1 for none. */
  grpcStatus: number
}

/**
 * One side of a module's conversation: the root context of a plugin, or a stream of it. Host functions ask the context in
 * whose name they run; what a context does not have, it refuses (proxy-wasm-cpp-host: ContextBase).
 */
export abstract class Context {
  readonly vm: WasmVm
  readonly id: number
  /** The module has been told of the context. */
  created = false

  constructor(vm: WasmVm) {
    this.vm = vm
    this.id = vm.register(this)
  }

  /** The root context: itself for a root. */
  abstract readonly root: RootLike

  /** Headers or trailers to change. */
  headerMap(_type: number): HeaderMap | undefined {
    return undefined
  }

  /** Headers or trailers to read. */
  readHeaderMap(type: number): HeaderMap | undefined {
    if (type === MapType.HttpCallResponseHeaders) return this.root.callResponse?.headers
    if (type === MapType.HttpCallResponseTrailers) return this.root.callResponse?.trailers
    return this.headerMap(type)
  }

  /** Headers were changed by the module. */
  headersModified(_type: number): void {}

  buffer(type: number): GuestBuffer | undefined {
    switch (type) {
      case BufferType.VmConfiguration:
        return readOnly(this.vm.configuration)
      case BufferType.PluginConfiguration:
        return this.root.configuring === undefined ? undefined : readOnly(this.root.configuring)
      case BufferType.HttpCallResponseBody:
        return this.root.callResponse && readOnly(this.root.callResponse.body)
      default:
        return undefined
    }
  }

  /** The value of a property by the parts of its path, or why there is none: here what a plugin knows of itself. */
  property(path: readonly string[]): Uint8Array | number {
    const { plugin } = this.root
    if (path.length > 1) return Result.NotFound
    switch (path[0]) {
      case 'plugin_name':
        return fromLatin1(plugin.name)
      case 'plugin_root_id':
        return fromLatin1(plugin.rootId)
      case 'plugin_vm_id':
        return fromLatin1(this.vm.vmId)
      default:
        return Result.NotFound
    }
  }

  setProperty(_path: string, _value: Uint8Array): number {
    return Result.NotFound
  }

  respond(_response: LocalResponse): void {}

  continueStream(_type: number): number {
    return Result.BadArgument
  }

  closeStream(_type: number): number {
    return Result.BadArgument
  }

  /** A line of the module, where the trace of this context shows it. */
  abstract log(line: LogLine): void

  /** Something that the user has to know about what the module did. */
  abstract note(text: string): void
}

/** What contexts ask of their root. */
export interface RootLike extends Context {
  readonly plugin: PluginIdentity
  /** The answer that the module is being told of. */
  readonly callResponse: { headers: HeaderMap; body: Uint8Array; trailers?: HeaderMap } | undefined
  /** The plugin configuration, while the module is being configured. */
  readonly configuring: Uint8Array | undefined
  /** Sends a request of the module's own: its token, or why it was not sent. */
  httpCall(call: HttpCall): { token: number } | { result: number }
  setTickPeriod(milliseconds: number): void
  status(): { code: number; message: string }
  queueReady(token: number): void
}

export interface HttpCall {
  cluster: string
  headers: Pair[]
  body: Uint8Array
  trailers: Pair[]
  timeoutMs: number
}

/** Bytes that cannot be changed. */
export function readOnly(bytes: Uint8Array): GuestBuffer {
  return { length: bytes.length, bytes: () => bytes, replace: () => Result.BadArgument }
}
