import { DocumentError, readDocument, type SourceDocument } from '../../../envoy/document/read.ts'
import type { EnvoyRegistry } from '../../../envoy/registry.ts'
import { validateMessage } from '../../../envoy/validate/index.ts'

/** Something wrong in a text. Offsets into it. */
export interface YamlMark {
  start: number
  end: number
  severity: 'error' | 'warning' | 'info'
  message: string
  deprecated?: boolean
}

/** What is wrong in the YAML text of a message: its syntax, else what Envoy would say of its fields. */
export async function marksOf(text: string, typeName: string, registry: EnvoyRegistry): Promise<YamlMark[]> {
  let document: SourceDocument
  try {
    document = readDocument(text)
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error
    if (text.split('\n').every((line) => /^\s*(#.*)?$/.test(line))) return []
    return [{ ...rangeAt(text, error.line, error.column), severity: 'error', message: error.message }]
  }
  const found = await validateMessage(typeName, document, registry)
  return found.map(({ line, column, severity, message, rule }) => ({
    ...rangeAt(text, line, column),
    severity,
    message,
    ...(rule === 'deprecated' ? { deprecated: true } : {}),
  }))
}

/** From a place (counted from 1) to the end of what stands there: the key, or the value to the end of its line. */
function rangeAt(text: string, line: number, column: number): { start: number; end: number } {
  const lines = text.split('\n')
  const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0) + column - 1
  const rest = (lines[line - 1] ?? '').slice(column - 1)
  const key = /^["']?[\w@.-]+["']?(?=\s*:(\s|$))/.exec(rest)?.[0]
  const end = start + (key ?? rest.replace(/\s+#.*$/, '').trimEnd()).length
  return { start, end: Math.max(end, start + 1) }
}
