import { useEffect, useState } from 'react'
import buttons from '../buttons.module.css'
import { useApp } from '../context.ts'
import classes from '../shell/dialogs/dialogs.module.css'
import { type Exported, type Format, formats } from './formats.ts'
import { CopyButton, download } from './take.tsx'

/** What can be taken away, previewed before it is copied or downloaded. */
export function ExportDialog() {
  const design = useApp((state) => state.design)
  const base = useApp((state) => state.base)
  const offered = design ? formats.filter((format) => format.offered(design, base)) : []
  const [chosen, setChosen] = useState<Format | undefined>(offered[0])
  const [last, setLast] = useState<{ of: Format; exported: Exported }>()
  // What was made of another format is never shown under this one's name.
  const made = last?.of === chosen ? last?.exported : undefined
  const [problem, setProblem] = useState<string>()
  useEffect(() => {
    if (!design || !chosen) return
    let gone = false
    setLast(undefined)
    setProblem(undefined)
    chosen.make(design, base).then(
      (exported) => !gone && setLast({ of: chosen, exported }),
      (error: Error) => !gone && setProblem(error.message),
    )
    return () => {
      gone = true
    }
  }, [design, base, chosen])
  if (!design || !chosen) return null
  return (
    <div className={classes.stack}>
      <div role="tablist" aria-label="What to export" className={buttons.tabs}>
        {offered.map((format) => (
          <button
            type="button"
            role="tab"
            key={format.id}
            aria-selected={format === chosen}
            onClick={() => setChosen(format)}
          >
            {format.title}
          </button>
        ))}
      </div>
      <p>{chosen.about}</p>
      {problem && (
        <p role="alert" className={classes.warning} data-severity="error">
          {problem}
        </p>
      )}
      {made && made.notes.length > 0 && <Notes notes={made.notes} />}
      <pre className={`mono ${classes.preview}`} data-testid="preview" aria-busy={!made && !problem}>
        {made ? made.text || 'Nothing differs from what istiod sends: there is nothing to apply.' : ''}
      </pre>
      <div className={buttons.row}>
        <CopyButton text={made?.text ?? ''} primary>
          Copy
        </CopyButton>
        <button type="button" disabled={!made?.text} onClick={() => made && download(chosen.file(design), made.text)}>
          Download
        </button>
      </div>
    </div>
  )
}

const ORDER = { error: 0, warning: 1, info: 2 }

/** What the reader must know, the gravest first; many of them scroll, so that the text stays in sight. */
function Notes({ notes }: { notes: Exported['notes'] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls and holds nothing to focus is a tab stop itself.
    <ul className={classes.notes} tabIndex={0} aria-label={`${notes.length} notes`}>
      {notes
        .toSorted((a, b) => ORDER[a.severity] - ORDER[b.severity])
        .map((note) => (
          <li key={`${note.place} ${note.message}`} className={classes.warning} data-severity={note.severity}>
            {note.place && <b>{note.place}: </b>}
            {note.message}
          </li>
        ))}
    </ul>
  )
}
