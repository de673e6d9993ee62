import type { JsonObject, JsonValue } from '@bufbuild/protobuf'
import { type Document, isAlias, isMap, isPair, isScalar, isSeq, LineCounter, parseAllDocuments } from 'yaml'
import { setOwn } from '../opaque.ts'
import { formatPath, type Path } from './path.ts'
import { type Dialect, resolvePlainScalar } from './scalars.ts'
import {
  actualPath,
  DocumentError,
  type DocumentWarning,
  MAX_DEPTH,
  type Position,
  type SourceDocument,
} from './source.ts'

/** Aliases may repeat this many values in one document; a few lines of nested ones could otherwise ask for billions. */
export const MAX_ALIASED_VALUES = 100_000

type Node = Document['contents']

/** Reads every document of a YAML stream. Scalars are resolved as the reader of the file would, not as YAML 1.2. */
export function readYaml(text: string, dialect: Dialect): SourceDocument[] {
  const lines = new LineCounter()
  const out: SourceDocument[] = []
  for (const document of parse(text, lines)) {
    const error = document.errors[0]
    if (error?.message.includes('call stack size')) throw tooDeep(positionOf(lines, error.pos[0]))
    if (error) {
      const position = positionOf(lines, error.pos[0])
      const message = error.message.split('\n')[0]!.replace(/ at line \d+, column \d+:?$/, '')
      throw new DocumentError(
        `not valid YAML at line ${position.line}, column ${position.column}: ${message}`,
        position,
      )
    }
    if (!isEmpty(document.contents)) out.push(toSource(document, lines, dialect))
  }
  return out
}

function parse(text: string, lines: LineCounter): Document[] {
  try {
    return [
      ...parseAllDocuments(text, {
        schema: 'failsafe',
        uniqueKeys: false,
        prettyErrors: false,
        logLevel: 'silent',
        lineCounter: lines,
      }),
    ] as Document[]
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw tooDeep({ line: 1, column: 1 })
  }
}

function tooDeep(position: Position, path: Path = []): DocumentError {
  return new DocumentError(`values are nested more than ${MAX_DEPTH} levels deep`, position, path)
}

function positionOf(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset)
  return { line: Math.max(1, line), column: Math.max(1, col) }
}

function toSource(document: Document, lines: LineCounter, dialect: Dialect): SourceDocument {
  const warnings: DocumentWarning[] = []
  const position = (node: unknown) => positionOf(lines, (node as { range?: [number] } | null)?.range?.[0] ?? 0)
  const json = createConverter(document, dialect, position, warnings)(document.contents, [], false)
  return {
    json,
    warnings,
    locate(path, part = 'value') {
      let node: Node = document.contents
      let key: unknown = node
      for (const step of actualPath(json, path)) {
        const target: unknown = isAlias(node) ? node.resolve(document) : node
        if (isMap(target)) {
          const pair = target.items.findLast((item) => keyText(item.key) === String(step))
          if (!pair) break
          key = pair.key
          node = pair.value as Node
        } else if (isSeq(target)) {
          node = target.items[step as number] as Node
          key = node
        } else break
        if (!hasRange(node)) node = key as Node
      }
      return position(part === 'key' ? key : node)
    },
  }
}

function isEmpty(node: Node): boolean {
  return node === null || (isScalar(node) && node.type === 'PLAIN' && node.source === '')
}

function hasRange(node: unknown): boolean {
  return Array.isArray((node as { range?: unknown } | null)?.range)
}

function createConverter(
  document: Document,
  dialect: Dialect,
  position: (node: unknown) => Position,
  warnings: DocumentWarning[],
): (node: unknown, path: Path, aliased: boolean) => JsonValue {
  let repeated = 0
  const resolving = new Set<unknown>()

  const convert = (node: unknown, path: Path, aliased: boolean): JsonValue => {
    if (aliased && ++repeated > MAX_ALIASED_VALUES) {
      throw new DocumentError(`aliases repeat more than ${MAX_ALIASED_VALUES} values`, position(node), path)
    }
    if (isAlias(node)) {
      const target = node.resolve(document)
      if (!target) throw new DocumentError(`no anchor &${node.source} for this alias`, position(node), path)
      if (resolving.has(target))
        throw new DocumentError(`the alias *${node.source} contains itself`, position(node), path)
      resolving.add(target)
      const value = convert(target, path, true)
      resolving.delete(target)
      return value
    }
    if (path.length > MAX_DEPTH) {
      throw tooDeep(position(node), path)
    }
    if (isSeq(node)) return node.items.map((item, index) => convert(item, [...path, index], aliased))
    if (isMap(node)) return convertMap(node.items, path, aliased)
    if (!isScalar(node)) return null
    return node.type === 'PLAIN' || node.type === undefined
      ? resolvePlainScalar(node.source ?? String(node.value ?? ''), dialect)
      : String(node.value)
  }

  const convertMap = (items: readonly unknown[], path: Path, aliased: boolean): JsonObject => {
    const out: JsonObject = {}
    for (const pair of items) {
      if (!isPair(pair)) continue
      const key = keyText(pair.key)
      if (key === undefined) {
        throw new DocumentError(
          `a key must be a plain value in ${formatPath(path) || 'the document'}`,
          position(pair.key),
        )
      }
      // Envoy: source/common/protobuf/yaml_utility.cc passes over keys tagged !ignore, which hold anchors for reuse.
      if (isScalar(pair.key) && pair.key.tag === '!ignore') continue
      if (Object.hasOwn(out, key)) {
        const message = `${key} is written twice; Envoy reads the last one, Kubernetes refuses the document`
        warnings.push({ ...position(pair.key), path: [...path, key], message })
      }
      setOwn(out, key, convert(pair.value, [...path, key], aliased))
    }
    return out
  }
  return convert
}

function keyText(key: unknown): string | undefined {
  if (isScalar(key)) return key.type === 'PLAIN' ? (key.source ?? '') : String(key.value)
  return key === null ? '' : undefined
}
