import type { Design } from './design.ts'
import { type Path, parsePath } from './json.ts'
import { idOfPath, parentId } from './locate.ts'

/** What the canvas reads of a step of a run's trace (the engine's own steps say more). */
export interface RunStep {
  kind: string
  phase: 'connection' | 'request' | 'response'
  name: string
  /** Where the object stands in the configuration: `listeners[0].filter_chains[0].filters[0]`. */
  path?: string
  status?: string
  reason?: string
  changes?: { added: unknown[]; changed: unknown[]; removed: unknown[] }
  /** The message's headers after the step. */
  headers?: readonly (readonly [name: string, value: string])[]
  logs?: { level: string; text: string }[]
  notModelled?: string[]
}

/** How many headers a filter added, changed and removed in one direction. */
export interface ChangeCounts {
  added: number
  changed: number
  removed: number
}

/** What a run did at one object on the canvas. */
export interface NodeMarks {
  request?: ChangeCounts
  response?: ChangeCounts
  /** What it decided, where that is more than to let the message go on or to hold it for a while. */
  verdict?: string
  /** Why, of a route that was chosen. */
  reason?: string
  /** The status that it answered with: a filter in the server's stead, or a cluster's server. */
  answer?: string
  replied: boolean
  /** A script or filter failed here. */
  failed: boolean
  logs: number
}

/** The id of the object that a step is about, if it is on the canvas. */
export function idOfStep(design: Design, step: RunStep): string | undefined {
  if (step.path !== undefined) {
    let path: Path
    try {
      path = parsePath(step.path)
    } catch {
      return undefined
    }
    const found = idOfPath(design, path[0] === 'config' ? path : ['config', ...path])
    if (found) return found.id
  }
  if (step.kind !== 'upstream') return undefined
  const index = design.config.clusters.findIndex((cluster) => cluster.name === step.name)
  return index < 0 ? undefined : idOfPath(design, ['config', 'clusters', index])?.id
}

/** What happened at each object that the run reached, containers included; objects not in the map were not reached. */
export function marksOf(design: Design, steps: readonly RunStep[]): Map<string, NodeMarks> {
  const marks = new Map<string, NodeMarks>()
  // Whose answer comes next: a server's, or the last filter's that saw the request.
  let asked: string | undefined
  let last: string | undefined
  for (const step of steps) {
    const id = idOfStep(design, step)
    const status = step.headers?.find(([name]) => name === ':status')?.[1]
    if (step.kind === 'local_reply') {
      asked = undefined
      if (id === undefined && last !== undefined) {
        const mark = reach(marks, last)
        mark.replied = true
        mark.answer = step.status ?? status
      }
    } else if (step.phase === 'response' && asked !== undefined && status !== undefined) {
      reach(marks, asked).answer = status
      asked = undefined
    }
    if (id === undefined) continue
    if (step.kind === 'upstream') asked = id
    if (step.kind === 'http_filter' && step.phase === 'request') last = id
    for (let at = parentId(id); at !== ''; at = parentId(at)) reach(marks, at)
    note(reach(marks, id), step)
  }
  return marks
}

function reach(marks: Map<string, NodeMarks>, id: string): NodeMarks {
  const known = marks.get(id)
  if (known) return known
  const fresh = { replied: false, failed: false, logs: 0 }
  marks.set(id, fresh)
  return fresh
}

function note(mark: NodeMarks, step: RunStep): void {
  if (step.changes) {
    const side = step.phase === 'response' ? 'response' : 'request'
    const sum = mark[side] ?? { added: 0, changed: 0, removed: 0 }
    mark[side] = {
      added: sum.added + step.changes.added.length,
      changed: sum.changed + step.changes.changed.length,
      removed: sum.removed + step.changes.removed.length,
    }
  }
  if (step.status !== undefined && !/^(Continue|StopIteration|not simulated)/.test(step.status))
    mark.verdict = step.status
  if (step.kind === 'route' && step.reason !== undefined) mark.reason = step.reason
  if (step.kind === 'local_reply') mark.replied = true
  mark.logs += step.logs?.length ?? 0
  if (step.logs?.some((line) => line.level === 'error' || line.level === 'critical')) mark.failed = true
}
