import { type ClipboardEvent, useRef, useState } from 'react'
import type { OpenProblem } from '../../worker/pack-read.ts'
import buttons from '../buttons.module.css'
import { useServices } from '../context.ts'
import classes from './ImportForm.module.css'
import { openText } from './opening.ts'

/** A text field slows down long before a parser does: longer texts are held beside it, not shown in it. */
const SHOWN = 200_000

/** Text or a file to open; what is wrong with it is shown below it, and its place in it on click. */
export function ImportForm({ rows }: { rows: number }) {
  const services = useServices()
  const [text, setText] = useState('')
  const [problems, setProblems] = useState<OpenProblem[]>([])
  const [busy, setBusy] = useState(false)
  const area = useRef<HTMLTextAreaElement>(null)
  const file = useRef<HTMLInputElement>(null)
  const held = text.length > SHOWN

  const change = (next: string): void => {
    setText(next)
    setProblems([])
  }
  const open = async (what: string, name?: string): Promise<void> => {
    setBusy(true)
    try {
      setProblems(await openText(services, what, name))
    } finally {
      setBusy(false)
    }
  }
  // The browser inserts pasted lines one by one, which takes seconds for a dump of a thousand.
  const onPaste = (event: ClipboardEvent<HTMLTextAreaElement>): void => {
    const pasted = event.clipboardData.getData('text')
    if (pasted.length < 2000) return
    event.preventDefault()
    const { selectionStart, selectionEnd, value } = event.currentTarget
    change(held ? pasted : value.slice(0, selectionStart) + pasted + value.slice(selectionEnd))
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
        value={held ? `${text.slice(0, 2000)}\n…` : text}
        readOnly={held}
        spellCheck={false}
        aria-label="Configuration to open"
        aria-invalid={problems.length > 0}
        aria-describedby="import-problems"
        placeholder="Paste a bootstrap, a config dump, istioctl proxy-config all -o json, a case, a saved design or a link"
        onPaste={onPaste}
        onChange={(event) => change(event.target.value)}
      />
      {held && (
        <p className={classes.held}>
          {text.length.toLocaleString('en-US')} characters, of which the beginning is shown{' '}
          <button type="button" onClick={() => change('')}>
            Clear
          </button>
        </p>
      )}
      <ul id="import-problems" className={classes.problems} aria-live="assertive">
        {problems.map((problem) => (
          <li key={`${problem.line} ${problem.message}`}>
            {problem.line !== undefined && (
              <button type="button" disabled={held} onClick={() => goTo(problem)}>
                line {problem.line}, column {problem.column}
              </button>
            )}
            <span>{problem.message}</span>
            {problem.line !== undefined && <code>{excerpt(text, problem.line)}</code>}
          </li>
        ))}
      </ul>
      <div className={buttons.row}>
        <button type="submit" data-primary disabled={busy || text.trim() === ''}>
          {busy ? 'Reading…' : 'Open'}
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
          aria-label="File to open"
          onChange={async (event) => {
            const [chosen] = event.target.files ?? []
            event.target.value = ''
            if (!chosen) return
            const content = await chosen.text()
            change(content)
            await open(content, chosen.name.replace(/\.(ya?ml|json)$/i, ''))
          }}
        />
      </div>
    </form>
  )
}

/** A line of the text, shortened. */
function excerpt(text: string, line: number): string {
  const found = text.split('\n', line)[line - 1]?.trim() ?? ''
  return found.length > 90 ? `${found.slice(0, 90)}…` : found
}
