import { setRequest } from '../../model/edits/traffic.ts'
import { useApp, useServices } from '../context.ts'
import classes from './SimulatePanel.module.css'

/** The request to send and, after a run, its trace. */
export default function SimulatePanel() {
  const { store } = useServices()
  const index = useApp((state) => state.run.request)
  const request = useApp((state) => state.design?.requests[state.run.request])
  const outcome = useApp((state) => state.run.outcome)
  const change = (field: 'method' | 'path' | 'authority', value: string): void => {
    const { design, apply } = store.getState()
    if (design) apply(setRequest(design, index, { ...request, [field]: value }), { merge: `request ${index} ${field}` })
  }
  return (
    <section className={classes.panel} aria-label="Run">
      <div className={classes.request}>
        <input
          aria-label="Method"
          value={request?.method ?? 'GET'}
          onChange={(event) => change('method', event.target.value)}
        />
        <input
          aria-label="Host"
          value={request?.authority ?? 'example.com'}
          onChange={(event) => change('authority', event.target.value)}
        />
        <input
          aria-label="Path"
          value={request?.path ?? '/'}
          onChange={(event) => change('path', event.target.value)}
        />
      </div>
      <ol className={classes.trace}>
        {outcome?.steps.map((step, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a step has no name of its own, and a trace never changes.
          <li key={at}>
            <span>{step.phase === 'response' ? '↑' : '↓'}</span>
            <span>{step.name}</span>
            <span>{step.status}</span>
            <span>{step.reason}</span>
          </li>
        ))}
      </ol>
    </section>
  )
}
