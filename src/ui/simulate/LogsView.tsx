import type { LogLine } from '../../engine/trace.ts'
import { shortName } from '../../model/edits/edit.ts'
import { useServices } from '../context.ts'
import classes from './ResultView.module.css'
import { ScriptError } from './ScriptError.tsx'
import { chooseStep } from './TraceView.tsx'

/** What scripts and filters logged; errors of scripts come with their place and the values of variables. */
export function LogsView({ logs }: { logs: { step: number; name: string; line: LogLine }[] }) {
  const services = useServices()
  if (logs.length === 0) return <p className={classes.nothing}>Nothing was logged.</p>
  return (
    <ol className={classes.logs}>
      {logs.map(({ step, name, line }, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines repeat
        <li key={i} data-level={line.level}>
          <button type="button" onClick={() => chooseStep(services, step)}>
            <span className={classes.level}>{line.level}</span>
            <span className={classes.name} title={name}>
              {shortName(name)}
            </span>
            <span className={classes.text}>{line.text}</span>
          </button>
          {line.script !== undefined && <ScriptError line={line} brief />}
        </li>
      ))}
    </ol>
  )
}
