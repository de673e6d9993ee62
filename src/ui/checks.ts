import type { Design, EnvoyConfig } from '../model/design.ts'
import { asObject, getAt, parsePath } from '../model/json.ts'
import { idOfPath, pathOfId } from '../model/locate.ts'
import { originsOf } from '../model/origin.ts'
import type { Finding } from '../store/app.ts'
import { Checker, type CheckWorker } from '../worker/checker.ts'
import type { Services } from './context.ts'

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
        const now = store.getState()
        if (findings && now.design?.config === design.config) now.setFindings(ownFindings(findings, design, now.base))
      })
    }, DELAY)
  })
}

let checker: Checker | undefined

/** What is found in a design, by a worker: undefined when a newer design is being looked at instead. */
async function findingsOf(design: Design): Promise<Finding[] | undefined> {
  checker ??= new Checker(
    () =>
      new Worker(new URL('../worker/checker.worker.ts', import.meta.url), { type: 'module' }) as unknown as CheckWorker,
  )
  try {
    return await checker.check(JSON.stringify(design))
  } catch (error) {
    const message = `The design could not be checked: ${(error as Error).message}`
    return [{ severity: 'error', path: '', rule: 'check', message }]
  }
}

/** Leaves out what is found in objects that are as istiod sent them: nobody here can or should change them. */
function ownFindings(findings: Finding[], design: Design, base: EnvoyConfig | undefined): Finding[] {
  if (!base) return findings
  const origin = originsOf(design.config, base)
  return findings.filter((finding) => {
    const found = idOfPath(design, parsePath(finding.path))
    const path = found && pathOfId(design, found.id)
    return !path || origin(asObject(getAt(design, path))) !== 'base'
  })
}
