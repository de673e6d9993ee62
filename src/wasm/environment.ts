import { fromLatin1 } from '../engine/bytes.ts'
import type { HeaderMap } from '../engine/http/header-map.ts'
import { asciiLower } from '../engine/match/ascii.ts'
import { LAST_BUFFER, LAST_MAP, LOG_LEVELS, Result, StreamType } from './abi.ts'
import { decodePairs, encodePairs } from './pairs.ts'
import type { WasmVm } from './vm.ts'

/** The level of Envoy's log that a module sees: Istio's proxies log warnings and above unless told otherwise. */
const LOG_LEVEL_WARNING = 3

/**
 * The functions of the proxy-wasm ABI that a module imports from `env`. Arguments are checked in the order of Envoy's host
 * (proxy-wasm-cpp-host: src/exports.cc; Envoy: source/extensions/common/wasm/context.cc).
 */
export function environmentFunctions(vm: WasmVm) {
  return {
    ...headerFunctions(vm),
    ...bufferFunctions(vm),
    ...streamFunctions(vm),
    ...sharedFunctions(vm),
    ...otherFunctions(vm),
  }
}

function headerFunctions(vm: WasmVm) {
  /** Changes a map by name, and by value where there is one. */
  const change =
    (apply: (map: HeaderMap, name: string, value: string) => void) =>
    (type: number, nameAt: number, nameSize: number, valueAt = 0, valueSize = 0): number => {
      if (type >>> 0 > LAST_MAP) return Result.BadArgument
      const name = vm.memory.text(nameAt, nameSize)
      const value = vm.memory.text(valueAt, valueSize)
      if (name === undefined || value === undefined) return Result.InvalidMemoryAccess
      const map = vm.context.headerMap(type)
      if (!map) return Result.BadArgument
      apply(map, asciiLower(name), value)
      vm.context.headersModified(type)
      return Result.Ok
    }
  return {
    proxy_add_header_map_value: change((map, name, value) => map.add(name, value)),
    proxy_replace_header_map_value: change((map, name, value) => map.replace(name, value)),
    proxy_remove_header_map_value: change((map, name) => map.remove(name)),
    proxy_get_header_map_value(
      type: number,
      nameAt: number,
      nameSize: number,
      valueAt: number,
      sizeAt: number,
    ): number {
      if (type >>> 0 > LAST_MAP) return Result.BadArgument
      const name = vm.memory.text(nameAt, nameSize)
      if (name === undefined) return Result.InvalidMemoryAccess
      const map = vm.context.readHeaderMap(type)
      if (!map) return Result.BadArgument
      const value = map.getAll(asciiLower(name))[0]
      if (value === undefined && vm.abi !== '0.1.0') return Result.NotFound
      return given(vm.memory.give(fromLatin1(value ?? ''), valueAt, sizeAt))
    },
    proxy_get_header_map_pairs(type: number, pointerAt: number, sizeAt: number): number {
      if (type >>> 0 > LAST_MAP) return Result.BadArgument
      const pairs = vm.context.readHeaderMap(type)?.pairs() ?? []
      return given(vm.memory.give(pairs.length > 0 ? encodePairs(pairs) : new Uint8Array(0), pointerAt, sizeAt))
    },
    proxy_set_header_map_pairs(type: number, at: number, size: number): number {
      if (type >>> 0 > LAST_MAP) return Result.BadArgument
      const bytes = vm.memory.bytes(at, size)
      if (!bytes) return Result.InvalidMemoryAccess
      const map = vm.context.headerMap(type)
      if (!map) return Result.BadArgument
      const pairs = decodePairs(bytes)
      map.clear()
      for (const [name, value] of pairs) map.add(asciiLower(name), value)
      vm.context.headersModified(type)
      return Result.Ok
    },
    proxy_get_header_map_size(type: number, sizeAt: number): number {
      if (type >>> 0 > LAST_MAP) return Result.BadArgument
      const map = vm.context.headerMap(type)
      return map ? given(vm.memory.setU32(sizeAt, map.byteSize)) : Result.BadArgument
    },
  }
}

