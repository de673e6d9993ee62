import IconChevronLeft from '@tabler/icons-react/icons/IconChevronLeft'
import IconChevronRight from '@tabler/icons-react/icons/IconChevronRight'
import { useState } from 'react'
import { parsePath } from '../../model/json.ts'
import { idOfPath } from '../../model/locate.ts'
import { showObject } from '../canvas/show-object.ts'
import { useApp, useServices } from '../context.ts'
import { LogsView } from './LogsView.tsx'
import { PassedThrough } from './PassedThrough.tsx'
import { ResponseView, ServersView } from './ResponseView.tsx'
import classes from './ResultView.module.css'
import { type CaseResult, stepsOf } from './result.ts'
import { runRequest } from './run.ts'
import { logsOf, passedThrough } from './steps.ts'
import { Tabs } from './Tabs.tsx'
import { chooseStep, TraceView } from './TraceView.tsx'

/** What came of the run: the trace, the response, what reached the servers, the logs. */
export function ResultView() {
  const status = useApp((state) => state.run.status)
  const outcome = useApp((state) => state.run.outcome)
  const [tab, setTab] = useState('trace')
  if (status === 'failed') return <Failure />
  if (!outcome) return <Empty running={status === 'running'} />
  const steps = stepsOf(outcome)
  const result = outcome.result as CaseResult
  const logs = logsOf(steps)
  const passed = <PassedThrough names={passedThrough(steps)} />
  const failed = logs.some(({ line }) => line.level === 'error' || line.level === 'critical')
  const answer = result.response.status ?? (result.response.received === undefined ? 'closed' : 'bytes')
  const tone = typeof answer === 'number' && answer < 400 ? 'ok' : 'bad'
  return (
    <Tabs
      label="Result"
      value={tab}
      onChange={setTab}
      extra={<StepNavigator count={steps.length} tookMs={outcome.tookMs} />}
      tabs={[
        {
          id: 'trace',
          label: 'Trace',
          content: (
            <>
              {passed}
              <TraceView steps={steps} truncated={outcome.truncated} />
            </>
          ),
        },
        {
          id: 'response',
          label: (
            <>
              Response <b data-tone={tone}>{answer}</b>
            </>
          ),
          content: (
            <>
              {passed}
              <ResponseView result={result} />
            </>
          ),
        },
        {
          id: 'servers',
          label: `At the server ${result.upstream.length}`,
          content: (
            <>
              {passed}
              <ServersView result={result} />
            </>
          ),
        },
        {
          id: 'logs',
          label: <span data-tone={failed ? 'bad' : undefined}>Logs {logs.length}</span>,
          content: <LogsView logs={logs} />,
        },
      ]}
    />
  )
}

function StepNavigator({ count, tookMs }: { count: number; tookMs: number }) {
  const services = useServices()
  const step = useApp((state) => state.run.step)
  const stale = useApp((state) => state.run.stale)
  const go = (to: number): void => chooseStep(services, Math.min(count - 1, Math.max(0, to)))
  return (
    <div className={classes.navigator}>
      {stale && <span className={classes.stale}>edited since this run</span>}
      <button type="button" aria-label="Step before" onClick={() => go((step ?? count) - 1)}>
        <IconChevronLeft size={15} />
      </button>
      {step === undefined ? (
        <span>{count} steps</span>
      ) : (
        <span>
          <span className={classes.word}>step </span>
          {step + 1} of {count}
        </span>
      )}
      <button type="button" aria-label="Next step" onClick={() => go((step ?? -1) + 1)}>
        <IconChevronRight size={15} />
      </button>
      <span className={classes.took}>{tookMs < 10 ? tookMs.toFixed(1) : Math.round(tookMs)} ms</span>
    </div>
  )
}

function Empty({ running }: { running: boolean }) {
  const services = useServices()
  return (
    <div className={classes.empty}>
      {running ? (
        <p role="status">Running…</p>
      ) : (
        <>
          <p>See what every filter does with this request, and why.</p>
          <button type="button" onClick={() => void runRequest(services)}>
            Run <kbd>Ctrl Enter</kbd>
          </button>
        </>
      )}
    </div>
  )
}

/** The run did not come to a result: why, and the place in the design. */
function Failure() {
  const { store } = useServices()
  const error = useApp((state) => state.run.error)
  const path = useApp((state) => state.run.errorPath)
  const design = useApp((state) => state.design)
  const found = path && design ? placeOf(design, path) : undefined
  return (
    <div className={classes.failure} role="alert">
      <b>The run came to no result.</b>
      <p>{error}</p>
      {found !== undefined && (
        <button
          type="button"
          onClick={() => {
            showObject(store.getState(), found)
            store.getState().togglePanel('inspector', true)
          }}
        >
          Show the place
        </button>
      )}
    </div>
  )
}

/** The object on the canvas that a path leads to, or the nearest around it. */
function placeOf(design: Parameters<typeof idOfPath>[0], path: string): string | undefined {
  try {
    const parsed = parsePath(path)
    return idOfPath(design, parsed[0] === 'config' ? parsed : ['config', ...parsed])?.id
  } catch {
    return undefined
  }
}
