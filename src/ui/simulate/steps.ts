import type { HeaderChanges, LogLine, TraceStep } from '../../engine/trace.ts'
import { shortName } from '../../model/edits/edit.ts'

/** What the trace says of a step in one short word or count, and how it feels. */
export function verdictOf(step: TraceStep): { text: string; tone: 'added' | 'changed' | 'removed' | 'bad' | 'plain' } {
  if (step.logs?.some((line) => line.level === 'error' || line.level === 'critical'))
    return { text: 'error', tone: 'bad' }
  if (step.changes) {
    const { added, changed, removed } = step.changes
    const counts = [
      added.length > 0 ? `+${added.length}` : '',
      changed.length > 0 ? `~${changed.length}` : '',
      removed.length > 0 ? `−${removed.length}` : '',
    ]
    const tone = added.length > 0 ? 'added' : changed.length > 0 ? 'changed' : 'removed'
    return { text: counts.filter((count) => count !== '').join(' '), tone }
  }
  if (step.body) return { text: step.body.before === undefined ? 'body' : '~body', tone: 'plain' }
  if (step.kind === 'local_reply') return { text: step.status ?? '', tone: 'bad' }
  // To hand the request to the next stage is what a terminal filter is for.
  const ended = step.kind === 'network_filter' && step.status === 'StopIteration'
  const status = step.status === 'Continue' || ended ? '' : (step.status ?? '')
  return { text: status, tone: status === NOT_SIMULATED ? 'changed' : 'plain' }
}

/** The verdict of a filter that traffic merely passes through. */
const NOT_SIMULATED = 'not simulated'

/** Whether the simulator does only a part of what the filter does. */
export function isPartly({ notModelled, status }: TraceStep): boolean {
  return status !== NOT_SIMULATED && notModelled !== undefined && notModelled.length > 0
}

/** The filters of a run that traffic merely passed through, each once, as they are called on the canvas. */
export function passedThrough(steps: readonly TraceStep[]): string[] {
  return [...new Set(steps.filter((step) => step.status === NOT_SIMULATED).map(nameOf))]
}

/**
 * A step's name as it is shown: Envoy's own filters without their prefix, behind the filter in whose place they run;
 * clusters as people call them.
 */
export function nameOf({ name, kind, within }: TraceStep): string {
  if (kind !== 'upstream') return within === undefined ? shortName(name) : `${shortName(within)} › ${shortName(name)}`
  const [, port, , host] = name.split('|')
  return host ? `${host.replace('.svc.cluster.local', '')}:${port}` : name
}

/** One line on what the step did. */
export function summaryOf(step: TraceStep): string {
  const parts = [changesText(step.changes), step.reason ?? '', bodyText(step)]
  return parts.filter((part) => part !== '').join(' · ')
}

function bodyText({ body }: TraceStep): string {
  if (!body) return ''
  const size = `${body.length} bytes`
  return body.before === undefined ? size : `${size}, changed`
}

/** What of the filter is not modelled, as a sentence. */
export function partlyText({ notModelled = [] }: TraceStep): string {
  return `Not modelled: ${notModelled.join('; ')}.`
}

function changesText(changes: HeaderChanges | undefined): string {
  if (!changes) return ''
  return [
    ...changes.added.map(([name, value]) => `+ ${name}: ${value}`),
    ...changes.changed.map(({ name, after }) => `~ ${name}: ${after}`),
    ...changes.removed.map(([name]) => `− ${name}`),
  ].join(', ')
}

/** A header of the message after a step. */
export interface HeaderRow {
  name: string
  value: string
  state: 'same' | 'added' | 'changed' | 'removed'
  before?: string
}

/** The headers after a step, with what it changed; what it removed stands at the end. */
export function headerRows(step: TraceStep): HeaderRow[] {
  const changes = step.changes
  const added = (changes?.added ?? []).map(([name, value]) => `${name}\n${value}`)
  const changed = new Map((changes?.changed ?? []).map((change) => [change.name, change.before]))
  const rows: HeaderRow[] = (step.headers ?? []).map(([name, value]) => {
    const at = added.indexOf(`${name}\n${value}`)
    if (at >= 0) {
      added.splice(at, 1)
      return { name, value, state: 'added' }
    }
    const before = changed.get(name)
    return before === undefined ? { name, value, state: 'same' } : { name, value, state: 'changed', before }
  })
  return [...rows, ...(changes?.removed ?? []).map(([name, value]) => ({ name, value, state: 'removed' as const }))]
}

/** Every log line of a run, with the step that said it. */
export function logsOf(steps: readonly TraceStep[]): { step: number; name: string; line: LogLine }[] {
  return steps.flatMap(({ logs = [], name }, step) => logs.map((line) => ({ step, name, line })))
}

/** The arrow at the front of a step. */
export function arrowOf({ kind, phase }: TraceStep): string {
  if (kind === 'upstream') return '⇄'
  return phase === 'response' ? '↑' : '↓'
}
