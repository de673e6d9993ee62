import type { Design } from '../model/design.ts'
import type { Finding } from '../store/app.ts'
import type { Services } from './context.ts'
import { loadRegistry } from './registry.ts'

/** How long the design rests before it is checked. */
const DELAY = 500

/**
 * Checks the open design a moment after each change and puts what is found into the store. A bundled base that nobody
 * touched is not checked: it came from istiod, and the checks need Envoy's schema, which the first load does without.
 */
export function watchDesign({ store }: Services): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  store.subscribe((state, before) => {
    if (state.design?.config === before.design?.config) return
    clearTimeout(timer)
    const { design, history } = state
    if (!design) return
    const untouched = history.past.length === 0 && design.istio?.base && 'id' in design.istio.base
    if (untouched) {
      if (state.findings.length > 0) state.setFindings([])
      return
    }
    timer = setTimeout(() => {
      void findingsOf(design).then((findings) => {
        if (store.getState().design?.config === design.config) store.getState().setFindings(findings)
      })
    }, DELAY)
  })
}

async function findingsOf(design: Design): Promise<Finding[]> {
  try {
    const [{ validateText }, registry] = await Promise.all([import('../envoy/validate/index.ts'), loadRegistry()])
    return await validateText(JSON.stringify(design), registry)
  } catch (error) {
    const message = `The design could not be checked: ${(error as Error).message}`
    return [{ severity: 'error', path: '', rule: 'check', message }]
  }
}
