import { fromLatin1, textOf } from '../../engine/bytes.ts'
import type { LogLine, ScriptFrame, ScriptVariable } from '../../engine/trace.ts'
import { failedThreads, frames, type LuaFrame, type LuaVariable } from '../vm/frames.ts'
import { type LuaResult, type LuaState, LuaTrap, type LuaVm } from '../vm/vm.ts'

/**
 * A script's error with all that is known about it, as text for people. `text` is what Envoy logs; `stopped`: the script hit
 * a bound of the simulator that Envoy does not have.
 */
export interface ScriptFailure extends LogLine {
  level: 'error'
  reason: string
  script: string
}

export interface RunLimits {
  /** Instructions of one uninterrupted stretch of a script. */
  instructions: number
  /** Bytes one script's state may hold. */
  memory: number
}

/** What is known of the code that failed. */
export interface FailedScript {
  /** What traces call it. */
  name: string
  /** How Lua's messages name the script: `[string "..."]`. */
  chunk: string
  /** The entry function that ran. */
  handler: string
  limits: RunLimits
}

type ErrorResult = Extract<LuaResult, { status: 'error' }>

/** Describes an error that `resume` or `call` answered with; the thread's frames are still there. */
export function describeError(vm: LuaVm, L: LuaState, result: ErrorResult, script: FailedScript): ScriptFailure {
  const failure = failureAt(vm, L, errorText(result, script.limits), script)
  return result.kind === 'budget' || result.kind === 'memory' ? { ...failure, stopped: true } : failure
}

/** Describes an error of Envoy's own about a thread that has paused. */
export function describePaused(vm: LuaVm, L: LuaState, message: string, script: FailedScript): ScriptFailure {
  return failureAt(vm, L, message, script)
}

function failureAt(vm: LuaVm, L: LuaState, message: string, script: FailedScript): ScriptFailure {
  const open = failedThreads(vm, L).flatMap((thread) => scriptFrames(vm, thread, script.chunk))
  const entry = open.at(-1)
  if (entry?.name === '') entry.name = script.handler
  const failure: ScriptFailure = {
    level: 'error',
    text: readable(message),
    reason: readable(message.slice(positions(message, script.chunk).at(-1)?.end ?? 0)),
    script: script.name,
    frames: open,
  }
  // The message knows the line best: a script may have caught the error and raised it again somewhere else.
  const line = lineIn(message, script.chunk) ?? open.find(({ code }) => code === 'script')?.line
  if (line !== undefined) failure.line = line
  return failure
}

/** A script's bytes as text for people. */
function readable(bytes: string): string {
  return textOf(fromLatin1(bytes))
}

/** What Envoy logs of an error; where the simulator stopped the script, why. */
export function errorText(result: ErrorResult, limits: RunLimits): string {
  return limitText(result, limits) ?? result.message ?? 'unspecified lua error'
}

function scriptFrames(vm: LuaVm, L: LuaState, chunk: string): ScriptFrame[] {
  const open = frames(vm, L, { maxFrames: 12, maxLocals: 30 })
  return open.map((frame, i) => {
    const omitted = (open[i + 1]?.level ?? frame.level + 1) - frame.level - 1
    return { ...scriptFrame(frame, chunk), ...(omitted > 0 ? { omitted } : {}) }
  })
}

function scriptFrame(frame: LuaFrame, chunk: string): ScriptFrame {
  const { name, what, line, lineDefined, locals, upvalues } = frame
  if (what === 'C') return { name, code: 'builtin', locals: [], upvalues: [] }
  return {
    name,
    code: frame.chunk === chunk ? 'script' : 'loaded',
    ...(line > 0 ? { line } : {}),
    ...(lineDefined > 0 ? { defined: lineDefined } : {}),
    locals: locals.map(readableVariable),
    upvalues: upvalues.map(readableVariable),
  }
}

function readableVariable({ name, value }: LuaVariable): ScriptVariable {
  return { name, value: readable(value) }
}

/** Describes an exception that came out of the virtual machine; it is dead afterwards. */
export function describeTrap(error: unknown, { name: script, limits }: FailedScript): ScriptFailure {
  if (!(error instanceof LuaTrap)) {
    const detail = error instanceof Error ? error.message : String(error)
    return limitFailure(script, `the simulator itself failed in this script: ${detail}`)
  }
  const text = error.reason === 'budget' ? budgetText(limits) : error.message
  return limitFailure(script, `${text}; the script's globals were lost`)
}

/** A script that the simulator could not run, or not to its end. */
export function limitFailure(script: string, message: string): ScriptFailure {
  return { level: 'error', stopped: true, script, text: message, reason: message }
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

/**
 * The line of `chunk` at the front of `[string "..."]:12: message`; the last of several, which is the innermost: each
 * coroutine.wrap that the error went through has put its own position in front.
 */
export function lineIn(message: string, chunk: string): number | undefined {
  return positions(message, chunk).at(-1)?.line
}

function positions(message: string, chunk: string): { line: number; end: number }[] {
  const found: { line: number; end: number }[] = []
  for (let at = 0; message.startsWith(`${chunk}:`, at); ) {
    const position = /^:(\d+): /.exec(message.slice(at + chunk.length))
    if (!position) break
    at += chunk.length + position[0].length
    found.push({ line: Number(position[1]), end: at })
  }
  return found
}
