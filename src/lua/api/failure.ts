import { frames, traceback } from '../vm/frames.ts'
import { type LuaResult, type LuaState, LuaTrap, type LuaVm } from '../vm/vm.ts'

/** Why a script ended early. `limit`: it hit a bound of the simulator that Envoy does not have. */
export type FailureKind = 'error' | 'limit'

/** A script's error with all that is known about it. `message` is what Envoy logs, a byte string. */
export interface ScriptFailure {
  kind: FailureKind
  message: string
  /** Line in the script, from 1. */
  line?: number
  stack?: string
  locals?: { name: string; value: string }[]
}

export interface RunLimits {
  /** Instructions of one uninterrupted stretch of a script. */
  instructions: number
  /** Bytes one script's state may hold. */
  memory: number
}

type ErrorResult = Extract<LuaResult, { status: 'error' }>

/** Describes an error that `resume` or `call` answered with; the thread's frames are still there. */
export function describeError(vm: LuaVm, L: LuaState, result: ErrorResult, limits: RunLimits): ScriptFailure {
  const all = frames(vm, L, { maxFrames: 12, maxLocals: 30 })
  const failure: ScriptFailure = {
    kind: result.kind === 'budget' || result.kind === 'memory' ? 'limit' : 'error',
    message: limitText(result, limits) ?? result.message ?? 'unspecified lua error',
    stack: traceback(vm, L),
  }
  // The message knows the line best; an error thrown without a position is placed by the innermost frame that has one.
  const line = lineOf(failure.message) ?? all.find((frame) => frame.line > 0)?.line
  if (line !== undefined) failure.line = line
  const innermost = all.find((frame) => frame.locals.length > 0)
  if (innermost) failure.locals = innermost.locals
  return failure
}

/** Describes an exception that came out of the virtual machine; it is dead afterwards. */
export function describeTrap(error: unknown, limits: RunLimits): ScriptFailure {
  if (!(error instanceof LuaTrap)) {
    const detail = error instanceof Error ? error.message : String(error)
    return { kind: 'limit', message: `the simulator itself failed in this script: ${detail}` }
  }
  const text = error.reason === 'budget' ? budgetText(limits) : error.message
  return { kind: 'limit', message: `${text}; the script's globals were lost` }
}

function limitText(result: ErrorResult, limits: RunLimits): string | undefined {
  if (result.kind === 'budget') return budgetText(limits)
  if (result.kind !== 'memory') return undefined
  const mebibytes = Math.round(limits.memory / 1_048_576)
  return `not enough memory: the script's state holds more than ${mebibytes} MiB, the limit of this simulator`
}

function budgetText({ instructions }: RunLimits): string {
  return (
    `stopped after ${instructions.toLocaleString('en-US')} instructions without a pause: ` +
    'Envoy has no such limit, and its worker would be blocked for all requests until the script ends'
  )
}

/** The line in `[string "..."]:12: message`. */
export function lineOf(message: string): number | undefined {
  const match = /^\[string "[^\n]*?"\]:(\d+):/.exec(message)
  return match ? Number(match[1]) : undefined
}
