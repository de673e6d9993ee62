import type { AnyCall, Expression, Identifier, LuaNode, MemberExpression } from './ast.ts'
import { Model } from './infer.ts'
import { parseLenient } from './parse.ts'
import { innermost, isCall } from './walk.ts'

/** What stands left of the caret: the start of a word, and what it follows. */
export interface Caret {
  /** Where the word being typed begins. */
  start: number
  word: string
  /** `:` or `.` in front of it. */
  separator: ':' | '.' | undefined
  /** In a string or a comment nothing is completed, cluster names apart. */
  inside: 'code' | 'string' | 'comment'
  /** Where the string begins, for `inside: 'string'`. */
  stringStart: number
}

/** Looks at the text left of `offset`. */
export function caretAt(source: string, offset: number): Caret {
  const { inside, start: stringStart } = lexicalState(source, offset)
  const word = /[A-Za-z_]\w*$/.exec(source.slice(0, offset))?.[0] ?? ''
  const start = offset - word.length
  const before = source.slice(0, start).trimEnd()
  const last = before.at(-1)
  const isRange = before.endsWith('..')
  const separator = (last === ':' && !before.endsWith('::')) || (last === '.' && !isRange) ? last : undefined
  return { start, word, separator: separator as Caret['separator'], inside, stringStart }
}

// Whether a position lies in code, a string or a comment.
function lexicalState(source: string, offset: number): { inside: Caret['inside']; start: number } {
  const token =
    /--\[(=*)\[[\s\S]*?(?:\]\1\]|$)|--[^\n]*|\[(=*)\[[\s\S]*?(?:\]\2\]|$)|"(?:\\[\s\S]|[^"\\\n])*(?:"|\n|$)|'(?:\\[\s\S]|[^'\\\n])*(?:'|\n|$)/g
  for (const match of source.matchAll(token)) {
    const start = match.index
    const end = start + match[0].length
    if (offset <= start) break
    const closed = /^(?:"[\s\S]*"|'[\s\S]*'|\[(=*)\[[\s\S]*\]\1\])$/.test(match[0]) && match[0].length > 1
    const isComment = match[0].startsWith('--')
    const within = isComment ? offset <= end : offset < end || (offset === end && !closed)
    if (within) return { inside: isComment ? 'comment' : 'string', start }
  }
  return { inside: 'code', start: -1 }
}

/** The model of a script with the caret in it; a half-typed name at the caret is completed first. */
export function modelAt(source: string, offset: number): Model {
  return new Model(parseLenient(source, offset).chunk, { guess: true })
}

/** The expression in front of a `:` or `.` whose name begins at `start`. */
export function baseBefore(model: Model, start: number): Expression | undefined {
  const isMember = (node: LuaNode): node is MemberExpression => {
    if (node.type !== 'MemberExpression') return false
    const name = (node as MemberExpression).identifier
    return name.range[0] >= start - 1 && name.range[0] <= start + 1
  }
  let found: MemberExpression | undefined
  const member = innermost(model.chunk, start, isMember)
  if (member) found = member
  return found?.base
}

/** The identifier under a position, an entry behind a dot or colon included. */
export function identifierAt(model: Model, offset: number): Identifier | undefined {
  return innermost(model.chunk, offset, (node): node is Identifier => node.type === 'Identifier')
}

/** The call around a position whose arguments it is in. */
export function callAround(model: Model, offset: number): AnyCall | undefined {
  return innermost(
    model.chunk,
    offset,
    (node): node is AnyCall =>
      isCall(node) && node.base.range[1] < offset && (node.type !== 'CallExpression' || offset < node.range[1]),
  )
}
