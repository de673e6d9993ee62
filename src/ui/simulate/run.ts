import { parentId } from '../../model/locate.ts'
import { idOfStep } from '../../model/run.ts'
import { aged, type RunOutcome } from '../../store/app.ts'
import type { RunError } from '../../worker/client.ts'
import type { Services } from '../context.ts'

/**
 * Sends every request of the open design through a fresh proxy, in order, and shows what came of the chosen one. Lines
 * that scripts run are recorded when there are breakpoints.
 */
export async function runRequest({ store }: Services): Promise<void> {
  const { id, design, run, setRun, togglePanel } = store.getState()
  if (!design) return
  togglePanel('simulate', true)
  setRun({ status: 'running', of: design, error: undefined, errorPath: undefined })
  const { simulator } = await import('./simulator.ts')
  try {
    const { requests, scriptSteps, tookMs } = await simulator().run(design, { stepping: hasBreakpoints(design.view) })
    const now = store.getState()
    if (now.id !== id || !now.design) return
    const outcomes: RunOutcome[] = requests.map(({ result, steps, truncated }) => ({
      result,
      steps,
      truncated,
      tookMs,
    }))
    const request = Math.min(run.request, Math.max(0, outcomes.length - 1))
    setRun({
      status: 'done',
      request,
      outcomes,
      outcome: outcomes[request],
      scriptSteps,
      step: undefined,
      stale: aged({ ...now.run, of: design }, now.design).stale,
    })
    showWay(store)
  } catch (error) {
    const { kind, message, path } = error as RunError
    if (kind === 'superseded' || store.getState().id !== id) return
    setRun({ status: 'failed', error: message, errorPath: path, outcome: undefined, outcomes: undefined })
  }
}

/** Shows another request of the last run. */
export function showRequest({ store }: Services, request: number): void {
  const { run, setRun } = store.getState()
  setRun({ request, outcome: run.outcomes?.[request], step: undefined })
  showWay(store)
}

/** Opens the listener and the filter chain that the request of the shown outcome went through. */
function showWay(store: Services['store']): void {
  const { design, run, setView } = store.getState()
  if (!design || !run.outcome) return
  const { steps } = run.outcome
  const last = (kind: string): string | undefined => {
    const step = steps.findLast((one) => one.kind === kind)
    return step && idOfStep(design, step)
  }
  const listener = last('listener')
  const chain = last('filter_chain')
  const host = last('route')
  const way = { listener, chain, ...(host !== undefined && { host: parentId(host) }) }
  const shown = { listener: design.view?.listener, chain: design.view?.chain, host: design.view?.host }
  if (listener !== undefined && JSON.stringify({ ...shown, ...way }) !== JSON.stringify(shown)) setView(way)
}

function hasBreakpoints(view: Record<string, unknown> | undefined): boolean {
  const points = view?.breakpoints
  return typeof points === 'object' && points !== null && Object.keys(points).length > 0
}
