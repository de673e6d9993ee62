/** A value of JSON, as proto3 JSON has them. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** An object of JSON: a message in proto3 JSON. */
export type JsonObject = { [key: string]: Json }

/** True for an object that is not an array. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value at a path of keys, or undefined as soon as one is missing. */
export function at(value: Json | undefined, ...path: (string | number)[]): Json | undefined {
  let here: Json | undefined = value
  for (const key of path) {
    if (Array.isArray(here)) here = here[key as number]
    else if (isObject(here)) here = Object.hasOwn(here, key) ? here[key] : undefined
    else return undefined
  }
  return here
}

/** The object at a path, or undefined. */
export function objectAt(value: Json | undefined, ...path: (string | number)[]): JsonObject | undefined {
  const found = at(value, ...path)
  return isObject(found) ? found : undefined
}

/** The list of objects at a path; empty when there is none. Entries that are not objects are left out. */
export function objectsAt(value: Json | undefined, ...path: (string | number)[]): JsonObject[] {
  const found = at(value, ...path)
  return Array.isArray(found) ? found.filter(isObject) : []
}

/** The string at a path; empty when there is none, as proto3 reads an absent string. */
export function stringAt(value: Json | undefined, ...path: (string | number)[]): string {
  const found = at(value, ...path)
  return typeof found === 'string' ? found : ''
}

/** The number at a path; 0 when there is none, as proto3 reads an absent number. */
export function numberAt(value: Json | undefined, ...path: (string | number)[]): number {
  const found = at(value, ...path)
  if (typeof found === 'number') return found
  return typeof found === 'string' && found !== '' ? Number(found) : 0
}

/** Deep equality of JSON; the order of an object's keys does not matter. */
export function equal(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((value, i) => equal(value, b[i]))
  }
  if (!isObject(a) || !isObject(b)) return false
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && equal(a[key], b[key]))
}

/** A copy that shares nothing with the original. */
export function copy<T extends Json>(value: T): T {
  if (Array.isArray(value)) return value.map(copy) as T
  if (!isObject(value)) return value
  const out: JsonObject = {}
  for (const [key, entry] of Object.entries(value)) put(out, key, copy(entry))
  return out as T
}

/** Sets an own property, also when its name is `__proto__`. */
export function put(target: JsonObject, key: string, value: Json): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true })
  } else {
    target[key] = value
  }
}

/** JSON text with sorted keys: the same for equal values. */
export function stableText(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(stableText).join(',')}]`
  if (!isObject(value)) return JSON.stringify(value)
  const keys = Object.keys(value).sort()
  return `{${keys.map((key) => `${JSON.stringify(key)}:${stableText(value[key] as Json)}`).join(',')}}`
}
