import type { JsonValue } from '@bufbuild/protobuf'
import { createJsonLocator, findJsonMistake } from './json-scan.ts'
import { formatPath, type Path } from './path.ts'
import type { Dialect } from './scalars.ts'
import {
  actualPath,
  DocumentError,
  MAX_DEPTH,
  MAX_DOCUMENT_BYTES,
  type Position,
  type SourceDocument,
} from './source.ts'
import { readYaml } from './yaml-read.ts'

export { DocumentError, type DocumentWarning, type Position, type SourceDocument } from './source.ts'

export interface ReadOptions {
  dialect?: Dialect
}

/**
 * Reads a text of JSON, or of one or more YAML documents, to plain JSON values with positions. Empty documents are
 * left out. Throws DocumentError.
 */
export function readDocuments(text: string, options: ReadOptions = {}): SourceDocument[] {
  refuseHuge(text)
  const start = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
  const documents = /^\s*[{[]/.test(start) ? readBraces(start, options) : readYaml(start, options.dialect ?? 'envoy')
  for (const document of documents) refuseDeep(document)
  return documents
}

/** Reads a text that must hold exactly one document. */
export function readDocument(text: string, options: ReadOptions = {}): SourceDocument {
  const documents = readDocuments(text, options)
  if (documents.length === 1) return documents[0]!
  const found = documents.length === 0 ? 'it is empty' : `it holds ${documents.length}`
  throw new DocumentError(`expected one JSON or YAML document, ${found}`, { line: 1, column: 1 })
}

/** JSON, or YAML that begins with a flow collection. */
function readBraces(text: string, options: ReadOptions): SourceDocument[] {
  const positions = createPositions(text)
  let json: JsonValue
  try {
    json = JSON.parse(text) as JsonValue
  } catch {
    const mistake = findJsonMistake(text)
    const looksLikeJson = /^\s*(\{\s*"|\[\s*[{["\d])/.test(text)
    try {
      return readYaml(text, options.dialect ?? 'envoy')
    } catch (yamlError) {
      if (!mistake || !looksLikeJson) throw yamlError
      const position = positions(mistake.offset)
      const where = mistake.path.length > 0 ? ` inside ${formatPath(mistake.path)}` : ''
      const cut = mistake.offset >= text.trimEnd().length ? ': the text seems to be cut off' : ''
      throw new DocumentError(
        `not valid JSON at line ${position.line}, column ${position.column}${where}: ${mistake.message}${cut}`,
        position,
        mistake.path,
      )
    }
  }
  const find = createJsonLocator(text)
  return [
    {
      json,
      warnings: [],
      locate: (path, part = 'value') => positions(find(actualPath(json, path))[part]),
    },
  ]
}

/** Turns offsets into positions. The lines are counted once, when the first position is asked for. */
function createPositions(text: string): (offset: number) => Position {
  let starts: number[] | undefined
  return (offset) => {
    starts ??= lineStarts(text)
    let low = 0
    let high = starts.length - 1
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if (starts[middle]! <= offset) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: offset - starts[low]! + 1 }
  }
}

function lineStarts(text: string): number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

function refuseHuge(text: string): void {
  if (text.length * 3 <= MAX_DOCUMENT_BYTES) return
  const bytes = text.length > MAX_DOCUMENT_BYTES ? text.length : new TextEncoder().encode(text).length
  if (bytes <= MAX_DOCUMENT_BYTES) return
  const size = (bytes / 1024 / 1024).toFixed(1)
  throw new DocumentError(`the document is ${size} MiB; at most 16 MiB are read`, { line: 1, column: 1 })
}

function refuseDeep(document: SourceDocument): void {
  const tooDeep = (value: JsonValue, path: (string | number)[]): Path | undefined => {
    if (typeof value !== 'object' || value === null) return undefined
    if (path.length >= MAX_DEPTH) return path
    for (const [key, child] of Object.entries(value)) {
      const found = tooDeep(child as JsonValue, [...path, Array.isArray(value) ? Number(key) : key])
      if (found) return found
    }
    return undefined
  }
  const path = tooDeep(document.json, [])
  if (!path) return
  const position = document.locate(path)
  throw new DocumentError(
    `values are nested more than ${MAX_DEPTH} levels deep at line ${position.line}`,
    position,
    path,
  )
}
