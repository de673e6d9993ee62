import { useRef, useState } from 'react'
import { useServices } from '../context.ts'
import classes from './ImportForm.module.css'
import { type OpenProblem, openText } from './opening.ts'

/** Text or a file to open; what is wrong with it is shown below it, and its place in it on click. */
export function ImportForm({ rows }: { rows: number }) {
  const services = useServices()
  const [text, setText] = useState('')
  const [problems, setProblems] = useState<OpenProblem[]>([])
  const [busy, setBusy] = useState(false)
  const area = useRef<HTMLTextAreaElement>(null)
  const file = useRef<HTMLInputElement>(null)

  const open = async (what: string, name?: string): Promise<void> => {
    setBusy(true)
    try {
      setProblems(await openText(services, what, name))
    } finally {
      setBusy(false)
    }
  }
  const goTo = ({ line = 1, column = 1 }: OpenProblem): void => {
    const at = text.split('\n', line - 1).reduce((sum, one) => sum + one.length + 1, 0) + column - 1
    area.current?.focus()
    area.current?.setSelectionRange(at, at + 1)
  }

  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault()
        if (text.trim() !== '') void open(text)
      }}
    >
      <textarea
        ref={area}
        className="mono"
        rows={rows}
        value={text}
        spellCheck={false}
        aria-label="Configuration to open"
        aria-invalid={problems.length > 0}
        aria-describedby="import-problems"
        placeholder="Paste a bootstrap, a config dump, istioctl proxy-config all -o json, a case, a saved design or a link"
        onChange={(event) => {
          setText(event.target.value)
          setProblems([])
        }}
      />
      <ul id="import-problems" className={classes.problems} aria-live="assertive">
        {problems.map((problem) => (
          <li key={`${problem.line} ${problem.message}`}>
            {problem.line !== undefined && (
              <button type="button" onClick={() => goTo(problem)}>
                line {problem.line}, column {problem.column}
              </button>
            )}
            <span>{problem.message}</span>
          </li>
        ))}
      </ul>
      <div className={classes.row}>
        <button type="submit" disabled={busy || text.trim() === ''}>
          Open
        </button>
        <button type="button" disabled={busy} onClick={() => file.current?.click()}>
          Choose a file…
        </button>
        <span>or drop a file anywhere</span>
        <input
          ref={file}
          type="file"
          hidden
          accept=".json,.yaml,.yml,.txt"
          onChange={async (event) => {
            const [chosen] = event.target.files ?? []
            event.target.value = ''
            if (!chosen) return
            const content = await chosen.text()
            setText(content.length > 2_000_000 ? '' : content)
            await open(content, chosen.name.replace(/\.(ya?ml|json)$/i, ''))
          }}
        />
      </div>
    </form>
  )
}
