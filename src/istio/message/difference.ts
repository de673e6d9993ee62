import { copy, equal, isObject, type Json, type JsonObject } from './json.ts'

/** One step from one JSON value to another: JSON Patch (RFC 6902) with `add`, `remove` and `replace`. */
export interface Step {
  op: 'add' | 'remove' | 'replace'
  path: string
  value?: Json
}

/** The steps that turn one value into the other; list entries that stay equal are not mentioned. */
export function stepsBetween(from: Json, to: Json, path = ''): Step[] {
  if (equal(from, to)) return []
  if (Array.isArray(from) && Array.isArray(to)) return listSteps(from, to, path)
  if (!isObject(from) || !isObject(to)) return [{ op: 'replace', path, value: to }]
  return [...new Set([...Object.keys(from), ...Object.keys(to)])].sort().flatMap((key): Step[] => {
    const here = `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`
    const [before, after] = [from[key], to[key]]
    if (before === undefined) return [{ op: 'add', path: here, value: after as Json }]
    if (after === undefined) return [{ op: 'remove', path: here }]
    return stepsBetween(before, after, here)
  })
}

function listSteps(from: Json[], to: Json[], path: string): Step[] {
  if (from.length === to.length) return from.flatMap((entry, i) => stepsBetween(entry, to[i] as Json, `${path}/${i}`))
  const steps: Step[] = []
  const kept = commonEntries(from, to)
  let [i, j] = [from.length, to.length]
  // From the end, so that the indices of what comes before stay right.
  for (const [a, b] of [...kept.reverse(), [-1, -1] as const]) {
    for (let k = i - 1; k > a; k--) steps.push({ op: 'remove', path: `${path}/${k}` })
    for (let k = j - 1; k > b; k--) steps.push({ op: 'add', path: `${path}/${a + 1}`, value: to[k] as Json })
    ;[i, j] = [a, b]
  }
  return steps
}

/** The longest common subsequence, as pairs of indices. */
function commonEntries(from: Json[], to: Json[]): [number, number][] {
  const lengths = Array.from({ length: from.length + 1 }, () => new Array<number>(to.length + 1).fill(0))
  const at = (i: number, j: number) => lengths[i]?.[j] ?? 0
  for (let i = from.length - 1; i >= 0; i--) {
    for (let j = to.length - 1; j >= 0; j--) {
      const row = lengths[i] as number[]
      row[j] = equal(from[i], to[j]) ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
    }
  }
  const pairs: [number, number][] = []
  let [i, j] = [0, 0]
  while (i < from.length && j < to.length) {
    if (equal(from[i], to[j])) pairs.push([i++, j++])
    else if (at(i + 1, j) >= at(i, j + 1)) i++
    else j++
  }
  return pairs
}

/**
 * The value that the steps lead to.
 * @throws Error when a step does not fit the value.
 */
export function takeSteps(value: Json, steps: Step[]): Json {
  let result = copy(value)
  for (const step of steps) result = takeStep(result, step)
  return result
}

function takeStep(root: Json, step: Step): Json {
  const keys = step.path.split('/').slice(1)
  const last = keys.pop()?.replaceAll('~1', '/').replaceAll('~0', '~')
  if (last === undefined) return copy(step.value as Json)
  let target: Json | undefined = root
  for (const key of keys) {
    const name = key.replaceAll('~1', '/').replaceAll('~0', '~')
    target = Array.isArray(target) ? target[Number(name)] : isObject(target) ? target[name] : undefined
  }
  if (Array.isArray(target)) {
    if (step.op === 'replace') target[Number(last)] = copy(step.value as Json)
    else
      target.splice(
        Number(last),
        step.op === 'remove' ? 1 : 0,
        ...(step.op === 'add' ? [copy(step.value as Json)] : []),
      )
  } else if (isObject(target)) {
    if (step.op === 'remove') delete target[last]
    else target[last] = copy(step.value as Json)
  } else {
    throw new Error(`${step.path} leads nowhere`)
  }
  return root
}

/** Messages by name, as paths name them; a second one of a name gets a number. */
export function byName(messages: JsonObject[]): JsonObject {
  const named: JsonObject = {}
  for (const message of messages) {
    const name = String(message.name ?? '')
    let key = name
    for (let count = 2; Object.hasOwn(named, key); count++) key = `${name} (${count})`
    named[key] = message
  }
  return named
}

/** A proxy's configuration as one value whose parts have names. */
export function named(config: { listeners: JsonObject[]; routes: JsonObject[]; clusters: JsonObject[] }): JsonObject {
  return { listeners: byName(config.listeners), routes: byName(config.routes), clusters: byName(config.clusters) }
}