function bufferFunctions(vm: WasmVm) {
  return {
    proxy_get_buffer_bytes(type: number, start: number, length: number, pointerAt: number, sizeAt: number): number {
      if (type >>> 0 > LAST_BUFFER) return Result.BadArgument
      const buffer = vm.context.buffer(type)
      if (!buffer) return Result.NotFound
      const from = start >>> 0
      const to = Math.min(from + (length >>> 0), buffer.length)
      // A start behind the end leaves a length that wraps around in Envoy; what it copies then is nothing a module could use.
      if (from >= to) return Result.Ok
      return given(vm.memory.give(buffer.bytes().slice(from, to), pointerAt, sizeAt))
    },
    proxy_get_buffer_status(type: number, lengthAt: number, flagsAt: number): number {
      if (type >>> 0 > LAST_BUFFER) return Result.BadArgument
      const buffer = vm.context.buffer(type)
      if (!buffer) return Result.NotFound
      return given(vm.memory.setU32(lengthAt, buffer.length) && vm.memory.setU32(flagsAt, 0))
    },
    proxy_set_buffer_bytes(type: number, start: number, length: number, at: number, size: number): number {
      if (type >>> 0 > LAST_BUFFER) return Result.BadArgument
      const buffer = vm.context.buffer(type)
      if (!buffer) return Result.NotFound
      const data = vm.memory.bytes(at, size)
      return data ? buffer.replace(start >>> 0, length >>> 0, data.slice()) : Result.InvalidMemoryAccess
    },
  }
}

function streamFunctions(vm: WasmVm) {
  return {
    proxy_send_local_response(
      status: number,
      detailsAt: number,
      detailsSize: number,
      bodyAt: number,
      bodySize: number,
      headersAt: number,
      headersSize: number,
      grpcStatus: number,
    ): number {
      const details = vm.memory.text(detailsAt, detailsSize)
      const body = vm.memory.text(bodyAt, bodySize)
      const headers = vm.memory.bytes(headersAt, headersSize)
      if (details === undefined || body === undefined || !headers) return Result.InvalidMemoryAccess
      vm.context.respond({ status, details, body, headers: decodePairs(headers), grpcStatus })
      vm.stop()
      return Result.Ok
    },
    proxy_continue_stream: (type: number) => vm.context.continueStream(type),
    proxy_close_stream: (type: number) => vm.context.closeStream(type),
    proxy_continue_request: () => vm.context.continueStream(StreamType.Request),
    proxy_continue_response: () => vm.context.continueStream(StreamType.Response),
    proxy_clear_route_cache: (): number => {
      vm.context.headersModified(0)
      return Result.Ok
    },
    proxy_http_call(
      clusterAt: number,
      clusterSize: number,
      headersAt: number,
      headersSize: number,
      bodyAt: number,
      bodySize: number,
      trailersAt: number,
      trailersSize: number,
      timeoutMs: number,
      tokenAt: number,
    ): number {
      const cluster = vm.memory.text(clusterAt, clusterSize)
      const headers = vm.memory.bytes(headersAt, headersSize)
      const body = vm.memory.bytes(bodyAt, bodySize)
      const trailers = vm.memory.bytes(trailersAt, trailersSize)
      if (cluster === undefined || !headers || !body || !trailers) return Result.InvalidMemoryAccess
      if (!vm.memory.setU32(tokenAt, 0)) return Result.InvalidMemoryAccess
      const sent = vm.context.root.httpCall({
        cluster,
        headers: decodePairs(headers),
        body: body.slice(),
        trailers: decodePairs(trailers),
        timeoutMs: timeoutMs | 0,
      })
      if ('result' in sent) return sent.result
      vm.memory.setU32(tokenAt, sent.token)
      return Result.Ok
    },
    proxy_set_effective_context: (id: number) => (vm.setEffective(id) ? Result.Ok : Result.BadArgument),
    proxy_done: () => Result.NotFound,
    // gRPC from a module is not simulated; it hears that the call failed, and the trace says why.
    proxy_grpc_call: () => unmodelled(vm, 'gRPC calls'),
    proxy_grpc_stream: () => unmodelled(vm, 'gRPC streams'),
    proxy_grpc_send: () => unmodelled(vm, 'gRPC streams'),
    proxy_grpc_close: () => unmodelled(vm, 'gRPC streams'),
    proxy_grpc_cancel: () => unmodelled(vm, 'gRPC streams'),
  }
}

function unmodelled(vm: WasmVm, what: string): number {
  vm.context.note(`the module makes ${what}, which are not simulated: it is told that they fail`)
  return Result.InternalFailure
}

