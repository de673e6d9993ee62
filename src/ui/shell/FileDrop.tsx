import { useEffect, useState } from 'react'
import { useServices } from '../context.ts'
import classes from './FileDrop.module.css'
import { openText } from './opening.ts'

/** Opens a file that is dropped anywhere on the page. What cannot be opened is said; the open design stays. */
export function FileDrop() {
  const services = useServices()
  const [over, setOver] = useState(false)
  useEffect(() => {
    const abort = new AbortController()
    const options = { signal: abort.signal }
    const hasFile = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') === true
    window.addEventListener(
      'dragover',
      (event) => {
        if (!hasFile(event)) return
        event.preventDefault()
        setOver(true)
      },
      options,
    )
    window.addEventListener('dragleave', (event) => !event.relatedTarget && setOver(false), options)
    window.addEventListener(
      'drop',
      (event) => {
        setOver(false)
        const file = event.dataTransfer?.files[0]
        if (!file) return
        event.preventDefault()
        void openFile(services, file)
      },
      options,
    )
    return () => abort.abort()
  }, [services])
  return over ? <div className={classes.over}>Drop to open</div> : null
}

/** Files past this are not read at all: no proxy's configuration is that large. */
const MAX_FILE = 64 * 1024 * 1024

/** Reads and opens a file, saying what is wrong if it cannot be. */
export async function openFile(services: ReturnType<typeof useServices>, file: File): Promise<void> {
  const { notify } = services.store.getState()
  if (file.size > MAX_FILE) {
    notify({ kind: 'error', text: `${file.name}: ${Math.round(file.size / 1048576)} MiB is too large` })
    return
  }
  const [problem] = await openText(services, await file.text(), file.name.replace(/\.(ya?ml|json)$/i, ''))
  if (!problem) return
  const place = problem.line === undefined ? '' : `, line ${problem.line}, column ${problem.column}`
  notify({ kind: 'error', text: `${file.name}${place}: ${problem.message}` })
}
