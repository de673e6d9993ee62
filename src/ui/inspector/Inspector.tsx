import IconX from '@tabler/icons-react/icons/IconX'
import { useState } from 'react'
import { setConfig } from '../../model/edits/config.ts'
import { formatPath, getAt, type Json } from '../../model/json.ts'
import { pathOfId } from '../../model/locate.ts'
import { useApp } from '../context.ts'
import { useActions } from '../use-actions.ts'
import classes from './Inspector.module.css'

/** The selected object, to read and to edit. */
export default function Inspector() {
  const actions = useActions()
  const design = useApp((state) => state.design)
  const id = useApp((state) => state.selection)
  const path = design && id !== undefined ? pathOfId(design, id) : undefined
  if (!design || !path || id === undefined) return <div className={classes.panel} />
  const value = getAt(design, path)
  const text = JSON.stringify(value, null, 2)
  const name = (value as { name?: string } | undefined)?.name
  return (
    <aside className={classes.panel} aria-label="Inspector">
      <header>
        <div>
          <b>{name ?? 'object'}</b>
          <small className="mono">{formatPath(path)}</small>
        </div>
        <button
          type="button"
          aria-label="Close the inspector"
          onClick={() => actions.state.togglePanel('inspector', false)}
        >
          <IconX size={15} />
        </button>
      </header>
      <JsonField key={`${id} ${text}`} text={text} locked={actions.locked(id)} onChange={change} />
    </aside>
  )

  function change(next: Json): void {
    const now = actions.state.design
    if (now && path) actions.state.apply(setConfig(now, path, next))
  }
}

function JsonField({ text, locked, onChange }: { text: string; locked: boolean; onChange(value: Json): void }) {
  const [draft, setDraft] = useState(text)
  const [problem, setProblem] = useState<string>()
  const commit = (): void => {
    if (draft === text) return
    try {
      onChange(JSON.parse(draft) as Json)
    } catch (error) {
      setProblem((error as Error).message)
    }
  }
  return (
    <>
      <textarea
        className="mono"
        aria-label="Configuration as JSON"
        spellCheck={false}
        readOnly={locked}
        value={draft}
        onChange={(event) => {
          setDraft(event.target.value)
          setProblem(undefined)
        }}
        onBlur={commit}
      />
      {locked && <p>Istio’s own: unlock it to edit.</p>}
      {problem && <p role="alert">{problem}</p>}
    </>
  )
}
