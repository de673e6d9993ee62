import { copy, equal, type JsonObject, stringAt } from '../message/json.ts'

/** One patch on a list of filters; `anchor` is the name of the filter it is about. */
export interface ListEdit {
  operation: 'INSERT_FIRST' | 'INSERT_BEFORE' | 'INSERT_AFTER' | 'ADD' | 'REMOVE' | 'REPLACE' | 'MERGE'
  anchor?: string
  value?: JsonObject
}

/** How a changed filter can be merged: the patch, or undefined when only replacing it will do. */
export type MergeFinder = (from: JsonObject, to: JsonObject) => JsonObject | undefined

/** What a script is, and whether it had to take the chain apart. */
export interface ListScript {
  edits: ListEdit[]
  rebuilt: boolean
}

const nameOf = (filter: JsonObject) => stringAt(filter, 'name')

/**
 * The patches that turn one list of filters into the other when istiod replays them in order. Filters are found by name
 * and the first of a name is taken, so every step is tried on a copy; if names get in the way, the list is emptied and
 * built anew, which always works.
 */
export function scriptBetween(from: JsonObject[], to: JsonObject[], merge: MergeFinder): ListScript {
  if (equal(from, to)) return { edits: [], rebuilt: false }
  const edits = incremental(from, to, merge)
  if (edits && equal(replay(from, edits, merge), to)) return { edits, rebuilt: false }
  return { edits: rebuild(from, to), rebuilt: true }
}

/** What istiod makes of the list; merges come last, and reach every filter of the name. */
export function replay(from: JsonObject[], edits: ListEdit[], merge: MergeFinder): JsonObject[] {
  let list = from
  for (const edit of edits) list = step(list, edit)
  for (const edit of edits) {
    if (edit.operation !== 'MERGE') continue
    list = list.map((filter) => (nameOf(filter) === edit.anchor ? mergedFilter(filter, edit, merge) : filter))
  }
  return list
}

/** A merge is only ever made for a filter that it brings to what is wanted, which the edit carries along. */
function mergedFilter(filter: JsonObject, edit: ListEdit, merge: MergeFinder): JsonObject {
  const wanted = mergeTargets.get(edit)
  return wanted && merge(filter, wanted) ? wanted : filter
}

const mergeTargets = new WeakMap<ListEdit, JsonObject>()

function step(list: JsonObject[], edit: ListEdit): JsonObject[] {
  const index = edit.anchor === undefined ? -1 : list.findIndex((filter) => nameOf(filter) === edit.anchor)
  const value = edit.value as JsonObject
  const without = () => list.filter((filter) => nameOf(filter) !== edit.anchor)
  switch (edit.operation) {
    case 'INSERT_FIRST':
      return [value, ...list]
    case 'ADD':
      return [...list, value]
    case 'INSERT_BEFORE':
      return index < 0 ? list : list.toSpliced(index, 0, value)
    case 'INSERT_AFTER':
      return index < 0 ? list : list.toSpliced(index + 1, 0, value)
    case 'REPLACE':
      return index < 0 ? list : list.toSpliced(index, 1, value)
    case 'REMOVE':
      return without()
    default:
      return list
  }
}

/** A desired list as runs: each filter that stays, with what is new in front of it. */
interface Alignment {
  /** For every desired filter the index of the base filter it is, or -1. */
  source: number[]
  /** Base filters that are not in the desired list at their place. */
  gone: number[]
}

function align(from: JsonObject[], to: JsonObject[]): Alignment {
  const pairs = longestCommon(from, to, (a, b) => nameOf(a) === nameOf(b))
  const source = to.map(() => -1)
  for (const [i, j] of pairs) source[j] = i
  const kept = new Set(pairs.map(([i]) => i))
  return { source, gone: from.map((_, i) => i).filter((i) => !kept.has(i)) }
}

/** Pairs of indices with the most matches; a pair of equal filters counts more than one of equal names. */
function longestCommon(
  from: JsonObject[],
  to: JsonObject[],
  alike: (a: JsonObject, b: JsonObject) => boolean,
): [number, number][] {
  const score = Array.from({ length: from.length + 1 }, () => new Array<number>(to.length + 1).fill(0))
  const at = (i: number, j: number) => score[i]?.[j] ?? 0
  const weight = (i: number, j: number) => {
    const [a, b] = [from[i] as JsonObject, to[j] as JsonObject]
    return equal(a, b) ? 3 : alike(a, b) ? 2 : 0
  }
  for (let i = from.length - 1; i >= 0; i--) {
    for (let j = to.length - 1; j >= 0; j--) {
      const own = weight(i, j)
      const row = score[i] as number[]
      row[j] = Math.max(at(i + 1, j), at(i, j + 1), own > 0 ? own + at(i + 1, j + 1) : 0)
    }
  }
  const pairs: [number, number][] = []
  for (let i = 0, j = 0; i < from.length && j < to.length; ) {
    const own = weight(i, j)
    if (own > 0 && at(i, j) === own + at(i + 1, j + 1)) pairs.push([i++, j++])
    else if (at(i + 1, j) >= at(i, j + 1)) i++
    else j++
  }
  return pairs
}

