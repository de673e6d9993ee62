import { identifierAt, modelAt } from './at.ts'
import { Model } from './infer.ts'
import { keywords } from './library-docs.ts'
import { parseScript } from './parse.ts'
import type { Variable } from './scopes.ts'
import { walk } from './walk.ts'

export interface TextRange {
  start: number
  end: number
}

/** Where the name at `offset` is declared: a local, a parameter, a function, or the first assignment of a global. */
export function definitionLua(source: string, offset: number): TextRange | undefined {
  const variable = variableAt(source, offset)
  return variable && { start: variable.declaration.range[0], end: variable.declaration.range[1] }
}

/** Every place that names the same variable as the one at `offset`, its declaration first. */
export function referencesLua(source: string, offset: number): TextRange[] {
  return variableAt(source, offset)?.uses.map(({ range }) => ({ start: range[0], end: range[1] })) ?? []
}

/** The places to change for a new name, or why it cannot be had. */
export function renameLua(source: string, offset: number, name: string): { edits: TextRange[] } | { problem: string } {
  if (!/^[A-Za-z_]\w*$/.test(name)) return { problem: `${JSON.stringify(name)} is not a Lua name` }
  if (keywords.includes(name)) return { problem: `${name} is a word of the language` }
  const parsed = parseScript(source)
  if ('problem' in parsed) return { problem: `the script has a syntax error in line ${parsed.problem.line}` }
  const model = new Model(parsed.chunk)
  const identifier = identifierAt(model, offset)
  const variable = identifier && model.variable(identifier)
  if (!variable) return { problem: 'only variables and functions of the script can be renamed' }
  if (variable.name.startsWith('envoy_on_')) return { problem: `Envoy looks for ${variable.name} by its name` }
  const clash = variable.uses.some((use) =>
    model.visible(use.range[0]).some((other) => other !== variable && other.name === name),
  )
  if (clash) return { problem: `${name} stands for something else there already` }
  return { edits: variable.uses.map(({ range }) => ({ start: range[0], end: range[1] })) }
}

function variableAt(source: string, offset: number): Variable | undefined {
  const model = modelAt(source, source.length)
  const identifier = identifierAt(model, offset)
  return identifier && model.variable(identifier)
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
