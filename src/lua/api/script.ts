import { fromLatin1, textOf } from '../../engine/bytes.ts'
import { type LuaState, LuaVm } from '../vm/vm.ts'
import { describeError, describeTrap, lineOf, type RunLimits, type ScriptFailure } from './failure.ts'
import { ApiMachine, type LogSink } from './object.ts'
import type { StepRecorder } from './steps.ts'

/** Code that Envoy would refuse: it does not compile, or fails while it is loaded. */
export class ScriptLoadError extends Error {
  readonly line: number | undefined

  constructor(message: string) {
    super(`script load error: ${message}`)
    this.name = 'ScriptLoadError'
    this.line = lineOf(message)
  }
}

export interface ScriptOptions {
  /** For traces and steps: where the code stands. */
  name: string
  /** Compiled lua.generated.wasm. */
  module: WebAssembly.Module
  limits: RunLimits
  /** Milliseconds since 1970. */
  now: () => number
  /** What os.getenv reads. */
  environment: Readonly<Record<string, string>> | undefined
  steps: StepRecorder | undefined
  /** Global functions Envoy looks up when it has loaded the code. */
  handlers: readonly string[]
  /** Whether EnvoyTimestampResolution is defined (HTTP filter only). */
  timestampResolution: boolean
}

/** One call of an entry function. */
export interface ScriptCall {
  handler: string
  /** Tells calls apart when steps are recorded. */
  call: number
}

/** How a stretch of a script ended. */
export type RunResult = { status: 'done' | 'yield'; count: number } | { status: 'failed'; failure: ScriptFailure }

/**
 * One Lua state with one piece of code loaded: what Envoy keeps for each configured script and worker, so globals live
 * on from request to request (Envoy: ThreadLocalState and PerLuaCodeSetup).
 */
export class LuaScript {
  readonly name: string
  /** What the code printed while it was loaded; whoever shows it empties it. */
  readonly loadOutput: string[] = []
  private readonly source: Uint8Array
  private readonly options: ScriptOptions
  private loaded: { machine: ApiMachine; handlers: Map<string, number> } | undefined
  private log: LogSink
  private crowded = false

  /** Loads `source` (bytes). Throws ScriptLoadError. */
  constructor(source: Uint8Array, options: ScriptOptions) {
    this.name = options.name
    this.source = source.includes(0) ? source.subarray(0, source.indexOf(0)) : source
    this.options = options
    this.log = (_, text) => this.loadOutput.push(text)
    this.loaded = this.load()
  }

  get now(): number {
    return this.options.now()
  }

  /** The machine; a fresh one, globals as after loading, when the last had to be thrown away. */
  get machine(): ApiMachine {
    this.loaded ??= this.load()
    return this.loaded.machine
  }

  /** True when the code defined this function at load time; functions assigned later do not count. */
  has(handler: string): boolean {
    if (this.crowded) this.makeRoom()
    this.loaded ??= this.load()
    return this.loaded.handlers.has(handler)
  }

  /** Names a call of a handler that is about to begin. */
  begin(handler: string): ScriptCall {
    return { handler, call: this.options.steps?.nextCall() ?? 0 }
  }

  pushHandler(L: LuaState, handler: string): void {
    this.machine.vm.pushRef(L, this.loaded!.handlers.get(handler)!)
  }

  /** Starts or continues thread `L` of `machine` with `args` values; logs and prints of the stretch go to `log`. */
  run(machine: ApiMachine, L: LuaState, args: number, call: ScriptCall, log: LogSink): RunResult {
    const { vm } = machine
    if (machine.discarded) return { status: 'failed', failure: lost }
    const before = { machine: machine.log, print: this.log }
    machine.log = log
    this.log = log
    try {
      this.startSteps(vm, call)
      vm.setBudget(this.options.limits.instructions)
      const result = vm.resume(L, args)
      if (result.status !== 'error') return result
      if (result.kind === 'memory') this.crowded = true
      return { status: 'failed', failure: describeError(vm, L, result, this.options.limits) }
    } catch (error) {
      machine.discarded = true
      this.loaded = undefined
      return { status: 'failed', failure: describeTrap(error, this.options.limits) }
    } finally {
      machine.log = before.machine
      this.log = before.print
    }
  }

  // Lua does not clear up by itself when memory has run out; what is then still held for good would end every later run.
  private makeRoom(): void {
    this.crowded = false
    const machine = this.loaded?.machine
    if (!machine) return
    try {
      machine.vm.setBudget(this.options.limits.instructions)
      machine.vm.collectGarbage()
      if (machine.vm.memoryUsed() < this.options.limits.memory * 0.75) return
    } catch {
      // A collector that fails leaves a machine that is good for nothing.
    }
    machine.discarded = true
    this.loaded = undefined
  }

  private startSteps(vm: LuaVm, call: ScriptCall): void {
    const { steps } = this.options
    if (!steps) return
    vm.setLineHook((L, line) => steps.record(vm, L, line, { script: this.name, ...call, at: this.now }))
  }

  private load(): { machine: ApiMachine; handlers: Map<string, number> } {
    const { module, limits, now, environment, handlers } = this.options
    const vm = new LuaVm(module, {
      memoryLimit: limits.memory,
      now,
      print: (text) => this.log('info', `print: ${text}`),
      env: (name) => (environment && Object.hasOwn(environment, name) ? environment[name] : undefined),
      refused: (what) =>
        this.log('warn', `the script asked for ${what}, which the simulator does not have: the call failed`),
    })
    const L = vm.main
    vm.setBudget(limits.instructions)
    const compiled = vm.load(L, this.source)
    const result = compiled.status === 'error' ? compiled : vm.call(L)
    if (result.status === 'error') {
      const { message } = describeError(vm, L, result, limits)
      throw new ScriptLoadError(textOf(fromLatin1(message)))
    }
    vm.setTop(L, 0)
    const refs = new Map<string, number>()
    for (const name of handlers) {
      vm.getGlobal(L, name)
      if (vm.type(L, -1) === 'function') refs.set(name, vm.ref(L))
      else vm.pop(L)
    }
    if (this.options.timestampResolution && refs.size > 0) defineTimestampResolution(vm)
    return { machine: new ApiMachine(vm), handlers: refs }
  }
}

const lost: ScriptFailure = {
  kind: 'limit',
  message: "the script's state was thrown away when another run of it had to be stopped",
}

function defineTimestampResolution(vm: LuaVm): void {
  const L = vm.main
  vm.newTable(L)
  vm.pushNumber(L, 0)
  vm.setField(L, -2, 'MILLISECOND')
  vm.pushNumber(L, 1)
  vm.setField(L, -2, 'MICROSECOND')
  vm.setGlobal(L, 'EnvoyTimestampResolution')
}
