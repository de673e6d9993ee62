import IconX from '@tabler/icons-react/icons/IconX'
import { useEffect } from 'react'
import { useApp } from '../context.ts'
import classes from './Notice.module.css'

const SHOWN_MS = 6000

/** One message at the lower edge; errors stay until they are dismissed. */
export function Notice() {
  const notice = useApp((state) => state.notice)
  const notify = useApp((state) => state.notify)
  useEffect(() => {
    if (notice?.kind !== 'info') return
    const timer = setTimeout(() => notify(undefined), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [notice, notify])
  return (
    <div role={notice?.kind === 'error' ? 'alert' : 'status'} className={classes.holder}>
      {notice && (
        <div className={classes.notice} data-kind={notice.kind}>
          <span>{notice.text}</span>
          <button type="button" aria-label="Dismiss" onClick={() => notify(undefined)}>
            <IconX size={14} />
          </button>
        </div>
      )}
    </div>
  )
}
