import { type Design, type EnvoyConfig, emptyDesign } from '../../model/design.ts'
import { addListener } from '../../model/edits/resources.ts'
import type { JsonObject } from '../../model/json.ts'
import { plainConfig } from '../../model/migrations.ts'
import { sampleTraffic } from '../../model/sample-requests.ts'
import { type OpenProblem, type ReadAnswer, type ReadDesign, unpackRead } from '../../worker/pack-read.ts'
import type { ReadMessage } from '../../worker/protocol.ts'
import type { Services } from '../context.ts'

/** A new id for a design; random, so that designs from two browsers do not meet. */
export function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(9)), (byte) => byte.toString(36).padStart(2, '0')).join('')
}

/** The untouched configuration of a bundled proxy, in the form that designs keep it; undefined if there is none. */
export async function baseConfig(id: string): Promise<EnvoyConfig | undefined> {
  const { listBases, loadBase } = await import('../../istio/bases/index.ts')
  if (!listBases().some((base) => base.id === id)) return undefined
  return plainConfig((await loadBase(id)) as unknown as JsonObject) as unknown as EnvoyConfig
}

/** What a design started from: a bundled base, or the configuration that was imported. */
async function baseOf(design: Design): Promise<EnvoyConfig | undefined> {
  const base = design.istio?.base
  if (!base) return undefined
  return 'id' in base ? baseConfig(base.id) : base.inline
}

/** Shows a design, as a new one or under the id that it is saved under. */
export async function showDesign({ store }: Services, design: Design, id = newId()): Promise<void> {
  const base = await baseOf(design)
  store.getState().open(id, design, base)
}

/** Starts a design on plain Envoy: one listener with an HTTP connection manager and the router. */
export async function openNew(services: Services): Promise<void> {
  const { design } = addListener(emptyDesign())
  await showDesign(services, { ...design, ...sampleTraffic(design.config) })
}

/** Starts a design on a bundled base. */
export async function openBase(services: Services, id: string): Promise<void> {
  const { listBases } = await import('../../istio/bases/index.ts')
  const base = listBases().find((one) => one.id === id)
  const config = await baseConfig(id)
  if (!base || !config) throw new Error(`There is no base called ${id}`)
  const { kind, namespace, labels, version } = base.proxy
  const design: Design = {
    ...emptyDesign(base.title.replace(/^Istio /, '')),
    istio: { version: minorVersion(version), proxy: kind, namespace, labels, base: { id } },
    config,
    ...sampleTraffic(config),
  }
  await showDesign(services, design)
}

/** `1.31.2` is `1.31`: what a design keeps of Istio's version. */
export function minorVersion(version = '1.31'): string {
  return version.split('.', 2).join('.')
}

/** Opens a saved design. */
export async function openSaved(services: Services, id: string): Promise<void> {
  await showDesign(services, await services.storage.load(id), id)
}

/** Opens a shared link's fragment. Rejects with a LinkError; what is open stays open. */
export async function openLink(services: Services, fragment: string): Promise<void> {
  const { decodeLink } = await import('../../share/link.ts')
  await showDesign(services, await decodeLink(fragment, { bases: baseConfig }))
}

/**
 * Opens text that was pasted, dropped or read from a file: a design, a case, a bootstrap, or what istiod sends a proxy,
 * as JSON or YAML. Returns what is wrong with it, if anything is; then nothing that is open was touched.
 */
export async function openText(services: Services, text: string, name?: string): Promise<OpenProblem[]> {
  if (isLink(text)) return await tryLink(services, text)
  const read = await readInWorker({ text, name })
  if ('problems' in read) return read.problems
  await showDesign(services, read.design)
  if (read.note) services.store.getState().notify({ kind: 'info', text: read.note })
  return []
}

/** One line that ends like a link's fragment. */
function isLink(text: string): boolean {
  return /#\d+\.\w+\.[\w-]+\s*$/.test(text.slice(text.lastIndexOf('#'))) && !text.trim().includes('\n')
}

/** A large text takes seconds to read: a worker of its own does, so that the page answers meanwhile. */
function readInWorker(message: ReadMessage): Promise<ReadDesign> {
  const worker = new Worker(new URL('../../worker/reader.worker.ts', import.meta.url), { type: 'module' })
  return new Promise<ReadDesign>((resolve) => {
    worker.onmessage = ({ data }: MessageEvent<ReadAnswer>) => resolve(unpackRead(data))
    worker.onerror = (event) => {
      event.preventDefault()
      resolve({ problems: [{ message: `It could not be read: ${event.message || 'the reader did not load'}` }] })
    }
    worker.postMessage(message)
  }).finally(() => worker.terminate())
}

async function tryLink(services: Services, text: string): Promise<OpenProblem[]> {
  try {
    await openLink(services, text)
    return []
  } catch (error) {
    return [{ message: (error as Error).message }]
  }
}
