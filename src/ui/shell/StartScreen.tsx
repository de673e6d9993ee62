import IconTrash from '@tabler/icons-react/icons/IconTrash'
import { useEffect, useState } from 'react'
import type { Base } from '../../istio/bases/index.ts'
import { useServices } from '../context.ts'
import { FileDrop } from './FileDrop.tsx'
import { ImportForm } from './ImportForm.tsx'
import { Logo } from './Logo.tsx'
import { minorVersion, openBase, openNew, openSaved, openText } from './opening.ts'
import classes from './StartScreen.module.css'

/** Where a visit begins: a bundled proxy, the user's own, or a design of before. */
export function StartScreen() {
  const services = useServices()
  const [bases, setBases] = useState<Base[]>([])
  const [recent, setRecent] = useState(() => services.storage.list())
  const [now] = useState(() => Date.now())
  const { notify } = services.store.getState()
  const fail = (error: unknown): void => notify({ kind: 'error', text: (error as Error).message })

  useEffect(() => {
    import('../../istio/bases/index.ts').then(
      ({ listBases }) => setBases(listBases()),
      (error: Error) => notify({ kind: 'error', text: error.message }),
    )
  }, [notify])

  // Text that is pasted outside any field is opened at once.
  useEffect(() => {
    const paste = (event: ClipboardEvent): void => {
      if ((event.target as HTMLElement | null)?.closest('input, textarea')) return
      const text = event.clipboardData?.getData('text')
      if (text) {
        void openText(services, text).then(([problem]) => {
          if (problem) services.store.getState().notify({ kind: 'error', text: problem.message })
        })
      }
    }
    window.addEventListener('paste', paste)
    return () => window.removeEventListener('paste', paste)
  }, [services])

  return (
    <main className={classes.start}>
      <div className={classes.page}>
        <h1>
          <Logo size={30} />
          Chainwright
        </h1>
        <p className={classes.lead}>
          See an Istio proxy’s real filter chains, change them, send a request through, and take away the resources that
          make a cluster do the same. Nothing leaves this browser.
        </p>

        <h2>Start from what istiod sends</h2>
        <div className={classes.bases}>
          {bases.map((base) => (
            <button type="button" key={base.id} onClick={() => openBase(services, base.id).catch(fail)}>
              <b>{base.title}</b>
              <span>{base.summary}</span>
              <small>Istio {minorVersion(base.proxy.version)}</small>
            </button>
          ))}
          <button type="button" onClick={() => openNew(services).catch(fail)}>
            <b>Plain Envoy</b>
            <span>One listener, one connection manager, and the router</span>
            <small>empty</small>
          </button>
        </div>

        <div className={classes.columns}>
          <section>
            <h2>Open your own</h2>
            <ImportForm rows={7} />
          </section>
          {recent.length > 0 && (
            <section>
              <h2>Recent</h2>
              <ul className={classes.recent}>
                {recent.slice(0, 8).map((one) => (
                  <li key={one.id}>
                    <button type="button" onClick={() => openSaved(services, one.id).catch(fail)}>
                      <b>{one.name || 'Untitled'}</b>
                      <small>{[one.proxy, ago(now - one.savedAt)].filter(Boolean).join(' · ')}</small>
                    </button>
                    <button
                      type="button"
                      className={classes.forget}
                      aria-label={`Forget ${one.name}`}
                      title="Forget"
                      onClick={() =>
                        services.storage.remove(one.id).then(() => setRecent(services.storage.list()), fail)
                      }
                    >
                      <IconTrash size={15} />
                    </button>
                  </li>
                ))}
              </ul>
            </section>
          )}
        </div>
      </div>
      <FileDrop />
    </main>
  )
}

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
]

function ago(milliseconds: number): string {
  const format = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })
  for (const [unit, size] of UNITS)
    if (milliseconds >= size) return format.format(-Math.floor(milliseconds / size), unit)
  return 'just now'
}
