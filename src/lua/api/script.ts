import { fromLatin1, textOf } from '../../engine/bytes.ts'
import { chunkOf } from '../vm/frames.ts'
import type { LuaPool } from '../vm/pool.ts'
import { type LuaState, LuaVm } from '../vm/vm.ts'
import {
  describeError,
  describePaused,
  describeTrap,
  errorText,
  type FailedScript,
  limitFailure,
  type RunLimits,
  type ScriptFailure,
} from './failure.ts'
import { ApiMachine, type LogSink } from './object.ts'
import { type PackagePaths, prependPackagePaths } from './package-paths.ts'
import type { StepRecorder } from './steps.ts'

/** Code that Envoy would refuse: it does not compile, or fails while it is loaded. */
export class ScriptLoadError extends Error {
  constructor(message: string) {
    super(`script load error: ${message}`)
    this.name = 'ScriptLoadError'
  }
}

export interface ScriptOptions {
  /** For traces and steps: where the code stands. */
  name: string
  /** Where its machine lives. */
  pool: LuaPool
  limits: RunLimits
  /** Milliseconds since 1970. */
  now: () => number
  /** What os.getenv reads. */
  environment: Readonly<Record<string, string>> | undefined
  packagePaths: PackagePaths | undefined
  steps: StepRecorder | undefined
  /** Global functions Envoy looks up when it has loaded the code. */
  handlers: readonly string[]
  /** Whether EnvoyTimestampResolution is defined (HTTP filter only). */
  timestampResolution: boolean
}

/** One call of an entry function. */
export interface ScriptCall {
  /** What traces and steps call the script. */
  script: string
  handler: string
  /** Tells calls apart when steps are recorded. */
  call: number
}

/** A machine with the code loaded. */
interface Loaded {
  machine: ApiMachine
  /** References of the entry functions, by name. */
  handlers: Map<string, number>
  /** How Lua names the code in messages. */
  chunk: string
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
  private loaded: Loaded | undefined
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

  /** Names a call of a handler that is about to begin, by the script's own name unless there is another. */
  begin(handler: string, script = this.name): ScriptCall {
    return { script, handler, call: this.options.steps?.nextCall() ?? 0 }
  }

  pushHandler(L: LuaState, handler: string): void {
    this.machine.vm.pushRef(L, this.loaded!.handlers.get(handler)!)
  }

  /** Starts or continues thread `L` of `machine` with `args` values; logs and prints of the stretch go to `log`. */
  run(machine: ApiMachine, L: LuaState, args: number, call: ScriptCall, log: LogSink): RunResult {
    const { vm } = machine
    const about = this.about(call)
    if (machine.discarded) return { status: 'failed', failure: limitFailure(call.script, lost) }
    const before = { machine: machine.log, print: this.log }
    machine.log = log
    this.log = log
    try {
      this.startSteps(vm, call)
      vm.setBudget(this.options.limits.instructions)
      const result = vm.resume(L, args)
      if (result.status !== 'error') return result
      if (result.kind === 'memory') this.crowded = true
      return { status: 'failed', failure: describeError(vm, L, result, about) }
    } catch (error) {
      machine.discarded = true
      this.loaded = undefined
      return { status: 'failed', failure: describeTrap(error, about) }
    } finally {
      machine.log = before.machine
      this.log = before.print
    }
  }

  /** An error of Envoy's own about the thread of a call, which has paused. */
  paused(machine: ApiMachine, L: LuaState, call: ScriptCall, message: string): ScriptFailure {
    return describePaused(machine.vm, L, message, this.about(call))
  }

  /** An error of Envoy's own about what a call returned. */
  failure(reason: string): ScriptFailure {
    return { level: 'error', text: reason, reason, script: this.name }
  }

  private about({ script: name, handler }: ScriptCall): FailedScript {
    return { name, handler, chunk: this.loaded?.chunk ?? '', limits: this.options.limits }
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
    vm.setLineHook((L, line) => steps.record(vm, L, line, { ...call, at: this.now }))
  }

  private load(): Loaded {
    const { pool, limits, now, environment, packagePaths, handlers } = this.options
    const vm = new LuaVm(pool, {
      memoryLimit: limits.memory,
      now,
      print: (text) => this.log('info', `print: ${text}`),
      env: (name) => (environment && Object.hasOwn(environment, name) ? environment[name] : undefined),
      refused: (what) =>
        this.log('warn', `the script asked for ${what}, which the simulator does not have: the call failed`),
    })
    const L = vm.main
    if (packagePaths) prependPackagePaths(vm, packagePaths)
    vm.setBudget(limits.instructions)
    const compiled = vm.load(L, this.source)
    const chunk = compiled.status === 'error' ? '' : chunkOf(vm, L)
    const result = compiled.status === 'error' ? compiled : vm.call(L)
    if (result.status === 'error') {
      throw new ScriptLoadError(textOf(fromLatin1(errorText(result, limits))))
    }
    vm.setTop(L, 0)
    const refs = new Map<string, number>()
    for (const name of handlers) {
      vm.getGlobal(L, name)
      if (vm.type(L, -1) === 'function') refs.set(name, vm.ref(L))
      else vm.pop(L)
    }
    if (this.options.timestampResolution && refs.size > 0) defineTimestampResolution(vm)
    return { machine: new ApiMachine(vm), handlers: refs, chunk }
  }
}

const lost = "the script's state was thrown away when another run of it had to be stopped"

function defineTimestampResolution(vm: LuaVm): void {
  const L = vm.main
  vm.newTable(L)
  vm.pushNumber(L, 0)
  vm.setField(L, -2, 'MILLISECOND')
  vm.pushNumber(L, 1)
  vm.setField(L, -2, 'MICROSECOND')
  vm.setGlobal(L, 'EnvoyTimestampResolution')
}
