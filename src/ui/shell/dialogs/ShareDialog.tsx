import { useEffect, useState } from 'react'
import { encodeDesign } from '../../../share/link.ts'
import { type LinkWarning, linkWarnings } from '../../../share/warnings.ts'
import buttons from '../../buttons.module.css'
import { useApp } from '../../context.ts'
import { CopyButton, download } from '../../export/take.tsx'
import { baseConfig } from '../opening.ts'
import classes from './dialogs.module.css'

/** The design as a link: all of it is in the part after the #, which browsers never send. */
export function ShareDialog() {
  const design = useApp((state) => state.design)
  const [link, setLink] = useState('')
  const [warnings, setWarnings] = useState<LinkWarning[]>([])
  useEffect(() => {
    if (!design) return
    let gone = false
    void encodeDesign(design, { bases: baseConfig }).then((fragment) => {
      if (gone) return
      const url = `${location.origin}${location.pathname}${fragment}`
      setLink(url)
      setWarnings(linkWarnings(design, url))
    })
    return () => {
      gone = true
    }
  }, [design])
  if (!design) return null
  return (
    <div className={classes.stack}>
      <p>
        Whoever opens the link sees this design as it is now. The design is in the part after the <code>#</code>: no
        server ever gets it.
      </p>
      <textarea
        className="mono"
        readOnly
        rows={5}
        value={link}
        aria-label="Link"
        onFocus={(event) => event.target.select()}
      />
      {warnings.map((warning) => (
        <p key={warning.message} className={classes.warning}>
          {warning.message}
        </p>
      ))}
      <div className={buttons.row}>
        <CopyButton text={link} primary>
          Copy the link
        </CopyButton>
        <button type="button" onClick={() => download(`${design.name}.json`, JSON.stringify(design, null, 2))}>
          Download as a file
        </button>
        <span>{link.length.toLocaleString('en-US')} characters</span>
      </div>
    </div>
  )
}
