import type { JsonObject, JsonValue } from '@bufbuild/protobuf'
import { isObject } from '../opaque.ts'
import type { Path } from './path.ts'

/** Larger documents are refused: parsing one would hold up whoever waits for it. */
export const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024
/** Deeper ones are refused too: no real configuration comes near it, and every later pass recurses. */
export const MAX_DEPTH = 200

/** 1-based. */
export interface Position {
  line: number
  column: number
}

/** Something that is allowed but rarely meant. */
export interface DocumentWarning extends Position {
  path: Path
  message: string
}

export interface SourceDocument {
  json: JsonValue
  warnings: DocumentWarning[]
  /**
   * Where the value at a path stands, or its key. A path may use snake_case for a camelCase key, or step into a list
   * where a single value stands for it; a place that is not there gives that of the nearest value around it.
   */
  locate(path: Path, part?: 'key' | 'value'): Position
}

/** The text is not JSON or YAML, or too much of it. The message says where; line and column are 1-based. */
export class DocumentError extends Error {
  override readonly name = 'DocumentError'
  readonly line: number
  readonly column: number
  readonly path: Path

  constructor(message: string, position: Position, path: Path = []) {
    super(message)
    this.line = position.line
    this.column = position.column
    this.path = path
  }
}

/** The part of a path that is in the document, as the document spells it: see SourceDocument.locate. */
export function actualPath(json: JsonValue, path: Path): Path {
  const { actual } = follow(json, path)
  return actual
}

/** A path as the document spells it, with the steps that are not in it at the end. */
export function spelledPath(json: JsonValue, path: Path): Path {
  const { actual, rest } = follow(json, path)
  return [...actual, ...rest]
}

function follow(json: JsonValue, path: Path): { actual: Path; rest: Path } {
  const actual: (string | number)[] = []
  let at: JsonValue | undefined = json
  for (const [index, step] of path.entries()) {
    if (typeof step === 'number') {
      if (!Array.isArray(at)) continue
      actual.push(step)
      at = at[step]
      continue
    }
    const keys: string[] = isObject(at) ? Object.keys(at) : []
    const key = keys.includes(step) ? step : keys.find((candidate) => snakeCase(candidate) === step)
    if (key === undefined) return { actual, rest: path.slice(index) }
    actual.push(key)
    at = (at as JsonObject)[key]
  }
  return { actual, rest: [] }
}

function snakeCase(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
