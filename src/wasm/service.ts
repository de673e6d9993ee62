import { latin1 } from '../engine/bytes.ts'
import type { PluginIdentity } from './context.ts'
import { RootContext, type RootSurroundings } from './root.ts'
import { SharedState } from './shared.ts'
import { type VmSettings, type VmSurroundings, WasmLoadError, WasmVm } from './vm.ts'

/** A plugin as a filter configures it. */
export interface PluginSettings extends PluginIdentity, Omit<VmSettings, 'configuration'> {
  code: Uint8Array
  /** vm_config.configuration. */
  vmConfiguration: Uint8Array
}

export interface PluginSurroundings extends RootSurroundings, Omit<VmSurroundings, 'shared'> {}

/**
 * The machines of one proxy. Plugins whose vm_id, VM configuration and code are the same live in one machine, each with a
 * root context of its own (Envoy: createWasm and getOrCreateThreadLocalPlugin; one worker).
 */
export class WasmMachines {
  private readonly shared = new SharedState()
  private readonly machines = new Map<string, WasmVm>()
  private readonly modules: ModuleCache

  constructor(modules: ModuleCache) {
    this.modules = modules
  }

  /**
   * The plugin's root context, started and configured; or why Envoy would not load it: the code is no module, asks for what
   * there is not, traps or refuses while it starts. `fresh` leaves a machine that failed behind and starts a new one.
   */
  plugin(
    settings: PluginSettings,
    surroundings: PluginSurroundings,
    fresh: boolean,
  ): RootContext | { refused: string } {
    try {
      return this.start(settings, surroundings, fresh)
    } catch (error) {
      if (error instanceof WasmLoadError) return { refused: error.message }
      throw error
    }
  }

  private start(settings: PluginSettings, surroundings: PluginSurroundings, fresh: boolean): RootContext {
    const key = `${settings.vmId}\0${latin1(settings.vmConfiguration)}\0${latin1(settings.code)}`
    const running = fresh ? undefined : this.machines.get(key)
    const vm = running ?? this.machine(settings, surroundings)
    const root = new RootContext(vm, settings, surroundings)
    const accepted = running ? root.join() : root.start()
    if (vm.failure !== undefined) throw new WasmLoadError(`the module fails while it starts: ${vm.failure}`)
    if (!accepted) throw new WasmLoadError('the module refuses its configuration')
    this.machines.set(key, vm)
    return root
  }

  private machine(settings: PluginSettings, surroundings: PluginSurroundings): WasmVm {
    const vm = new WasmVm(
      this.modules.compile(settings.code),
      { ...settings, configuration: settings.vmConfiguration },
      { now: surroundings.now, random: surroundings.random, shared: this.shared },
    )
    if (vm.failure !== undefined) throw new WasmLoadError(`the module fails while it starts: ${vm.failure}`)
    return vm
  }
}

/** Compiled modules by their bytes: a design is run again and again with the same code. */
export class ModuleCache {
  private readonly modules = new Map<string, WebAssembly.Module>()

  compile(code: Uint8Array): WebAssembly.Module {
    const key = latin1(code)
    let module = this.modules.get(key)
    if (!module) {
      try {
        module = new WebAssembly.Module(code.slice())
      } catch (error) {
        throw new WasmLoadError(`the code is no WebAssembly module: ${error instanceof Error ? error.message : error}`)
      }
      this.modules.set(key, module)
    }
    return module
  }
}
