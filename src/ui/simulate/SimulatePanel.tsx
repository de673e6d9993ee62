import { useEffect } from 'react'
import { useApp } from '../context.ts'
import { MessageView } from './MessageView.tsx'
import { RequestEditor } from './RequestEditor.tsx'
import { ResultView } from './ResultView.tsx'
import classes from './SimulatePanel.module.css'

/** The run: what is sent, what every filter did with it, and the message after the chosen step. */
export default function SimulatePanel() {
  const chosen = useApp((state) => state.run.outcome?.steps[state.run.step ?? -1] !== undefined)

  // The worker loads its assets while the user still looks around.
  useEffect(() => {
    const timer = setTimeout(() => void import('./simulator.ts').then(({ simulator }) => simulator().warm()), 300)
    return () => clearTimeout(timer)
  }, [])

  return (
    <section className={classes.panel} aria-label="Run" data-chosen={chosen || undefined}>
      <RequestEditor />
      <ResultView />
      {chosen && <MessageView />}
    </section>
  )
}
