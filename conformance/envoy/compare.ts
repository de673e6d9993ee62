import { type CaseResult, type HeaderPair, isObject } from '../../src/cli/case-document.ts'
import { normaliseResult } from './normalise.ts'

/** What is wrong with `got`, one line for each difference; none if it is what `want` says. */
export function compareResults(want: readonly CaseResult[], got: readonly CaseResult[]): string[] {
  if (want.length !== got.length) return [`${got.length} results for ${want.length} requests and connections`]
  return want.flatMap((result, index) =>
    differences(normaliseResult(result), normaliseResult(got[index]!), '').map((line) => `#${index}${line}`),
  )
}

function differences(want: unknown, got: unknown, path: string): string[] {
  if (isObject(want) && isObject(got)) {
    const keys = [...new Set([...Object.keys(want), ...Object.keys(got)])].sort()
    return keys.flatMap((key) => differences(want[key], got[key], `${path}.${key}`))
  }
  if (Array.isArray(want) && Array.isArray(got)) {
    if (path.endsWith('headers')) return headerDifferences(want, got, path)
    if (want.length === got.length) {
      return want.flatMap((item, index) => differences(item, got[index], `${path}[${index}]`))
    }
  }
  return same(want, got) ? [] : [`${path}: want ${shown(want)} got ${shown(got)}`]
}

/** Headers are a bag, but within one name the order counts. */
function headerDifferences(want: HeaderPair[], got: HeaderPair[], path: string): string[] {
  const lines = new Set<string>()
  const count = (list: HeaderPair[], pair: HeaderPair) => list.filter((other) => same(other, pair)).length
  for (const pair of want) {
    if (count(want, pair) > count(got, pair)) lines.add(`${path}: missing ${pair[0]}: ${pair[1]}`)
  }
  for (const pair of got) {
    if (count(got, pair) > count(want, pair)) lines.add(`${path}: extra ${pair[0]}: ${pair[1]}`)
  }
  if (lines.size === 0 && !same(want, got)) lines.add(`${path}: order differs`)
  return [...lines]
}

/** Equal as JSON; a field that is null or missing is the same. */
function same(want: unknown, got: unknown): boolean {
  return JSON.stringify(want ?? null) === JSON.stringify(got ?? null)
}

function shown(value: unknown): string {
  return JSON.stringify(value ?? null).slice(0, 160)
}
