import type { Path } from './path.ts'

/** Offsets (UTF-16 units) of a value in a JSON text, and of its key when it has one. */
export interface Span {
  value: number
  key: number
}

/** A syntax error: where it is, the path of the innermost open object or list, and what is wrong. */
export interface JsonMistake {
  offset: number
  path: Path
  message: string
}

const SPACE = new Set([' ', '\t', '\n', '\r'])

/**
 * Finds values in a JSON text that is known to be well-formed. Each object or list is read once, when a path first
 * leads through it, so that looking up a few places in a dump of many megabytes stays cheap.
 */
export function createJsonLocator(text: string): (path: Path) => Span {
  const containers = new Map<number, Map<string | number, Span>>()

  const childrenOf = (start: number): Map<string | number, Span> => {
    let children = containers.get(start)
    if (!children) {
      children = readChildren(text, start)
      containers.set(start, children)
    }
    return children
  }

  return (path) => {
    let at = skipSpace(text, 0)
    let span: Span = { value: at, key: at }
    for (const step of path) {
      const next = childrenOf(at).get(step)
      if (!next) break
      span = next
      at = next.value
    }
    return span
  }
}

/** The members of the object, or the elements of the list, that starts at `start`; of a repeated key, the last. */
function readChildren(text: string, start: number): Map<string | number, Span> {
  const children = new Map<string | number, Span>()
  const open = text[start]
  if (open !== '{' && open !== '[') return children
  let at = skipSpace(text, start + 1)
  for (let index = 0; at < text.length && text[at] !== '}' && text[at] !== ']'; index++) {
    if (open === '{') {
      const key = at
      const end = skipString(text, at)
      const name = JSON.parse(text.slice(key, end)) as string
      at = skipSpace(text, skipSpace(text, end) + 1)
      children.set(name, { key, value: at })
    } else {
      children.set(index, { key: at, value: at })
    }
    at = skipSpace(text, skipValue(text, at))
    if (text[at] === ',') at = skipSpace(text, at + 1)
  }
  return children
}

function skipSpace(text: string, at: number): number {
  while (SPACE.has(text[at] as string)) at++
  return at
}

function skipString(text: string, at: number): number {
  for (at++; at < text.length && text[at] !== '"'; at++) if (text[at] === '\\') at++
  return at + 1
}

function skipValue(text: string, at: number): number {
  let depth = 0
  while (at < text.length) {
    const char = text[at]
    if (char === '"') {
      at = skipString(text, at)
      if (depth === 0) return at
      continue
    }
    if (char === '{' || char === '[') depth++
    else if (char === '}' || char === ']') {
      if (depth === 0) return at
      depth--
      if (depth === 0) return at + 1
    } else if (depth === 0 && (char === ',' || SPACE.has(char as string))) return at
    at++
  }
  return at
}

const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y

/** The first place where a text stops being JSON; undefined when it is well-formed. */
export function findJsonMistake(text: string): JsonMistake | undefined {
  const path: (string | number)[] = []
  const opened: ('{' | '[')[] = []
  let at = skipSpace(text, 0)
  let expect: 'value' | 'first-value' | 'key' | 'first-key' | 'next' = 'value'

  const mistake = (expected: string): JsonMistake => {
    const found = at >= text.length ? 'the text ends here' : `found ${JSON.stringify(text.slice(at, at + 12))}`
    return { offset: Math.min(at, text.length), path: [...path], message: `expected ${expected}, ${found}` }
  }
  const scalar = (): string | undefined => {
    SCALAR.lastIndex = at
    return SCALAR.exec(text)?.[0]
  }
  const string = (): string | undefined => {
    if (text[at] !== '"') return undefined
    const end = skipString(text, at)
    const source = text.slice(at, end)
    if (isJsonString(source)) return source
    if (end > text.length || source.length < 2) at = text.length
    return undefined
  }

  for (;;) {
    at = skipSpace(text, at)
    const char = text[at]
    if (expect === 'next') {
      const open = opened.at(-1)
      if (open === undefined) return at < text.length ? mistake('the end of the document') : undefined
      if (char === ',') {
        if (open === '[') path.push((path.pop() as number) + 1)
        else path.pop()
        expect = open === '[' ? 'value' : 'key'
        at++
      } else if (char === (open === '{' ? '}' : ']')) {
        path.pop()
        opened.pop()
        at++
      } else return mistake(open === '{' ? 'a comma or }' : 'a comma or ]')
    } else if (expect === 'key' || expect === 'first-key') {
      if (char === '}' && expect === 'first-key') {
        opened.pop()
        expect = 'next'
        at++
        continue
      }
      const key = string()
      if (key === undefined) return mistake('a key in double quotes')
      at = skipSpace(text, at + key.length)
      if (text[at] !== ':') return mistake('a colon')
      path.push(JSON.parse(key) as string)
      at++
      expect = 'value'
    } else if (char === ']' && expect === 'first-value') {
      path.pop()
      opened.pop()
      expect = 'next'
      at++
    } else if (char === '{') {
      opened.push('{')
      expect = 'first-key'
      at++
    } else if (char === '[') {
      opened.push('[')
      path.push(0)
      expect = 'first-value'
      at++
    } else {
      const source = char === '"' ? string() : scalar()
      if (!source) return mistake(char === '"' ? 'the end of a string' : 'a value')
      at += source.length
      expect = 'next'
    }
  }
}

function isJsonString(source: string): boolean {
  try {
    return typeof JSON.parse(source) === 'string'
  } catch {
    return false
  }
}
