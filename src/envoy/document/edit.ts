import type { JsonObject, JsonValue } from '@bufbuild/protobuf'
import { type Document, isCollection, isMap, isScalar, isSeq, parseAllDocuments, stringify } from 'yaml'
import { isObject, setOwn } from '../opaque.ts'
import type { Path } from './path.ts'
import { DocumentError } from './source.ts'

export interface EditOptions {
  /** Which document of a stream, from 0. */
  document?: number
  /** The last step of the path is a list index: move what is there, and what follows, down instead of replacing it. */
  insert?: boolean
}

/** A stretch of the text and what takes its place. */
interface Splice {
  start: number
  end: number
  text: string
}

interface Ranged {
  range: [start: number, valueEnd: number, nodeEnd: number]
  flow?: boolean
}

/**
 * Sets the value at a path of a YAML text, or removes it when `value` is undefined. Only the lines of that value are
 * written anew: comments, quoting, anchors and layout of everything else stay as the user wrote them. Objects and
 * lists that are missing on the way are created. Throws DocumentError when the text is not YAML.
 */
export function editYaml(text: string, path: Path, value: JsonValue | undefined, options: EditOptions = {}): string {
  const documents = parse(text)
  const at = options.document ?? 0
  const document = documents[at]
  if (!document) throw new DocumentError(`the text has no document ${at}`, { line: 1, column: 1 }, path)

  const wanted = apply(document.toJS() as JsonValue, path, value, options.insert ?? false)
  const splice = createSplice(text, document, path, value, options.insert ?? false)
  if (splice) {
    const edited = text.slice(0, splice.start) + splice.text + text.slice(splice.end)
    if (holds(edited, at, wanted)) return edited
  }
  return rewrite(documents, document, path, value, options.insert ?? false)
}

function parse(text: string): Document[] {
  const documents = [...parseAllDocuments(text, { uniqueKeys: false, logLevel: 'silent' })] as Document[]
  for (const { errors } of documents) {
    const error = errors[0]
    if (!error) continue
    const position = error.linePos?.[0]
    throw new DocumentError(error.message, { line: position?.line ?? 1, column: position?.col ?? 1 })
  }
  return documents
}

/** Whether the text still is YAML and says what was asked for. */
function holds(text: string, at: number, wanted: JsonValue): boolean {
  const document = (parseAllDocuments(text, { uniqueKeys: false, logLevel: 'silent' }) as Document[])[at]
  return document?.errors.length === 0 && JSON.stringify(document.toJS()) === JSON.stringify(wanted)
}

/** The same edit on plain JSON. */
function apply(json: JsonValue, path: Path, value: JsonValue | undefined, insert: boolean): JsonValue {
  const [step, ...rest] = path
  if (step === undefined) return value ?? null
  if (typeof step === 'number') {
    const list = Array.isArray(json) ? [...json] : []
    if (rest.length > 0) list[step] = apply(list[step] ?? null, rest, value, insert)
    else if (value === undefined) list.splice(step, 1)
    else list.splice(step, insert ? 0 : 1, value)
    return list
  }
  const object: JsonObject = isObject(json) ? { ...json } : {}
  if (rest.length === 0 && value === undefined) delete object[step]
  else setOwn(object, step, rest.length > 0 ? apply(object[step] ?? null, rest, value, insert) : value!)
  return object
}

