import type { LogLine, ScriptFrame, ScriptVariable } from '../../engine/trace.ts'
import { useApp, useServices } from '../context.ts'
import classes from './ScriptError.module.css'
import { openScript, ownerOf, sourceAround } from './script-error.ts'

/** A script's error: why, what Envoy logs (`brief`: that is shown already), the lines around it, and the functions that were open with their variables. */
export function ScriptError({ line: error, brief = false }: { line: LogLine; brief?: boolean }) {
  const services = useServices()
  const ran = useApp((state) => state.run.of)
  const { script, line, stopped, outcome, frames = [] } = error
  const owner = ran && script !== undefined ? ownerOf(ran, script) : ''
  const lines = ran ? sourceAround(ran, script, line) : []
  return (
    <section className={classes.error} aria-label="Script error">
      <header>
        <b>
          The script {owner && `${owner} `}
          {stopped ? 'was stopped' : 'failed'}
          {line !== undefined && ` in line ${line}`}
        </b>
        {script !== undefined && (
          <button type="button" onClick={() => openScript(services, script, line)}>
            Show {line === undefined ? 'the script' : `line ${line}`} in the editor
          </button>
        )}
      </header>
      <p className={classes.reason}>{error.reason ?? error.text}</p>
      {lines.length > 0 && (
        <pre className={classes.source}>
          {lines.map(({ number, text }) => (
            <span key={number} aria-current={number === line ? 'true' : undefined}>
              <i>{number}</i>
              {`${text}\n`}
            </span>
          ))}
        </pre>
      )}
      {frames.length > 0 && (
        <ol className={classes.frames} aria-label="Functions that were open, innermost first">
          {frames.map((frame, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a frame is known by its place
            <Frame key={i} frame={frame} />
          ))}
        </ol>
      )}
      <p className={classes.after}>
        {stopped ? 'Here ' : 'In Envoy '}
        {outcome ?? 'the message goes on'}
        {stopped ? '.' : '. It logs:'}
      </p>
      {!stopped && !brief && <p className={classes.text}>{error.text}</p>}
    </section>
  )
}

function Frame({ frame }: { frame: ScriptFrame }) {
  const { name, code, line, defined, locals, upvalues, omitted } = frame
  const called = name || (defined === undefined ? 'the script' : `the function of line ${defined}`)
  return (
    <li data-code={code}>
      <b>{called}</b>
      <span>
        {code === 'builtin' ? 'built in' : `line ${line ?? '?'}${code === 'loaded' ? ' of code it loaded' : ''}`}
      </span>
      <Variables variables={locals} />
      {upvalues.length > 0 && <Variables variables={upvalues} title="from outside the function" />}
      {omitted !== undefined && <em>{omitted.toLocaleString('en-US')} more calls</em>}
    </li>
  )
}

function Variables({ variables, title }: { variables: readonly ScriptVariable[]; title?: string }) {
  if (variables.length === 0) return null
  return (
    <dl title={title} data-outer={title === undefined ? undefined : ''}>
      {variables.map(({ name, value }, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a name may be there twice
        <div key={i}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
