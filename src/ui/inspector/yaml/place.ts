import type { Path } from '../../../model/json.ts'

/** Where a caret stands in a YAML text that may be half typed. */
export interface YamlPlace {
  /** The mapping that the line belongs to. */
  path: Path
  /** The key on the line, if there is one before the caret. */
  key: string | undefined
  /** A key is being typed, or the value of `key`, or an element of a list of plain values. */
  part: 'key' | 'value' | 'element'
  /** The column where the keys of the mapping begin. */
  indent: number
  /** What stands before the caret of the key or value. */
  typed: string
  /** Offset where `typed` begins. */
  start: number
}

/** A line taken apart: how far it is indented, the dashes it begins with, its key. */
interface Line {
  /** Column of the first character, dashes counted. */
  column: number
  /** Columns of the dashes. */
  dashes: number[]
  /** Column of the key, or of the value behind the dashes. */
  content: number
  key: string | undefined
  /** Behind the key's colon, trimmed. */
  value: string
  blank: boolean
}

const LINE = /^(\s*)((?:-\s+|-$)*)(?:("(?:[^"\\]|\\.)*"|'[^']*'|[^\s#'"{}[\],][^#]*?)\s*:(?=\s|$)\s*(.*))?/

function lineOf(text: string): Line {
  const match = LINE.exec(text)!
  const [, space = '', dashText = '', key, value = ''] = match
  const dashes = [...dashText.matchAll(/-/g)].map((dash) => space.length + dash.index)
  return {
    column: space.length,
    dashes,
    content: space.length + dashText.length,
    key: key === undefined ? undefined : unquote(key),
    value: value.replace(/\s+#.*$/, '').trim(),
    blank: /^\s*(#.*)?$/.test(text),
  }
}

function unquote(key: string): string {
  return /^["']/.test(key) ? key.slice(1, -1) : key
}

/** Where `offset` stands, by the indentation of the lines above: works on text that does not parse. */
export function placeAt(text: string, offset: number): YamlPlace {
  const lines = text.slice(0, offset).split('\n')
  const current = lines.pop() ?? ''
  const line = lineOf(current)
  const before = lines.map(lineOf)
  const lineStart = offset - current.length
  const base = { start: 0, typed: '' }
  const indent = line.content
  const path = pathTo(before, indent, line.dashes)
  if (line.key !== undefined) {
    const colon = current.indexOf(':', line.content + line.key.length)
    const behind = current.slice(colon + 1)
    const typed = behind.trimStart()
    return { ...base, path, key: line.key, part: 'value', indent, typed, start: offset - typed.length }
  }
  const typed = current.slice(line.content)
  const part = line.dashes.length > 0 && /^["']/.test(typed) ? 'element' : 'key'
  return { path, key: undefined, part, indent, typed, start: lineStart + line.content }
}

/** The path of the mapping (or list element) whose keys begin at `column`, from the lines above it. */
function pathTo(before: readonly Line[], column: number, dashes: readonly number[]): Path {
  const path: (string | number)[] = []
  let level = column
  // Dashes on the line itself: the innermost first.
  const open = [...dashes]
  let at = before.length
  while (open.length > 0) {
    const dash = open.pop()!
    path.unshift(countAt(before, at, dash))
    level = dash
  }
  for (let index = before.length - 1; index >= 0; index--) {
    const line = before[index]!
    if (line.blank) continue
    at = index
    // A mapping inside a list: the dash that begins its element.
    for (const dash of line.dashes.toReversed()) {
      const keys = line.dashes.filter((one) => one > dash).length > 0 ? dash : line.content
      if (dash < level && keys >= level - 0 && keys <= level) {
        path.unshift(countAt(before, at, dash))
        level = dash
      }
    }
    if (line.key !== undefined && line.value === '' && isParent(line, level, path)) {
      path.unshift(line.key)
      level = line.content
      for (const dash of line.dashes.toReversed()) {
        path.unshift(countAt(before, at, dash))
        level = dash
      }
    }
    if (level === 0 && path.length > 0 && typeof path[0] === 'string') break
  }
  return path
}

/** A key holds what is indented further, and a list that begins in its own column. */
function isParent(line: Line, level: number, path: Path): boolean {
  return line.content < level || (line.content === level && typeof path[0] === 'number' && line.dashes.length === 0)
}

/** How many elements of the list with dashes in this column stand above. */
function countAt(before: readonly Line[], from: number, column: number): number {
  let count = 0
  for (let index = from - 1; index >= 0; index--) {
    const line = before[index]!
    if (line.blank) continue
    if (line.dashes.includes(column)) count++
    else if (line.column < column || (line.column === column && line.dashes.length === 0)) break
  }
  return count
}

/** The keys and plain values of the mapping around an offset: what is written already, and its `@type`. */
export function siblingsOf(text: string, offset: number, indent: number): Map<string, string> {
  const found = new Map<string, string>()
  const lines = text.split('\n')
  const here = text.slice(0, offset).split('\n').length - 1
  const scan = (from: number, by: 1 | -1): void => {
    for (let index = from; index >= 0 && index < lines.length; index += by) {
      const line = lineOf(lines[index]!)
      if (line.blank) continue
      const starts = line.dashes.some((dash) => dash < indent)
      if (by > 0 && index !== here && (line.column < indent || (starts && line.content <= indent))) return
      if (line.content === indent && line.key !== undefined) found.set(line.key, line.value)
      if (line.content < indent || (starts && line.content === indent)) return
    }
  }
  scan(here, -1)
  scan(here + 1, 1)
  return found
}
