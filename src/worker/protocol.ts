import type { TraceStep } from '../engine/trace.ts'
import type { Finding } from '../envoy/validate/index.ts'
import type { LuaStep } from '../lua/index.ts'
import type { Design } from '../model/design.ts'

/** What came of one request or connection of a design. */
export interface SimulatedRequest {
  /** The case format's result; undefined when the run ended before it. */
  result: unknown
  steps: TraceStep[]
  /** Steps or log lines were dropped because there were too many. */
  truncated: boolean
}

export interface RunOptions {
  /** Record each line that Lua runs. */
  stepping?: boolean
  /** Run the requests up to this one only (an index into `requests`, then `connections`). */
  upTo?: number
}

/** To the worker: run every request of a design, in order, through one fresh proxy. */
export interface RunMessage {
  type: 'run'
  id: number
  design: Design
  options: RunOptions
}

export interface RunResult {
  /** The requests in order, then the connections. */
  requests: SimulatedRequest[]
  /** With stepping: each line that scripts ran, with its locals; `script` is the path of its source. */
  scriptSteps: LuaStep[]
  /** Milliseconds of real time. */
  tookMs: number
}

/** From the worker. */
export type WorkerMessage =
  /** Assets are loaded and the run has begun: its budget counts from here. */
  | { type: 'started'; id: number }
  | { type: 'done'; id: number; result: RunResult }
  /** The design cannot be run: Envoy would refuse it, say. `path` is the place in the document. */
  | { type: 'failed'; id: number; message: string; path?: string }

/** To the checking worker: look at a whole document, as text. */
export interface CheckMessage {
  id: number
  text: string
}

/** From it: what was found, or why nothing could be. */
export type CheckAnswer = { id: number; findings: Finding[] } | { id: number; error: string }

/** To the reading worker: make a design of a text. `name` is for what has none of its own. */
export interface ReadMessage {
  text: string
  name: string | undefined
}
