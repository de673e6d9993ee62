import { useState } from 'react'
import type { Design } from '../../model/design.ts'
import { useApp } from '../context.ts'
import classes from '../shell/dialogs/dialogs.module.css'
import { CopyButton, download } from './take.tsx'

interface Format {
  id: string
  title: string
  about: string
  file(design: Design): string
  text(design: Design): string
}

const formats: Format[] = [
  {
    id: 'design',
    title: 'Design',
    about: 'Everything, to open again here: the configuration, requests, answers and what it started from.',
    file: (design) => `${design.name}.json`,
    text: (design) => JSON.stringify(design, null, 2),
  },
]

/** What can be taken away, previewed before it is copied or downloaded. */
export function ExportDialog() {
  const design = useApp((state) => state.design)
  const [chosen, setChosen] = useState(formats[0] as Format)
  if (!design) return null
  const text = chosen.text(design)
  return (
    <div className={classes.stack}>
      <div role="tablist" aria-label="What to export" className={classes.tabs}>
        {formats.map((format) => (
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
      <pre className={`mono ${classes.preview}`}>{text}</pre>
      <div className={classes.row}>
        <CopyButton text={text} primary>
          Copy
        </CopyButton>
        <button type="button" onClick={() => download(chosen.file(design), text)}>
          Download
        </button>
      </div>
    </div>
  )
}
