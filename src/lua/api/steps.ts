import { depthOf, frameAt, type LuaVariable } from '../vm/frames.ts'
import type { LuaState, LuaVm } from '../vm/vm.ts'

/** One line about to be run, for stepping through a script. */
export interface LuaStep {
  /** The script's name, as `LuaScript.name`. */
  script: string
  /** The entry function that is running: envoy_on_request, envoy_on_response, ... */
  handler: string
  /** Numbers the calls of entry functions, from 1: the steps of one call belong together, also across its pauses. */
  call: number
  line: number
  /** How many functions are open, 1 in the entry function itself: for stepping over and out. */
  depth: number
  /** Name of the running function; '' for an anonymous one. */
  functionName: string
  locals: LuaVariable[]
  /** Variables of the script around the function that it uses. */
  upvalues: LuaVariable[]
  /** Virtual time, milliseconds since 1970. */
  at: number
}

export interface StepOptions {
  /** How many steps are kept at most; 2,000 unless told. */
  limit?: number
  /** Record these lines only (breakpoints); every line unless told. */
  lines?: ReadonlySet<number>
  maxLocals?: number
}

/** Collects the lines that scripts run, up to a bound. One for each run of the simulator. */
export class StepRecorder {
  readonly steps: LuaStep[] = []
  /** True when lines were left out because there were too many. */
  truncated = false
  private readonly options: StepOptions
  private calls = 0

  constructor(options: StepOptions = {}) {
    this.options = options
  }

  /** A number for a call that begins. */
  nextCall(): number {
    return ++this.calls
  }

  record(
    vm: LuaVm,
    L: LuaState,
    line: number,
    run: { script: string; handler: string; call: number; at: number },
  ): void {
    const { lines, limit = 2_000, maxLocals = 30 } = this.options
    if (lines && !lines.has(line)) return
    if (this.steps.length >= limit) {
      this.truncated = true
      return
    }
    const frame = frameAt(vm, L, 0, maxLocals)
    const { name = '', locals = [], upvalues = [] } = frame ?? {}
    this.steps.push({ ...run, line, depth: depthOf(vm, L), functionName: name, locals, upvalues })
  }
}