function incremental(from: JsonObject[], to: JsonObject[], merge: MergeFinder): ListEdit[] | undefined {
  const { source, gone } = align(from, to)
  const edits: ListEdit[] = []
  let list = from
  const take = (edit: ListEdit) => {
    edits.push(edit)
    list = step(list, edit)
  }
  for (const index of gone) take({ operation: 'REMOVE', anchor: nameOf(from[index] as JsonObject) })
  const merges: ListEdit[] = []
  for (const [j, i] of source.entries()) {
    if (i < 0) continue
    const [before, after] = [from[i] as JsonObject, to[j] as JsonObject]
    if (equal(before, after)) continue
    const change = changeOf(before, after, to, merge)
    if (change.operation === 'MERGE') merges.push(change)
    else take(change)
  }
  if (!insertRuns(from, to, source, merges, take, () => list)) return undefined
  return [...edits, ...merges]
}

function changeOf(before: JsonObject, after: JsonObject, to: JsonObject[], merge: MergeFinder): ListEdit {
  const anchor = nameOf(before)
  const unique = to.filter((filter) => nameOf(filter) === anchor).length === 1
  const patch = unique ? merge(before, after) : undefined
  const edit: ListEdit = patch
    ? { operation: 'MERGE', anchor, value: patch }
    : { operation: 'REPLACE', anchor, value: copy(after) }
  if (patch) mergeTargets.set(edit, after)
  return edit
}

/** Inserts what is new, run by run, each the first way that leads to the right list; false when none does. */
function insertRuns(
  from: JsonObject[],
  to: JsonObject[],
  source: number[],
  merges: ListEdit[],
  take: (edit: ListEdit) => void,
  current: () => JsonObject[],
): boolean {
  const merged = new Set(merges.map((edit) => edit.anchor))
  // Merges come after all inserts, so until then their filters look as they did.
  const shown = (j: number) =>
    (merged.has(nameOf(to[j] as JsonObject)) ? from[source[j] as number] : to[j]) as JsonObject
  const present = new Set(to.map((_, j) => j).filter((j) => (source[j] as number) >= 0))
  for (let start = 0; start < to.length; start++) {
    if (present.has(start)) continue
    let end = start
    while (end < to.length && !present.has(end)) end++
    for (let j = start; j < end; j++) present.add(j)
    const expected = to
      .map((_, j) => j)
      .filter((j) => present.has(j))
      .map(shown)
    const way = waysToInsert(to, start, end, end < to.length).find((edits) =>
      equal(edits.reduce(step, current()), expected),
    )
    if (!way) return false
    for (const edit of way) take(edit)
    start = end - 1
  }
  return true
}

/** The ways to insert `to[start..end)`, the most readable first. */
function waysToInsert(to: JsonObject[], start: number, end: number, hasNext: boolean): ListEdit[][] {
  const run = to.slice(start, end).map(copy)
  const previous = start > 0 ? nameOf(to[start - 1] as JsonObject) : undefined
  const next = hasNext ? nameOf(to[end] as JsonObject) : undefined
  const ways: ListEdit[][] = []
  if (start === 0) ways.push(run.toReversed().map((value) => ({ operation: 'INSERT_FIRST', value })))
  if (next !== undefined) ways.push(run.map((value) => ({ operation: 'INSERT_BEFORE', anchor: next, value })))
  if (previous !== undefined) {
    ways.push(run.toReversed().map((value) => ({ operation: 'INSERT_AFTER', anchor: previous, value })))
    ways.push(
      run.map((value, i) => ({
        operation: 'INSERT_AFTER',
        anchor: i === 0 ? previous : nameOf(run[i - 1] as JsonObject),
        value,
      })),
    )
  }
  if (next === undefined) ways.push(run.map((value) => ({ operation: 'ADD', value })))
  return ways
}

/** Takes every filter away and adds the desired ones in order. */
function rebuild(from: JsonObject[], to: JsonObject[]): ListEdit[] {
  const names = [...new Set(from.map(nameOf))]
  return [
    ...names.map((anchor): ListEdit => ({ operation: 'REMOVE', anchor })),
    ...to.map((value): ListEdit => ({ operation: 'ADD', value: copy(value) })),
  ]
}
