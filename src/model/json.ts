/** Plain JSON, as designs and Envoy's proto3 JSON are kept. */
export type Json = null | boolean | number | string | Json[] | JsonObject
export type JsonObject = { [key: string]: Json }

/** Where a value stands in a document: object keys and list indexes from the root. */
export type Path = readonly (string | number)[]

/** Whether a value is a JSON object (neither null nor a list). */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value as an object, or an empty one: for reading optional messages. */
export function asObject(value: unknown): JsonObject {
  return isObject(value) ? value : {}
}

/** The objects in a list; anything else counts as an empty list, so that half-written documents still show. */
export function asObjects(value: unknown): JsonObject[] {
  return Array.isArray(value) ? (value.filter(isObject) as JsonObject[]) : []
}

/** The value if it is a non-empty string, else undefined. */
export function asText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** An object's own member: `__proto__` and inherited names are data like any other, never the prototype's. */
export function member(value: unknown, key: string | number): Json | undefined {
  if (Array.isArray(value)) return typeof key === 'number' ? (value[key] as Json | undefined) : undefined
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
}

/** The value at a path, or undefined where the path leads nowhere. */
export function getAt(root: unknown, path: Path): Json | undefined {
  let value: unknown = root
  for (const key of path) {
    value = member(value, key)
    if (value === undefined) return undefined
  }
  return value as Json | undefined
}

/** A path that does not fit the document it was used on. */
export class PathError extends Error {
  readonly path: Path
  constructor(path: Path, problem: string) {
    super(`${formatPath(path)}: ${problem}`)
    this.name = 'PathError'
    this.path = path
  }
}

/**
 * A copy of the document with the value at `path` replaced by what `change` makes of it; everything off the path is
 * shared with the old one. Missing objects on the way are created, missing list entries are not. `undefined` removes
 * the member (or the list entry, closing the gap).
 */
export function updateAt<T>(root: T, path: Path, change: (value: Json | undefined) => Json | undefined): T {
  return update(root as Json | undefined, path, 0, change) as T
}

function update(
  value: Json | undefined,
  path: Path,
  depth: number,
  change: (value: Json | undefined) => Json | undefined,
): Json | undefined {
  const key = path[depth]
  if (key === undefined) return change(value)
  if (typeof key === 'number') {
    const list = value ?? []
    if (!Array.isArray(list)) throw new PathError(path.slice(0, depth), 'is not a list')
    if (key < 0 || key > list.length)
      throw new PathError(path.slice(0, depth + 1), `the list has ${list.length} entries`)
    const next = update(list[key], path, depth + 1, change)
    if (next === list[key]) return value
    return next === undefined ? list.toSpliced(key, 1) : list.toSpliced(key, 1, next)
  }
  const object = value ?? {}
  if (!isObject(object)) throw new PathError(path.slice(0, depth), 'is not an object')
  const old = member(object, key)
  const next = update(old, path, depth + 1, change)
  if (next === old) return value
  if (next !== undefined) return { ...object, [key]: next }
  const { [key]: _, ...rest } = object
  return rest
}

/** A copy with `value` at `path`. */
export function setAt<T>(root: T, path: Path, value: Json): T {
  return updateAt(root, path, () => value)
}

/** A copy without what stood at `path`; a list closes the gap. */
export function removeAt<T>(root: T, path: Path): T {
  return updateAt(root, path, () => undefined)
}

/** A copy with `value` inserted into the list at `path`, before the entry `index` (the list is created if missing). */
export function insertAt<T>(root: T, path: Path, index: number, value: Json): T {
  return updateAt(root, path, (old) => {
    const list = old ?? []
    if (!Array.isArray(list)) throw new PathError(path, 'is not a list')
    if (index < 0 || index > list.length) throw new PathError([...path, index], `the list has ${list.length} entries`)
    return list.toSpliced(index, 0, value)
  })
}

/** Deep equality of JSON values; the order of an object's members does not matter. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((entry, index) => sameJson(entry, b[index]))
  }
  if (!isObject(a) || !isObject(b)) return false
  const keys = Object.keys(a)
  if (keys.length !== Object.keys(b).length) return false
  return keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key]))
}

/** Whether two paths are the same. */
export function samePath(a: Path, b: Path): boolean {
  return a.length === b.length && a.every((key, index) => key === b[index])
}

/** Whether `path` is `prefix` or leads into it. */
export function isInside(path: Path, prefix: Path): boolean {
  return path.length >= prefix.length && prefix.every((key, index) => key === path[index])
}

const PLAIN_KEY = /^[A-Za-z_$@][\w$@-]*$/

/** A path as people write it: `listeners[0].filter_chains[1].filters[0]`; unusual keys are quoted: `map["a.b"]`. */
export function formatPath(path: Path): string {
  let text = ''
  for (const key of path) {
    if (typeof key === 'number') text += `[${key}]`
    else if (PLAIN_KEY.test(key)) text += text === '' ? key : `.${key}`
    else text += `[${JSON.stringify(key)}]`
  }
  return text === '' ? '(document)' : text
}

const PATH_PART = /\.?([A-Za-z_$@][\w$@-]*)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/y

/** Reads what `formatPath` writes; throws a PathError naming the column where it stops making sense. */
export function parsePath(text: string): Path {
  if (text === '' || text === '(document)') return []
  const path: (string | number)[] = []
  PATH_PART.lastIndex = 0
  while (PATH_PART.lastIndex < text.length) {
    const at = PATH_PART.lastIndex
    const part = PATH_PART.exec(text)
    if (!part) throw new PathError(path, `column ${at + 1} of the path "${text}": expected .name, [index] or ["key"]`)
    if (part[1] !== undefined) path.push(part[1])
    else if (part[2] !== undefined) path.push(Number(part[2]))
    else path.push(JSON.parse(part[3] as string) as string)
  }
  return path
}
