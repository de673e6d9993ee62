import { useEffect, useRef, useState } from 'react'
import type { LogLine, TraceStep } from '../../engine/trace.ts'
import { useApp } from '../context.ts'
import classes from './ResultView.module.css'
import { stepsOf } from './result.ts'
import { ScriptError } from './ScriptError.tsx'
import { headerRows, isPartly, nameOf, partlyText } from './steps.ts'
import { Tabs } from './Tabs.tsx'

/** The message after the chosen step, its metadata, and why the step did what it did. */
export function MessageView() {
  const step = useApp((state) => stepsOf(state.run.outcome)[state.run.step ?? -1])
  const errors = step?.logs?.filter(({ script }) => script !== undefined) ?? []
  const failed = errors.length > 0
  const [chosen, setTab] = useState('message')
  // What went wrong comes first, until something else is asked for.
  // biome-ignore lint/correctness/useExhaustiveDependencies: of each step anew
  useEffect(() => setTab((now) => (failed ? 'error' : now === 'error' ? 'message' : now)), [step])
  const tab = chosen === 'error' && !failed ? 'message' : chosen
  if (!step) return null
  return (
    <aside className={classes.side} aria-label={`Step ${nameOf(step)}`}>
      <Tabs
        label="The chosen step"
        value={tab}
        onChange={setTab}
        tabs={[
          ...(failed
            ? [{ id: 'error', label: <span data-tone="bad">Script error</span>, content: <Errors errors={errors} /> }]
            : []),
          { id: 'message', label: 'After this step', content: <Message step={step} /> },
          { id: 'metadata', label: 'Metadata', content: <Metadata step={step} /> },
          { id: 'reason', label: 'Reason', content: <Reason step={step} /> },
        ]}
      />
    </aside>
  )
}

function Errors({ errors }: { errors: readonly LogLine[] }) {
  return (
    <div className={classes.message}>
      {errors.map((line, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines repeat
        <ScriptError key={i} line={line} />
      ))}
    </div>
  )
}

const MARK = { same: '', added: '+ ', changed: '~ ', removed: '− ' }

function Message({ step }: { step: TraceStep }) {
  const rows = headerRows(step)
  const table = useRef<HTMLTableElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: each step has its own change to be seen
  useEffect(() => {
    table.current?.querySelector('tr:not([data-state="same"])')?.scrollIntoView({ block: 'nearest' })
  }, [step])
  if (rows.length === 0 && !step.body) return <p className={classes.nothing}>This step carries no message.</p>
  return (
    <>
      <table ref={table} className={classes.headers}>
        <tbody>
          {rows.map((row, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: names repeat
            <tr key={i} data-state={row.state}>
              <th scope="row">
                {MARK[row.state]}
                {row.name}
              </th>
              <td>
                {row.before !== undefined && <del>{row.before}</del>} {row.value}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {step.body && (
        <>
          {step.body.before !== undefined && (
            <pre className={`${classes.body} ${classes.before}`}>{step.body.before}</pre>
          )}
          <pre className={classes.body}>{step.body.after || '(empty)'}</pre>
        </>
      )}
    </>
  )
}

function Metadata({ step }: { step: TraceStep }) {
  if (!step.metadata) return <p className={classes.nothing}>This step changed no metadata.</p>
  return <pre className={classes.body}>{JSON.stringify(step.metadata, undefined, 2)}</pre>
}

function Reason({ step }: { step: TraceStep }) {
  return (
    <div className={classes.message}>
      <dl className={classes.facts}>
        {step.status && (
          <div>
            <dt>Verdict</dt>
            <dd>{step.status}</dd>
          </div>
        )}
        <div>
          <dt>At</dt>
          <dd>{step.at} ms</dd>
        </div>
        {step.path && (
          <div>
            <dt>Configured at</dt>
            <dd>
              <code>{step.path}</code>
            </dd>
          </div>
        )}
      </dl>
      {(step.reason ?? '').split('; ').map((reason) => (
        <p key={reason} className={classes.line}>
          {reason}
        </p>
      ))}
      {isPartly(step) && <p className={`${classes.line} ${classes.dim}`}>{partlyText(step)}</p>}
    </div>
  )
}
