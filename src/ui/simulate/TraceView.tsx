import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import type { TraceStep } from '../../engine/trace.ts'
import { shortName } from '../../model/edits/edit.ts'
import { idOfStep } from '../../model/run.ts'
import { showObject } from '../canvas/show-object.ts'
import { type Services, useApp, useServices } from '../context.ts'
import classes from './ResultView.module.css'
import { arrowOf, isPartly, logsOf, nameOf, partlyText, summaryOf, verdictOf } from './steps.ts'

/** How many rows are drawn before the user asks for more. */
const ROWS = 400

/** Shows a step, and on the canvas the object that it is about. */
export function chooseStep({ store }: Services, step: number): void {
  const { design, run, setRun } = store.getState()
  setRun({ step })
  const chosen = run.outcome?.steps[step]
  const id = design && chosen && idOfStep(design, chosen)
  if (id !== undefined) showObject(store.getState(), id)
}

/** Every step in order; arrow keys move, and the canvas follows. */
export function TraceView({ steps, truncated }: { steps: readonly TraceStep[]; truncated: boolean }) {
  const services = useServices()
  const chosen = useApp((state) => state.run.step)
  const [rows, setRows] = useState(ROWS)
  const list = useRef<HTMLDivElement>(null)

  useEffect(() => {
    if (chosen === undefined) return
    setRows((now) => Math.max(now, chosen + 1))
    list.current?.querySelector(`[data-step="${chosen}"]`)?.scrollIntoView({ block: 'nearest' })
  }, [chosen])

  const onKey = (event: KeyboardEvent): void => {
    const move = { ArrowDown: 1, ArrowUp: -1, Home: -steps.length, End: steps.length }[event.key]
    if (move === undefined) return
    event.preventDefault()
    chooseStep(services, Math.min(steps.length - 1, Math.max(0, (chosen ?? -1) + move)))
  }
  return (
    <>
      <ScriptFailures steps={steps} />
      <div
        ref={list}
        role="listbox"
        aria-label="Steps"
        tabIndex={0}
        aria-activedescendant={chosen === undefined ? undefined : `step-${chosen}`}
        className={classes.trace}
        onKeyDown={onKey}
      >
        {steps.slice(0, rows).map((step, i) => (
          <Row
            // biome-ignore lint/suspicious/noArrayIndexKey: a step is known by its place
            key={i}
            step={step}
            index={i}
            chosen={i === chosen}
            onChoose={() => chooseStep(services, i)}
          />
        ))}
        {steps.length > rows && (
          <button type="button" className={classes.more} onClick={() => setRows(rows + ROWS)}>
            {steps.length - rows} more steps
          </button>
        )}
        {truncated && <p className={classes.truncated}>The trace was cut: there were too many steps or log lines.</p>}
      </div>
    </>
  )
}

/** That a script failed is not to be missed, though the request may have got its answer. */
function ScriptFailures({ steps }: { steps: readonly TraceStep[] }) {
  const services = useServices()
  const failed = logsOf(steps).filter(({ line }) => line.script !== undefined)
  if (failed.length === 0) return null
  return (
    <div className={classes.alerts} role="alert">
      {failed.slice(0, 3).map(({ step, line, name }, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines repeat
        <button key={i} type="button" onClick={() => chooseStep(services, step)}>
          <b>
            {shortName(name)}: script {line.stopped ? 'stopped' : 'error'}
            {line.line !== undefined && ` in line ${line.line}`}
          </b>{' '}
          {line.reason}
        </button>
      ))}
      {failed.length > 3 && <p>{failed.length - 3} more in the logs</p>}
    </div>
  )
}

function Row(props: { step: TraceStep; index: number; chosen: boolean; onChoose(): void }) {
  const { step, index, chosen, onChoose } = props
  const verdict = verdictOf(step)
  const part = step.part && step.part !== 'headers' ? ` ${step.part}` : ''
  return (
    // Focus stays on the list, which moves through its options by arrow keys.
    // biome-ignore lint/a11y/useKeyWithClickEvents: see above
    <div
      role="option"
      id={`step-${index}`}
      data-step={index}
      aria-selected={chosen}
      tabIndex={-1}
      className={classes.row}
      onClick={onChoose}
    >
      <span className={classes.arrow}>{arrowOf(step)}</span>
      <span className={classes.name} title={step.name}>
        {nameOf(step)}
        <i>{part}</i>
      </span>
      <span className={classes.verdict} data-tone={verdict.tone}>
        {verdict.text}
      </span>
      <span className={classes.summary} title={summaryOf(step)}>
        {summaryOf(step)}
      </span>
      {isPartly(step) && (
        <span className={classes.partly} role="img" aria-label="partly modelled" title={partlyText(step)}>
          ◐
        </span>
      )}
    </div>
  )
}
