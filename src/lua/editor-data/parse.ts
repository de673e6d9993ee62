import luaparse from 'luaparse'
import type { Chunk, LuaNode } from './ast.ts'
import { childrenOf } from './walk.ts'

/** A place where the source is not Lua. `offset` and `end` are positions in it, `line` counts from 1. */
export interface SyntaxProblem {
  offset: number
  end: number
  line: number
  message: string
}

export interface ParsedScript {
  /** Of the source, or of the source with the unreadable parts blanked out: positions hold for both. */
  chunk: Chunk
  problem: SyntaxProblem | undefined
}

// LuaJIT as Envoy builds it has the grammar of Lua 5.2; what it has beyond that is masked.
const options = {
  luaVersion: '5.2',
  ranges: true,
  locations: false,
  comments: false,
  encodingMode: 'x-user-defined',
} as const

/** The tree of a script, or what is wrong with it. */
export function parseScript(source: string): { chunk: Chunk } | { problem: SyntaxProblem } {
  try {
    const chunk = luaparse.parse(masked(source), options) as Chunk
    // What is thousands of levels deep was written by a program: it runs, and there is nothing to say of it.
    return { chunk: isDeep(chunk) ? { ...chunk, body: [] } : chunk }
  } catch (error) {
    if (error instanceof RangeError)
      return { problem: { offset: 0, end: 1, line: 1, message: 'the script has too many syntax levels' } }
    const { message, index, line } = error as { message: string; index?: number; line?: number }
    const offset = Math.min(index ?? 0, source.length)
    const word = /^[\w]+|^\S/.exec(source.slice(offset))?.[0].length ?? 0
    return { problem: { offset, end: offset + Math.max(1, word), line: line ?? 1, message: wording(message) } }
  }
}

const DEEPEST = 1000

function isDeep(chunk: Chunk): boolean {
  let level: LuaNode[] = [chunk]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > DEEPEST) return true
    level = level.flatMap((node) => childrenOf(node) as LuaNode[])
  }
  return false
}

// Characters that luaparse does not know are put as such that it does, one for one: positions hold.
function masked(source: string): string {
  return source
    .replace(/^#[^\n]*/, (line) => ' '.repeat(line.length))
    .replace(/[^\x00-\x7f]/g, '_') // every byte past ASCII is a letter
    .replace(/\\u\{[\da-fA-F]+\}/g, (code) => '_'.repeat(code.length))
    .replace(/\b0[bB][01]+\b/g, (binary) => '0'.repeat(binary.length))
    .replace(/\b0[xX](?=\.[\da-fA-F])/g, '00')
    .replace(/(?<![\w.])(0[xX][\da-fA-F]+|\d+)(U?LL)\b/gi, (_, digits: string, suffix: string) =>
      digits.padEnd(digits.length + suffix.length),
    )
    .replace(/(?<![\w.])(\d[\d.]*)I\b/gi, '$1 ')
}

function wording(message: string): string {
  return message.replace(/^\[\d+:\d+\] /, '').replace("near '<eof>'", 'at the end of the script')
}

/**
 * A tree for a script that may be half-written: what cannot be read is blanked out line by line, blocks that are still
 * open are closed at the end. With `caret`, a name that is being typed there (`handle:`) is completed first.
 */
export function parseLenient(source: string, caret?: number): ParsedScript {
  const first = parseScript(source)
  if ('chunk' in first) return { chunk: first.chunk, problem: undefined }
  const { problem } = first
  if (caret !== undefined) {
    for (const filler of ['x', 'x()', 'x) end', ')', ' end']) {
      const patched = parseScript(source.slice(0, caret) + filler + source.slice(caret))
      if ('chunk' in patched) return { chunk: patched.chunk, problem }
    }
    const completed = repair(`${source.slice(0, caret)}x()${source.slice(caret)}`, caret)
    if (completed) return { chunk: completed, problem }
  }
  return { chunk: repair(source) ?? { type: 'Chunk', range: [0, 0], body: [] }, problem }
}

// Blanks and closes until the text can be read; gives up when it would have to blank the line of `keep`.
function repair(source: string, keep?: number): Chunk | undefined {
  let text = source
  for (let attempt = 0; attempt < 60; attempt++) {
    const parsed = parseScript(text)
    if ('chunk' in parsed) return parsed.chunk
    const at = parsed.problem.offset
    if (at >= text.trimEnd().length) {
      if (text.length > source.length + 200) return undefined
      text += parsed.problem.message.includes("'until'") ? ' until x' : ' end'
      continue
    }
    const blanked = blankLine(text, at)
    if (keep !== undefined && blanked[keep - 1] !== text[keep - 1]) return undefined
    text = blanked
  }
  return undefined
}

function blankLine(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1
  const newline = text.indexOf('\n', offset)
  const end = newline < 0 ? text.length : newline
  const blank = text.slice(start, end).trim() === '' ? 0 : end - start
  if (blank > 0) return text.slice(0, start) + ' '.repeat(blank) + text.slice(end)
  // The line is blank already: the cause lies above it.
  const above = text.slice(0, start).trimEnd().length
  const aboveStart = text.lastIndexOf('\n', above - 1) + 1
  return text.slice(0, aboveStart) + ' '.repeat(above - aboveStart) + text.slice(above)
}
