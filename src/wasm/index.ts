/**
 * The proxy-wasm host: what `host.services.wasm` holds. The Wasm HTTP filter asks it for machines.
 *
 *     services: { wasm: createWasmService() }
 */
import type { HttpFilter, HttpStream } from '../engine/http/filter.ts'
import type { RootContext } from './root.ts'
import { ModuleCache, WasmMachines } from './service.ts'
import { type StreamSettings, WasmStream } from './stream.ts'

export type { RootContext } from './root.ts'
export type { PluginSettings, PluginSurroundings, WasmMachines } from './service.ts'
export type { StreamSettings } from './stream.ts'

/** What the Wasm filter needs; one for all runs of a process, so that modules are compiled once. */
export interface WasmService {
  /** The machines of a new proxy. */
  machines(): WasmMachines
  /** A plugin on a stream. */
  open(root: RootContext, settings: StreamSettings, stream: HttpStream): HttpFilter
}

export function createWasmService(): WasmService {
  const modules = new ModuleCache()
  return {
    machines: () => new WasmMachines(modules),
    open: (root, settings, stream) => new WasmStream(root, settings, stream),
  }
}
