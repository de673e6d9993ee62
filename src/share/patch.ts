import { isObject, type Json, type JsonObject, member } from '../model/json.ts'

/**
 * What turns one JSON value into another, itself JSON and small where they are alike. Applying it gives the second
 * value exactly, the order of members included.
 *
 * - `{v: value}`: this value instead.
 * - `{m: {key: patch}, d?: [key], k?: [key]}`: members changed or added, deleted; `k` is the new order where appending
 *   the added ones is not it.
 * - `{l: [op]}`: a list from a list: `n` copies the next n entries, `-n` skips n, `[values]` inserts, a patch changes
 *   the next entry.
 */
export type Patch = { v: Json } | { m: { [key: string]: Patch }; d?: string[]; k?: string[] } | { l: ListOp[] }
type ListOp = number | Json[] | Patch

/** The patch from `before` to `after`; undefined when they are the same to the byte. */
export function diffJson(before: Json, after: Json): Patch | undefined {
  if (Array.isArray(before) && Array.isArray(after)) return diffLists(before, after)
  if (isObject(before) && isObject(after)) return diffObjects(before, after)
  return before === after ? undefined : { v: after }
}

function diffObjects(before: JsonObject, after: JsonObject): Patch | undefined {
  const patches: [string, Patch][] = []
  const deleted = Object.keys(before).filter((key) => !Object.hasOwn(after, key))
  for (const [key, value] of Object.entries(after)) {
    const old = member(before, key)
    const patch = old === undefined ? { v: value } : diffJson(old, value)
    if (patch) patches.push([key, patch])
  }
  const keys = Object.keys(after)
  const appended = keysAfter(before, deleted, keys)
  const reordered = keys.some((key, index) => key !== appended[index])
  if (patches.length === 0 && deleted.length === 0 && !reordered) return undefined
  return {
    m: Object.fromEntries(patches),
    ...(deleted.length > 0 && { d: deleted }),
    ...(reordered && { k: keys }),
  }
}

function keysAfter(before: JsonObject, deleted: string[], keys: string[]): string[] {
  const kept = Object.keys(before).filter((key) => !deleted.includes(key))
  return [...kept, ...keys.filter((key) => !Object.hasOwn(before, key))]
}

/** Beyond this many pairs of unlike entries a list is not aligned but replaced from its first difference on. */
const MAX_PAIRS = 1_000_000

function diffLists(before: Json[], after: Json[]): Patch | undefined {
  const old = before.map((entry) => JSON.stringify(entry))
  const now = after.map((entry) => JSON.stringify(entry))
  let start = 0
  while (start < old.length && start < now.length && old[start] === now[start]) start++
  let end = 0
  while (end < old.length - start && end < now.length - start && old.at(-1 - end) === now.at(-1 - end)) end++
  const rows = old.length - start - end
  const columns = now.length - start - end
  if (rows === 0 && columns === 0) return undefined
  const ops = new OpList()
  ops.copy(start)
  if (rows * columns > MAX_PAIRS) {
    ops.skip(rows)
    ops.insert(after.slice(start, start + columns))
  } else align(before, after, { old, now, start, rows, columns }, ops)
  ops.copy(end)
  return { l: ops.list }
}

interface Middle {
  old: string[]
  now: string[]
  start: number
  rows: number
  columns: number
}

/** Longest common subsequence of the middle, where equal entries weigh 3 and entries of one name (to be patched) 2. */
function align(before: Json[], after: Json[], { old, now, start, rows, columns }: Middle, ops: OpList): void {
  const weight = (row: number, column: number): number => {
    if (old[start + row] === now[start + column]) return 3
    return alike(before[start + row], after[start + column]) ? 2 : 0
  }
  const width = columns + 1
  const best = new Uint32Array((rows + 1) * width)
  for (let row = rows - 1; row >= 0; row--) {
    for (let column = columns - 1; column >= 0; column--) {
      const here = weight(row, column)
      const paired = here > 0 ? here + (best[(row + 1) * width + column + 1] as number) : 0
      const skipped = best[(row + 1) * width + column] as number
      const inserted = best[row * width + column + 1] as number
      best[row * width + column] = Math.max(paired, skipped, inserted)
    }
  }
  let row = 0
  let column = 0
  while (row < rows || column < columns) {
    const here = row < rows && column < columns ? weight(row, column) : 0
    const score = best[row * width + column] as number
    if (here > 0 && score === here + (best[(row + 1) * width + column + 1] as number)) {
      const patch = here === 3 ? undefined : diffJson(before[start + row] as Json, after[start + column] as Json)
      if (patch) ops.change(patch)
      else ops.copy(1)
      row++
      column++
    } else if (row < rows && (column === columns || score === best[(row + 1) * width + column])) {
      ops.skip(1)
      row++
    } else {
      ops.insert([after[start + column] as Json])
      column++
    }
  }
}

function alike(a: Json | undefined, b: Json | undefined): boolean {
  if (Array.isArray(a) || Array.isArray(b)) return Array.isArray(a) && Array.isArray(b)
  if (!isObject(a) || !isObject(b)) return false
  return a.name === b.name && a['@type'] === b['@type']
}

class OpList {
  readonly list: ListOp[] = []

  copy(count: number): void {
    const last = this.list.at(-1)
    if (typeof last === 'number' && last > 0) this.list[this.list.length - 1] = last + count
    else if (count > 0) this.list.push(count)
  }

  skip(count: number): void {
    const last = this.list.at(-1)
    if (typeof last === 'number' && last < 0) this.list[this.list.length - 1] = last - count
    else if (count > 0) this.list.push(-count)
  }

  insert(values: Json[]): void {
    const last = this.list.at(-1)
    if (Array.isArray(last)) last.push(...values)
    else if (values.length > 0) this.list.push([...values])
  }

  change(patch: Patch): void {
    this.list.push(patch)
  }
}

/** Applies a patch. Throws an Error if it does not fit the value: it was made for another one, or is damaged. */
export function applyPatch(before: Json | undefined, patch: Patch): Json {
  if (!isObject(patch)) throw new Error('not a patch')
  if ('v' in patch) return patch.v
  if ('l' in patch) return applyList(before, patch.l)
  if (!('m' in patch) || !isObject(patch.m) || !isObject(before)) throw new Error('a patch does not fit')
  const deleted = new Set(patch.d ?? [])
  const entries = new Map(Object.entries(before).filter(([key]) => !deleted.has(key)))
  for (const [key, one] of Object.entries(patch.m)) entries.set(key, applyPatch(entries.get(key), one as Patch))
  const keys = patch.k ?? [...entries.keys()]
  return Object.fromEntries(
    keys.map((key) => {
      const value = entries.get(key)
      if (value === undefined) throw new Error(`a patch does not fit: no member ${key}`)
      return [key, value]
    }),
  )
}

function applyList(before: Json | undefined, ops: ListOp[]): Json[] {
  if (!Array.isArray(before) || !Array.isArray(ops)) throw new Error('a patch does not fit a list')
  const after: Json[] = []
  let at = 0
  for (const op of ops) {
    if (Array.isArray(op)) after.push(...op)
    else if (typeof op !== 'number') after.push(applyPatch(before[at++], op))
    else {
      const next = at + Math.abs(op)
      if (next > before.length) throw new Error('a patch does not fit: the list is too short')
      if (op > 0) for (const value of before.slice(at, next)) after.push(value)
      at = next
    }
  }
  if (at !== before.length) throw new Error('a patch does not fit: the list is too long')
  return after
}