function sharedFunctions(vm: WasmVm) {
  const { shared } = vm.surroundings
  return {
    proxy_get_shared_data(keyAt: number, keySize: number, valueAt: number, sizeAt: number, casAt: number): number {
      const key = vm.memory.text(keyAt, keySize)
      if (key === undefined) return Result.InvalidMemoryAccess
      const found = shared.get(vm.vmId, key)
      if (!found) return Result.NotFound
      return given(vm.memory.give(fromLatin1(found.value), valueAt, sizeAt) && vm.memory.setU32(casAt, found.cas))
    },
    proxy_set_shared_data(keyAt: number, keySize: number, valueAt: number, valueSize: number, cas: number): number {
      const key = vm.memory.text(keyAt, keySize)
      const value = vm.memory.text(valueAt, valueSize)
      if (key === undefined || value === undefined) return Result.InvalidMemoryAccess
      return shared.set(vm.vmId, key, value, cas >>> 0)
    },
    proxy_register_shared_queue(nameAt: number, nameSize: number, tokenAt: number): number {
      const name = vm.memory.text(nameAt, nameSize)
      if (name === undefined) return Result.InvalidMemoryAccess
      const { root } = vm.context
      const token: number = shared.register(vm.vmId, name, () => root.queueReady(token))
      return given(vm.memory.setU32(tokenAt, token))
    },
    proxy_resolve_shared_queue(
      vmAt: number,
      vmSize: number,
      nameAt: number,
      nameSize: number,
      tokenAt: number,
    ): number {
      const vmId = vm.memory.text(vmAt, vmSize)
      const name = vm.memory.text(nameAt, nameSize)
      if (vmId === undefined || name === undefined) return Result.InvalidMemoryAccess
      const token = shared.resolve(vmId || vm.vmId, name)
      return token === undefined ? Result.NotFound : given(vm.memory.setU32(tokenAt, token))
    },
    proxy_enqueue_shared_queue(token: number, at: number, size: number): number {
      const item = vm.memory.text(at, size)
      return item === undefined ? Result.InvalidMemoryAccess : shared.enqueue(token, item)
    },
    proxy_dequeue_shared_queue(token: number, pointerAt: number, sizeAt: number): number {
      const item = shared.dequeue(token)
      return typeof item === 'number' ? item : given(vm.memory.give(fromLatin1(item), pointerAt, sizeAt))
    },
  }
}

function otherFunctions(vm: WasmVm) {
  return {
    proxy_log(level: number, at: number, size: number): number {
      const name = LOG_LEVELS[level]
      if (!name) return Result.BadArgument
      const text = vm.memory.text(at, size)
      if (text === undefined) return Result.InvalidMemoryAccess
      vm.context.log({ level: name, text })
      return Result.Ok
    },
    proxy_get_log_level: (at: number) => given(vm.memory.setU32(at, LOG_LEVEL_WARNING)),
    proxy_get_property(pathAt: number, pathSize: number, valueAt: number, sizeAt: number): number {
      const path = vm.memory.text(pathAt, pathSize)
      if (path === undefined) return Result.InvalidMemoryAccess
      // A path may end in a NUL.
      const value = vm.context.property(path.replace(/\0$/, '').split('\0'))
      return typeof value === 'number' ? value : given(vm.memory.give(value, valueAt, sizeAt))
    },
    proxy_set_property(pathAt: number, pathSize: number, valueAt: number, valueSize: number): number {
      const path = vm.memory.text(pathAt, pathSize)
      const value = vm.memory.bytes(valueAt, valueSize)
      return path === undefined || !value ? Result.InvalidMemoryAccess : vm.context.setProperty(path, value.slice())
    },
    proxy_get_configuration: (pointerAt: number, sizeAt: number) =>
      given(vm.memory.give(vm.context.root.configuring ?? vm.configuration, pointerAt, sizeAt)),
    proxy_get_status(codeAt: number, pointerAt: number, sizeAt: number): number {
      const { code, message } = vm.context.root.status()
      return given(vm.memory.setU32(codeAt, code) && vm.memory.give(fromLatin1(message), pointerAt, sizeAt))
    },
    proxy_set_tick_period_milliseconds(milliseconds: number): number {
      vm.context.root.setTickPeriod(milliseconds >>> 0)
      return Result.Ok
    },
    proxy_get_current_time_nanoseconds: (at: number) => given(vm.memory.setU64(at, vm.surroundings.now())),
    proxy_define_metric(type: number, nameAt: number, nameSize: number, idAt: number): number {
      const name = vm.memory.text(nameAt, nameSize)
      if (name === undefined) return Result.InvalidMemoryAccess
      const id = vm.metrics.define(type, name)
      return id === undefined ? Result.BadArgument : given(vm.memory.setU32(idAt, id))
    },
    proxy_increment_metric: (id: number, by: bigint) => vm.metrics.increment(id, by),
    proxy_record_metric: (id: number, value: bigint) => vm.metrics.record(id, value),
    proxy_get_metric(id: number, at: number): number {
      const value = vm.metrics.read(id)
      return typeof value === 'number' ? value : given(vm.memory.setU64(at, value))
    },
    proxy_call_foreign_function(nameAt: number, nameSize: number): number {
      const name = vm.memory.text(nameAt, nameSize)
      if (name === undefined) return Result.InvalidMemoryAccess
      vm.context.note(
        `the module calls the foreign function ${name}, which is not simulated: it is told that there is none`,
      )
      return Result.NotFound
    },
  }
}

function given(ok: boolean): number {
  return ok ? Result.Ok : Result.InvalidMemoryAccess
}
