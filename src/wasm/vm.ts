import { ABI_MARKERS, type AbiVersion } from './abi.ts'
import type { Context } from './context.ts'
import { environmentFunctions } from './environment.ts'
import { type GuestExports, GuestMemory } from './memory.ts'
import { Metrics } from './metrics.ts'
import type { SharedState } from './shared.ts'
import { wasiFunctions } from './wasi.ts'

/** What a module's machine needs of the proxy around it. */
export interface VmSurroundings {
  /** Wall-clock time in nanoseconds since 1970. */
  now(): bigint
  /** A random number, 0 <= n < 1. */
  random(): number
  shared: SharedState
}

export interface VmSettings {
  vmId: string
  configuration: Uint8Array
  /** Environment variables. */
  environment: readonly (readonly [string, string])[]
}

/** A call into a module: its result, and whether the module asked to stop whatever it returned. */
export interface CallResult {
  value: number
  stopped: boolean
}

/** A module that Envoy would not load. */
export class WasmLoadError extends Error {}

/**
 * A proxy-wasm module that runs: its instance, the contexts it was told of, and what has to wait until a call into it is
 * over (proxy-wasm-cpp-host: WasmBase). A trap ends it for good; `failure` then says why.
 */
export class WasmVm {
  readonly vmId: string
  readonly configuration: Uint8Array
  readonly abi: AbiVersion
  readonly surroundings: VmSurroundings
  readonly metrics = new Metrics()
  readonly memory: GuestMemory
  failure: string | undefined
  private readonly exports: GuestExports
  private readonly contexts = new Map<number, Context>()
  private lastId = 0
  private current: Context | undefined
  private effective: Context | undefined
  private stopNext = false
  private afterCall: (() => void)[] = []
  private readonly watchers = new Set<() => void>()

  /** @throws WasmLoadError for a module that asks for functions that there are not, or does not say its ABI version. */
  constructor(module: WebAssembly.Module, settings: VmSettings, surroundings: VmSurroundings) {
    this.vmId = settings.vmId
    this.configuration = settings.configuration
    this.surroundings = surroundings
    this.abi = abiOf(module)
    const wasi = wasiFunctions(this, settings.environment)
    const instance = new WebAssembly.Instance(
      module,
      importsFor(module, { env: environmentFunctions(this), wasi_snapshot_preview1: wasi, wasi_unstable: wasi }),
    )
    this.exports = instance.exports
    this.memory = new GuestMemory(instance.exports)
    // A reactor is initialised, a command is run to its end.
    if (instance.exports._initialize) this.run('_initialize')
    else this.run('_start')
  }

  /** Takes a context in; its id. */
  register(context: Context): number {
    this.contexts.set(++this.lastId, context)
    return this.lastId
  }

  forget(context: Context): void {
    this.contexts.delete(context.id)
  }

  /** The context in whose name the module acts now. */
  get context(): Context {
    return this.effective ?? this.current!
  }

  get inCall(): boolean {
    return this.current !== undefined
  }

  /** Makes the module act in another context's name until the call is over. False when there is none of this id. */
  setEffective(id: number): boolean {
    const context = this.contexts.get(id)
    if (context) this.effective = context
    return context !== undefined
  }

  /** What the module returns does not matter: the iteration is held. */
  stop(): void {
    this.stopNext = true
  }

  /** Runs `action` when the call into the module is over. */
  after(action: () => void): void {
    this.afterCall.push(action)
  }

  has(name: string): boolean {
    return typeof this.exports[name] === 'function'
  }

  /**
   * Calls a function of the module in a context's name and then does what waited for its end; `use` gets the result before
   * that. Undefined without such a function or when the module has failed.
   */
  call<T>(context: Context, name: string, args: readonly number[], use: (result: CallResult) => T): T | undefined {
    if (this.failure !== undefined || !this.has(name)) return undefined
    const before = { current: this.current, effective: this.effective }
    this.current = context
    this.effective = undefined
    const value = this.run(name, args)
    Object.assign(this, before)
    const failed = this.failed()
    const result = failed ? undefined : use({ value, stopped: this.stopNext })
    this.stopNext = false
    this.settle()
    if (failed) for (const watcher of [...this.watchers]) watcher()
    return result
  }

  /** Tells of a failure, once: what waits for the module would wait for ever. */
  watch(watcher: () => void): void {
    this.watchers.add(watcher)
  }

  unwatch(watcher: () => void): void {
    this.watchers.delete(watcher)
  }

  private failed(): boolean {
    return this.failure !== undefined
  }

  /** What waited for the end of the call. */
  private settle(): void {
    const actions = this.afterCall
    this.afterCall = []
    for (const action of actions) action()
  }

  private run(name: string, args: readonly number[] = []): number {
    const run = this.exports[name]
    if (typeof run !== 'function') return 0
    try {
      return Number(run(...args) ?? 0) >>> 0
    } catch (error) {
      this.failure = `${name}: ${error instanceof Error ? error.message : String(error)}`
      return 0
    }
  }
}

function abiOf(module: WebAssembly.Module): AbiVersion {
  for (const { name } of WebAssembly.Module.exports(module)) {
    if (Object.hasOwn(ABI_MARKERS, name)) return ABI_MARKERS[name as keyof typeof ABI_MARKERS]
  }
  throw new WasmLoadError(
    'the module exports no proxy_abi_version_0_1_0, 0_2_0 or 0_2_1: it is not a proxy-wasm module',
  )
}

type Functions = Record<string, (...args: never[]) => unknown>

function importsFor(module: WebAssembly.Module, known: Record<string, Functions>): Record<string, Functions> {
  const imports: Record<string, Functions> = {}
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    const group = Object.hasOwn(known, from) ? known[from]! : {}
    if (kind !== 'function' || !Object.hasOwn(group, name))
      throw new WasmLoadError(`the module imports ${from}.${name}, which Envoy does not give`)
    imports[from] ??= {}
    imports[from][name] = group[name]!
  }
  return imports
}
