import { DocumentError, readDocument, type SourceDocument } from '../envoy/document/read.ts'
import { importProxy } from '../envoy/import/index.ts'
import type { EnvoyRegistry } from '../envoy/registry.ts'
import { designOf, designOfProxy, type ProxyParts } from '../model/import.ts'
import { formatPath, isObject, type Json } from '../model/json.ts'
import { DesignError } from '../model/migrations.ts'
import type { ReadDesign } from './pack-read.ts'

/**
 * Makes a design of a text: a design, a case, a bootstrap, or what istiod sends a proxy, as JSON or YAML. `name` is for
 * what has none of its own.
 */
export async function readDesign(
  text: string,
  name: string | undefined,
  registry: () => Promise<EnvoyRegistry>,
): Promise<ReadDesign> {
  try {
    const document = readDocument(text)
    if (isObject(document.json) && ('config' in document.json || 'format' in document.json))
      return readCase(document, name)
    const proxy = importProxy(text, await registry())
    const design = designOfProxy(proxy as unknown as ProxyParts, name ?? 'Imported proxy')
    const [note] = proxy.notes
    return { design, ...(note ? { note } : {}) }
  } catch (error) {
    if (error instanceof DocumentError)
      return { problems: [{ message: error.message, line: error.line, column: error.column }] }
    return { problems: [{ message: (error as Error).message }] }
  }
}

/** A design or a case is kept as it is written; what is wrong with it is found again in its text. */
function readCase(document: SourceDocument, name: string | undefined): ReadDesign {
  try {
    return { design: designOf(document.json as Json, name) }
  } catch (error) {
    if (!(error instanceof DesignError) || error.issues.length === 0)
      return { problems: [{ message: (error as Error).message }] }
    const problems = error.issues.slice(0, 20).map((issue) => {
      const { line, column } = document.locate(issue.path)
      return { message: `${formatPath(issue.path)}: ${issue.message}`, line, column }
    })
    return { problems }
  }
}
