import {
  type Document,
  isCollection,
  isMap,
  isScalar,
  parseDocument,
  Scalar,
  stringify,
  visit,
  Document as YamlDocument,
} from 'yaml'
import type { CaseResult } from '../../src/cli/case-document.ts'

const LINE_WIDTH = 140

/**
 * The text of a case file with `expect` replaced, or appended. All other text stays as the user wrote it, comments and
 * quotes included. A file that is JSON, or one mapping in flow style, is written anew as a whole.
 */
export function writeExpect(text: string, results: readonly CaseResult[]): string {
  const document = parseDocument(text, { keepSourceTokens: true })
  const map = document.contents
  if (!isMap(map) || map.flow) return rewritten(document, text, results)
  const block = expectText(results)
  const index = map.items.findIndex(({ key }) => isScalar(key) && key.value === 'expect')
  if (index < 0) return `${text.replace(/\n*$/, '\n')}${block}`
  const start = startOf(map.items[index]!.key)
  const next = map.items[index + 1]
  // Comments between `expect` and the next key belong to that key.
  const end = next ? commentStart(text, start, startOf(next.key)) : text.length
  return `${text.slice(0, start)}${block}${text.slice(end)}`
}

function startOf(key: unknown): number {
  return (key as Scalar).range![0]
}

function commentStart(text: string, from: number, to: number): number {
  let start = to
  for (;;) {
    const line = text.lastIndexOf('\n', start - 2) + 1
    if (line <= from || !text.slice(line, start).startsWith('#')) return start
    start = line
  }
}

function rewritten(document: Document, text: string, results: readonly CaseResult[]): string {
  if (text.trimStart().startsWith('{')) {
    try {
      return `${JSON.stringify({ ...JSON.parse(text), expect: results }, null, 2)}\n`
    } catch {
      // Flow style, but not JSON.
    }
  }
  document.set('expect', results)
  return document.toString({ lineWidth: LINE_WIDTH })
}

/** `expect:` as YAML that both YAML 1.1 and 1.2 read the same way, header pairs on one line each. */
function expectText(results: readonly CaseResult[]): string {
  const document = new YamlDocument({ expect: results }, { compat: 'yaml-1.1', aliasDuplicateObjects: false })
  visit(document, {
    Seq: (_, node) => {
      if (node.items.length !== 2 || !node.items.every((item) => isScalar(item))) return
      node.flow = true
      // YAML 1.1 readers stumble over `:authority` and the like inside brackets.
      for (const item of node.items) if (!PLAIN_IN_FLOW.test(String((item as Scalar).value))) quote(item as Scalar)
    },
    Scalar: (_, node) => {
      if (typeof node.value === 'string' && UNPRINTABLE.test(node.value)) quote(node)
    },
    Collection: (_, node) => {
      if (isCollection(node) && node.items.length === 0) node.flow = true
    },
  })
  return document.toString({ lineWidth: LINE_WIDTH, flowCollectionPadding: false }).replace(ESCAPED, escaped)
}

const PLAIN_IN_FLOW = /^[\w<./*-][\w<>./*=;+-]*$/

// Characters that YAML does not allow outside an escape, or that a reader takes for a line break.
const UNPRINTABLE = /[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/
const ESCAPED = /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g

function quote(node: Scalar): void {
  node.type = Scalar.QUOTE_DOUBLE
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** A whole case as YAML: what the fuzzer writes when it has found something. */
export function caseText(document: object): string {
  return stringify(document, { compat: 'yaml-1.1', lineWidth: LINE_WIDTH, aliasDuplicateObjects: false })
}
