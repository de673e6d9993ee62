import type { Identifier, MemberExpression } from './ast.ts'
import { identifierAt, modelAt } from './at.ts'
import { typeDoc } from './docs.ts'
import { Model } from './infer.ts'
import { keywords } from './library-docs.ts'
import { parseScript } from './parse.ts'
import type { Variable } from './scopes.ts'
import { walk } from './walk.ts'

export interface TextRange {
  start: number
  end: number
}

/** Where the name at `offset` is declared: a local, a parameter, a function, the first assignment of a global or field. */
export function definitionLua(source: string, offset: number): TextRange | undefined {
  return named(modelAt(source, source.length), offset)?.places[0]
}

/** Every place that names the same variable or field as the one at `offset`, its declaration first. */
export function referencesLua(source: string, offset: number): TextRange[] {
  return named(modelAt(source, source.length), offset)?.places ?? []
}

/** The places to change for a new name, or why it cannot be had. */
export function renameLua(source: string, offset: number, name: string): { edits: TextRange[] } | { problem: string } {
  if (!/^[A-Za-z_]\w*$/.test(name)) return { problem: `${JSON.stringify(name)} is not a Lua name` }
  if (keywords.includes(name)) return { problem: `${name} is a word of the language` }
  const parsed = parseScript(source)
  if ('problem' in parsed) return { problem: `the script has a syntax error in line ${parsed.problem.line}` }
  const model = new Model(parsed.chunk, { guess: true })
  const found = named(model, offset)
  if (!found) return { problem: 'only variables, functions and fields of the script can be renamed' }
  if (found.name.startsWith('envoy_on_')) return { problem: `Envoy looks for ${found.name} by its name` }
  const clash = found.variable ? hasClash(model, found.variable, name) : found.siblings.has(name)
  if (clash) return { problem: `${name} stands for something else there already` }
  const stray = found.variable ? undefined : strayUse(model, found)
  if (stray)
    return { problem: `line ${lineCounter(source)(stray.range[0])} may name the same field, which cannot be told` }
  return { edits: found.places }
}

function hasClash(model: Model, variable: Variable, name: string): boolean {
  const isOther = (other: Variable): boolean => other !== variable && other.name === name
  if (variable.uses.some((use) => model.visible(use.range[0]).some(isOther))) return true
  // What is called that already must not fall under the variable's scope: a library, or a variable around it.
  const [from, to] = variable.kind === 'global' ? [0, Number.POSITIVE_INFINITY] : variable.scope
  const inside = (place: Identifier): boolean => from <= place.range[0] && place.range[0] < to
  const outer = model.scopes.variables.filter(isOther).some((other) => other.uses.some(inside))
  return outer || (model.scopes.free.get(name) ?? []).some(inside)
}

// A field of that name in a table that is not known: it may be this one.
function strayUse(model: Model, { name, places }: Named): Identifier | undefined {
  const starts = new Set(places.map((place) => place.start))
  let stray: Identifier | undefined
  walk(model.chunk, (node) => {
    if (node.type !== 'MemberExpression') return
    const { base, identifier } = node as MemberExpression
    const isKnown = starts.has(identifier.range[0]) || typeDoc(model.typeOf(base)) !== undefined
    if (identifier.name === name && !isKnown && !model.shapes.of(base)) stray ??= identifier
  })
  return stray
}

interface Named {
  name: string
  places: TextRange[]
  variable?: Variable
  /** The other names of the table, for a field. */
  siblings: ReadonlySet<string>
}

function named(model: Model, offset: number): Named | undefined {
  const identifier = identifierAt(model, offset)
  if (!identifier) return undefined
  const variable = model.variable(identifier)
  if (variable) return { name: variable.name, variable, places: variable.uses.map(rangeOf), siblings: new Set() }
  const field = model.shapes.fieldAt(identifier)
  if (!field) return undefined
  const written = field.field.written.toSorted((a, b) => a.range[0] - b.range[0])
  const places = [...new Set([...written, ...field.field.places])].map(rangeOf)
  return { name: identifier.name, places, siblings: new Set(field.shape.fields.keys()) }
}

function rangeOf({ range: [start, end] }: Identifier): TextRange {
  return { start, end }
}

/** Stretches of lines, counted from 1, that can be folded away: blocks, tables and comments of more than one line. */
export function foldLua(source: string): { start: number; end: number }[] {
  const lineOf = lineCounter(source)
  const found = new Map<number, number>()
  const add = (from: number, to: number) => {
    const start = lineOf(from)
    const end = lineOf(to)
    if (end > start) found.set(start, Math.max(end, found.get(start) ?? 0))
  }
  walk(modelAt(source, source.length).chunk, (node) => {
    const isBlock = /Statement$|FunctionDeclaration|TableConstructorExpression|Clause$/.test(node.type)
    if (
      isBlock &&
      node.type !== 'CallStatement' &&
      node.type !== 'LocalStatement' &&
      node.type !== 'AssignmentStatement'
    )
      add(node.range[0], Math.min(node.range[1], source.length))
  })
  for (const comment of source.matchAll(/--\[(=*)\[[\s\S]*?\]\1\]|(?:^[ \t]*--(?!\[=*\[)[^\n]*(?:\n|$)){2,}/gm))
    add(comment.index, comment.index + comment[0].trimEnd().length - 1)
  return [...found].map(([start, end]) => ({ start, end })).sort((a, b) => a.start - b.start)
}

/** A function from offsets to lines, counted from 1. */
export function lineCounter(source: string): (offset: number) => number {
  const starts = [0]
  for (let i = source.indexOf('\n'); i >= 0; i = source.indexOf('\n', i + 1)) starts.push(i + 1)
  return (offset) => {
    let low = 0
    let high = starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (starts[middle]! <= offset) low = middle
      else high = middle - 1
    }
    return low + 1
  }
}
