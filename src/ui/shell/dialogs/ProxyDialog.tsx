import type { Istio, ProxyKind } from '../../../model/design.ts'
import { setIstio } from '../../../model/edits/config.ts'
import buttons from '../../buttons.module.css'
import { useApp, useServices } from '../../context.ts'
import classes from './dialogs.module.css'

const kinds: ProxyKind[] = ['gateway', 'sidecar', 'waypoint']

/** Which proxy of which Istio the design is for: it decides what an export may use and whom it selects. */
export function ProxyDialog() {
  const { store } = useServices()
  const istio = useApp((state) => state.design?.istio)
  const change = (next: Istio | undefined): void => {
    const { design, apply } = store.getState()
    if (design) apply(setIstio(design, next), { merge: 'istio' })
  }
  if (!istio) {
    const plain: Istio = {
      version: '1.31',
      proxy: 'gateway',
      namespace: 'istio-system',
      labels: { istio: 'ingressgateway' },
    }
    return (
      <div className={classes.stack}>
        <p>This is plain Envoy: it exports as a bootstrap.</p>
        <div className={buttons.row}>
          <button type="button" onClick={() => change(plain)}>
            It is one of Istio’s proxies
          </button>
        </div>
      </div>
    )
  }
  const labels = Object.entries(istio.labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(', ')
  return (
    <div className={classes.form}>
      <label>
        Istio version
        <input value={istio.version} onChange={(event) => change({ ...istio, version: event.target.value })} />
      </label>
      <label>
        Kind
        <select value={istio.proxy} onChange={(event) => change({ ...istio, proxy: event.target.value as ProxyKind })}>
          {kinds.map((kind) => (
            <option key={kind}>{kind}</option>
          ))}
        </select>
      </label>
      <label>
        Namespace
        <input value={istio.namespace} onChange={(event) => change({ ...istio, namespace: event.target.value })} />
      </label>
      <label>
        Labels of its pods
        <input
          key={labels}
          defaultValue={labels}
          placeholder="app=shop, version=v1"
          onBlur={(event) => change({ ...istio, labels: readLabels(event.target.value) })}
        />
      </label>
      <p>{baseText(istio)}</p>
    </div>
  )
}

function readLabels(text: string): Record<string, string> {
  const pairs = text.split(',').map((pair) => pair.trim().split('=', 2))
  return Object.fromEntries(pairs.filter(([key]) => key).map(([key, value = '']) => [key as string, value]))
}

function baseText(istio: Istio): string {
  if (!istio.base) return 'It starts from nothing: everything in it is yours.'
  return 'id' in istio.base
    ? `It starts from the bundled base “${istio.base.id}”.`
    : 'It starts from what was imported.'
}
