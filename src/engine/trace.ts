import { fromUtf8 } from './bytes.ts'
import type { HeaderMap, HeaderPair } from './http/header-map.ts'

/** Where in the life of a request or connection a step stands. */
export type TracePhase = 'connection' | 'request' | 'response'

export type TraceKind =
  | 'listener'
  | 'listener_filter'
  | 'filter_chain'
  | 'network_filter'
  | 'connection_manager'
  | 'route'
  | 'http_filter'
  | 'upstream'
  | 'local_reply'
  | 'client'

export interface HeaderChanges {
  added: HeaderPair[]
  changed: { name: string; before: string; after: string }[]
  removed: HeaderPair[]
}

export interface LogLine {
  level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'critical'
  text: string
  /** For script errors: path of the script's source in the document. */
  script?: string
  /** For script errors: the text without the place in front of it. */
  reason?: string
  /** For script errors: what comes of it, as the end of a sentence. */
  outcome?: string
  /** The simulator stopped the script; Envoy would not have. */
  stopped?: true
  /** For script errors: the line of the script, from 1. */
  line?: number
  /** For script errors: the functions that were open, innermost first, with their variables. */
  frames?: ScriptFrame[]
}

/** A function that was open when a script failed. */
export interface ScriptFrame {
  /** What its caller calls it; '' when that has no name for it. */
  name: string
  /** `builtin`: of Lua's libraries or Envoy's API. `loaded`: its code came from loadstring(). */
  code: 'script' | 'loaded' | 'builtin'
  line?: number
  /** Where its code begins; undefined for the script itself and for `builtin`. */
  defined?: number
  locals: ScriptVariable[]
  /** Variables around the function that it uses. */
  upvalues: ScriptVariable[]
  /** How many functions between this one and the next are left out. */
  omitted?: number
}

/** A variable and its value, written as in Lua. */
export interface ScriptVariable {
  name: string
  value: string
}

/** One step: something looked at the connection or the message, and this is what came of it. */
export interface TraceStep {
  kind: TraceKind
  phase: TracePhase
  /** The part of the message it was given. */
  part?: 'headers' | 'data' | 'trailers'
  /** Name as configured (a filter's name, a listener's, a route's, a cluster's). */
  name: string
  /** Name of the filter in whose place this one runs: composite and its like. Its step stands before this one. */
  within?: string
  /** Path of the configured object in the document, e.g. `listeners[0].filter_chains[0].filters[0].typed_config.http_filters[2]`. */
  path?: string
  /** What it answered in Envoy's words: Continue, StopIteration, ... or a short verdict such as `allowed`. */
  status?: string
  /** Why, in one line. */
  reason?: string
  changes?: HeaderChanges
  /** The message's headers after the step. */
  headers?: HeaderPair[]
  /** Body length and beginning after the step, when the step saw or changed data. */
  body?: { before?: string; after: string; length: number }
  metadata?: Record<string, unknown>
  logs?: LogLine[]
  /** What is not modelled of this filter and may matter here. */
  notModelled?: string[]
  /** Virtual time of the step, in milliseconds since the run began. */
  at: number
}

/** Bounds, so that a loop in a configuration cannot fill memory with its own description. */
export const TRACE_LIMITS = { steps: 5_000, body: 4_096, logs: 1_000 } as const

/** Collects the steps of one run. `Trace.off` collects nothing and costs nothing. */
export class Trace {
  readonly steps: TraceStep[] = []
  readonly enabled: boolean
  /** True when steps were dropped because there were too many. */
  truncated = false
  private current: TraceStep | undefined
  private logCount = 0

  constructor(enabled = true) {
    this.enabled = enabled
  }

  static readonly off = new Trace(false)

  /** Adds a step and makes it the one that `note` and `log` speak of. */
  step(step: TraceStep): TraceStep {
    if (!this.enabled) return step
    if (this.steps.length >= TRACE_LIMITS.steps) {
      this.truncated = true
      return step
    }
    this.steps.push(step)
    this.current = step
    return step
  }

  /** Makes an earlier step the one that `note` and `log` speak of; returns the one before, to be given back. */
  focus(step: TraceStep | undefined): TraceStep | undefined {
    const before = this.current
    this.current = step
    return before
  }

  /** Adds to the reason of the step at hand. */
  note(text: string): void {
    if (!this.enabled || !this.current) return
    this.current.reason = this.current.reason ? `${this.current.reason}; ${text}` : text
  }

  log(line: LogLine): void {
    if (!this.enabled || !this.current) return
    if (this.logCount++ >= TRACE_LIMITS.logs) {
      this.truncated = true
      return
    }
    this.current.logs = [...(this.current.logs ?? []), line]
  }
}

/** Adds a stretch of body to what a step shows: the beginning as text, the whole length. */
export function addBody(step: TraceStep, data: { length: number; bytes(): Uint8Array }): void {
  const before = step.body
  const shown = before?.after ?? ''
  const room = TRACE_LIMITS.body - shown.length
  const more = room > 0 ? fromUtf8(data.bytes().subarray(0, room)) : ''
  step.body = { after: shown + more, length: (before?.length ?? 0) + data.length }
}

/** What differs between two states of a header map. A name whose values were only reordered counts as changed. */
export function headerChanges(before: readonly HeaderPair[], after: HeaderMap): HeaderChanges | undefined {
  const old = group(before)
  const now = group(after.pairs())
  const changes: HeaderChanges = { added: [], changed: [], removed: [] }
  for (const [name, values] of now) {
    const was = old.get(name)
    if (!was) for (const value of values) changes.added.push([name, value])
    else if (was.length < values.length && was.every((value, i) => value === values[i]))
      for (const value of values.slice(was.length)) changes.added.push([name, value])
    else if (was.join('\0') !== values.join('\0'))
      changes.changed.push({ name, before: was.join(', '), after: values.join(', ') })
  }
  for (const [name, values] of old) if (!now.has(name)) for (const value of values) changes.removed.push([name, value])
  return changes.added.length + changes.changed.length + changes.removed.length > 0 ? changes : undefined
}

function group(pairs: readonly HeaderPair[]): Map<string, string[]> {
  const map = new Map<string, string[]>()
  for (const [name, value] of pairs) {
    const list = map.get(name)
    if (list) list.push(value)
    else map.set(name, [value])
  }
  return map
}
