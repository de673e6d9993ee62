import IconPlus from '@tabler/icons-react/icons/IconPlus'
import IconTrash from '@tabler/icons-react/icons/IconTrash'
import type { RequestSpec } from '../../model/design.ts'
import { removeRequest, setRequest } from '../../model/edits/traffic.ts'
import type { RunOutcome } from '../../store/app.ts'
import { useApp, useServices } from '../context.ts'
import { type Expectation, expectationOf } from './expectation.ts'
import classes from './RequestEditor.module.css'
import { showRequest } from './run.ts'

/** The design's requests, each with what came of it in the last run. They run in order over one proxy. */
export function RequestList() {
  const services = useServices()
  const design = useApp((state) => state.design)
  const current = useApp((state) => state.run.request)
  const outcomes = useApp((state) => state.run.outcomes)
  const stale = useApp((state) => state.run.stale)
  if (!design) return null
  const { requests } = design
  const add = (): void => {
    const { design, apply } = services.store.getState()
    if (!design) return
    const { name: _, ...copy } = design.requests[current] ?? { authority: 'example.com', path: '/' }
    apply(setRequest(design, design.requests.length, copy))
    showRequest(services, design.requests.length)
  }
  const remove = (): void => {
    const { design, apply } = services.store.getState()
    if (!design) return
    apply(removeRequest(design, current))
    showRequest(services, Math.max(0, current - 1))
  }
  return (
    <div className={classes.requests}>
      <ul aria-label="Requests">
        {requests.map((request, i) => {
          const outcome = stale ? undefined : outcomes?.[i]
          const expectation = expectationOf(design, i, outcome)
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: a request is known by its place
            <li key={i}>
              <button
                type="button"
                aria-current={i === current}
                data-tone={toneOf(outcome, expectation)}
                onClick={() => showRequest(services, i)}
                title={[titleOf(request), WORDS[expectation.kind]].filter(Boolean).join(': ')}
              >
                {MARKS[expectation.kind]}
                <span>{titleOf(request)}</span> {statusOf(outcome)}
              </button>
            </li>
          )
        })}
      </ul>
      <button type="button" className={classes.icon} aria-label="Add a request" title="Add a request" onClick={add}>
        <IconPlus size={14} />
      </button>
      <button
        type="button"
        className={classes.icon}
        aria-label="Delete this request"
        title="Delete this request"
        disabled={requests.length < 2}
        onClick={remove}
      >
        <IconTrash size={14} />
      </button>
    </div>
  )
}

const MARKS = { none: null, met: <i aria-hidden="true">✓</i>, missed: <i aria-hidden="true">✗</i> }
const WORDS = { none: '', met: 'as expected', missed: 'not as expected' }

function titleOf({ name, method = 'GET', path = '/' }: RequestSpec): string {
  return name ?? `${method} ${path}`
}

function responseOf(outcome: RunOutcome | undefined): { status?: number; closed?: boolean } | undefined {
  return (outcome?.result as { response?: { status?: number; closed?: boolean } } | undefined)?.response
}

function statusOf(outcome: RunOutcome | undefined): string {
  const response = responseOf(outcome)
  if (!response) return ''
  return response.status === undefined ? 'closed' : String(response.status)
}

function toneOf(outcome: RunOutcome | undefined, { kind }: Expectation): 'ok' | 'bad' | undefined {
  if (kind !== 'none') return kind === 'met' ? 'ok' : 'bad'
  const response = responseOf(outcome)
  if (!response) return undefined
  return response.status !== undefined && response.status < 400 ? 'ok' : 'bad'
}