/** The textual edit, or undefined where rewriting the document is the only way. */
function createSplice(
  text: string,
  document: Document,
  path: Path,
  value: JsonValue | undefined,
  insert: boolean,
): Splice | undefined {
  const step = path.at(-1)
  if (step === undefined) return undefined
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true)
  if (!isCollection(parent) || parent.flow || parent.items.length === 0) {
    // Nothing to put a line next to: write the parent with the value in it.
    if (value === undefined || path.length === 1) return undefined
    const around = isCollection(parent) ? (parent.toJS(document) as JsonValue) : null
    return createSplice(text, document, path.slice(0, -1), apply(around, [step], value, insert), false)
  }

  const items = isMap(parent)
    ? parent.items.map((pair) => ({
        name: isScalar(pair.key) ? String(pair.key.value) : '',
        start: pair.key,
        end: pair.value ?? pair.key,
      }))
    : (parent as { items: unknown[] }).items.map((item, index) => ({ name: index, start: item, end: item }))
  const index = items.findLastIndex((item) => item.name === step)
  const item = items[index]
  const column = columnOf(text, startOf(items[0]!.start as Ranged, text, isSeq(parent)))

  if (value === undefined) {
    if (!item) return { start: 0, end: 0, text: '' }
    if (items.length === 1) {
      if (path.length === 1) return undefined
      return createSplice(text, document, path.slice(0, -1), isSeq(parent) ? [] : {}, false)
    }
    const start = startOf(item.start as Ranged, text, isSeq(parent))
    // The first key of a list's element shares its line with the dash.
    if (text.slice(lineStart(text, start), start).trim() !== '') return undefined
    return { start: lineStart(text, start), end: lineEnd(text, endOf(item.end as Ranged, text)), text: '' }
  }

  const rendered = render(step, value, column, isSeq(parent), text)
  if (item && !insert) {
    const start = startOf(item.start as Ranged, text, isSeq(parent))
    const end = endOf(item.end as Ranged, text)
    const comment = /^[ \t]+#[^\n]*/.exec(text.slice(end))?.[0] ?? ''
    const [first, ...more] = rendered.split('\n')
    if (more.length === 0) return { start, end, text: rendered }
    return { start, end: end + comment.length, text: [first + comment, ...more].join('\n') }
  }
  const before = insert && item ? startOf(item.start as Ranged, text, true) : undefined
  if (before !== undefined) return { start: before, end: before, text: `${rendered}\n${' '.repeat(column)}` }
  const end = lineEnd(text, endOf(items.at(-1)!.end as Ranged, text))
  const newline = text[end - 1] === '\n' ? '' : '\n'
  return { start: end, end, text: `${newline}${' '.repeat(column)}${rendered}\n` }
}

/** `key: value` or `- value`, every line but the first indented to `column`. */
function render(step: string | number, value: JsonValue, column: number, inList: boolean, text: string): string {
  const whole = stringify(inList ? [value] : { [step]: value }, { lineWidth: 0, indentSeq: indentsLists(text) })
  return whole.trimEnd().replace(/\n(?=[^\n])/g, `\n${' '.repeat(column)}`)
}

/** Where an item begins: its key, or the dash before a list's element. */
function startOf(node: Ranged, text: string, inList: boolean): number {
  return inList ? text.lastIndexOf('-', node.range[0] - (text[node.range[0]] === '-' ? 1 : 0)) : node.range[0]
}

/** Where a value ends, without the line breaks and comments that follow it. */
function endOf(node: Ranged, text: string): number {
  let end = node.range[1]
  while (end > node.range[0] && /\s/.test(text[end - 1]!)) end--
  return end
}

function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1
}

function lineEnd(text: string, offset: number): number {
  const end = text.indexOf('\n', offset)
  return end === -1 ? text.length : end + 1
}

function columnOf(text: string, offset: number): number {
  return offset - lineStart(text, offset)
}

/** The last resort: the library writes the document again. Comments stay, their place on the line may not. */
function rewrite(
  documents: Document[],
  document: Document,
  path: Path,
  value: JsonValue | undefined,
  insert: boolean,
): string {
  const parent = document.getIn(path.slice(0, -1), true)
  if (path.length === 0) document.contents = document.createNode(value ?? null) as Document['contents']
  else if (value === undefined) document.deleteIn(path)
  else if (insert && isSeq(parent)) parent.items.splice(path.at(-1) as number, 0, document.createNode(value))
  else document.setIn(path, document.createNode(value))
  return documents.map((each) => each.toString({ lineWidth: 0 })).join('')
}

/** Whether lists under a key are indented further than the key, as the text has them. */
function indentsLists(text: string): boolean {
  const list = /^( *)(?:- )?[^\s#-][^\n]*:[ \t]*(?:#[^\n]*)?\n( *)- /m.exec(text)
  return list ? list[2]!.length > list[1]!.length : true
}
