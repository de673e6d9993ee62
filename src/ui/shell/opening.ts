import type { SourceDocument } from '../../envoy/document/read.ts'
import { type Design, type EnvoyConfig, emptyDesign } from '../../model/design.ts'
import { addListener } from '../../model/edits/resources.ts'
import { designOf, designOfProxy, type ProxyParts } from '../../model/import.ts'
import { formatPath, isObject, type Json, type JsonObject } from '../../model/json.ts'
import { DesignError, plainConfig } from '../../model/migrations.ts'
import { sampleTraffic } from '../../model/sample-requests.ts'
import type { Services } from '../context.ts'
import { loadRegistry } from '../registry.ts'

/** Something that could not be opened, with its place in the text where there is one. */
export interface OpenProblem {
  message: string
  line?: number
  column?: number
}

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
  if (/#\d+\.\w+\.[\w-]+\s*$/.test(text) && !text.trim().includes('\n')) return await tryLink(services, text)
  const { DocumentError, readDocument } = await import('../../envoy/document/read.ts')
  try {
    const document = readDocument(text)
    if (isObject(document.json) && ('config' in document.json || 'format' in document.json)) {
      return await openCase(services, document, name)
    }
    const [{ importProxy }, registry] = await Promise.all([import('../../envoy/import/index.ts'), loadRegistry()])
    const proxy = importProxy(text, registry)
    await showDesign(services, designOfProxy(proxy as unknown as ProxyParts, name ?? 'Imported proxy'))
    const [note] = proxy.notes
    if (note) services.store.getState().notify({ kind: 'info', text: note })
    return []
  } catch (error) {
    if (error instanceof DocumentError) return [{ message: error.message, line: error.line, column: error.column }]
    return [{ message: (error as Error).message }]
  }
}

/** A design or a case is kept as it is written; what is wrong with it is found again in its text. */
async function openCase(services: Services, document: SourceDocument, name?: string): Promise<OpenProblem[]> {
  try {
    await showDesign(services, designOf(document.json as Json, name))
    return []
  } catch (error) {
    if (!(error instanceof DesignError) || error.issues.length === 0) return [{ message: (error as Error).message }]
    return error.issues.slice(0, 20).map((issue) => {
      const { line, column } = document.locate(issue.path)
      return { message: `${formatPath(issue.path)}: ${issue.message}`, line, column }
    })
  }
}

async function tryLink(services: Services, text: string): Promise<OpenProblem[]> {
  try {
    await openLink(services, text)
    return []
  } catch (error) {
    return [{ message: (error as Error).message }]
  }
}
