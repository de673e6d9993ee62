import { httpConnectionManager } from '../apply/types.ts'
import { copy, equal, isObject, type JsonObject, objectsAt, stableText, stringAt } from '../message/json.ts'
import { coverChains, leastMatch, writtenMatch } from './cover.ts'
import { type ListEdit, type MergeFinder, replay, scriptBetween } from './list-script.ts'
import { mergeAnyPatch } from './merge-patch.ts'
import { type ChainPair, managerOf } from './pairs.ts'
import type { ConfigPatch, ExportContext } from './types.ts'

/** Which list of filters is compared: the chain's own or its connection manager's. */
interface Level {
  applyTo: 'NETWORK_FILTER' | 'HTTP_FILTER'
  noun: string
  before(chain: ChainPair): JsonObject[] | undefined
  after(chain: ChainPair): JsonObject[] | undefined
  matchFilter(anchor: string | undefined): JsonObject | undefined
}

const httpLevel: Level = {
  applyTo: 'HTTP_FILTER',
  noun: 'http filter',
  before: (chain) => managerOf(chain.before) && objectsAt(managerOf(chain.before)?.config, 'http_filters'),
  after: (chain) => managerOf(chain.after) && objectsAt(managerOf(chain.after)?.config, 'http_filters'),
  matchFilter: (anchor) => ({
    name: httpConnectionManager,
    ...(anchor === undefined ? {} : { subFilter: { name: anchor } }),
  }),
}

const networkLevel: Level = {
  applyTo: 'NETWORK_FILTER',
  noun: 'network filter',
  before: (chain) => chain.before && objectsAt(chain.before, 'filters'),
  // HTTP filters and routes are exported on their own: here the connection manager keeps those of the base.
  after: (chain) => chain.after && objectsAt(chain.after, 'filters').map((filter) => withBaseParts(filter, chain)),
  matchFilter: (anchor) => (anchor === undefined ? undefined : { name: anchor }),
}

function withBaseParts(filter: JsonObject, chain: ChainPair): JsonObject {
  const [own, wanted] = [managerOf(chain.before), managerOf(chain.after)]
  if (!own || !wanted || filter !== wanted.filter) return filter
  const config = copy(wanted.config)
  for (const part of ['http_filters', 'route_config']) {
    const base = own.config[part]
    if (part === 'route_config' && !chain.routesApart) continue
    if (base === undefined) delete config[part]
    else config[part] = base
  }
  return { ...filter, typed_config: config }
}

/** The patches for the network filters of every chain that both proxies have. */
export function networkFilterPatches(chains: ChainPair[], context: ExportContext): ConfigPatch[] {
  return filterPatches(networkLevel, chains, context)
}

/** The patches for the HTTP filters of every connection manager that both proxies have. */
export function httpFilterPatches(chains: ChainPair[], context: ExportContext): ConfigPatch[] {
  return filterPatches(httpLevel, chains, context)
}

/** Chains that want the same edits share them, under the fewest matches that reach these chains and no other. */
function filterPatches(level: Level, chains: ChainPair[], context: ExportContext): ConfigPatch[] {
  const merge = filterMerge(context)
  const groups = new Map<string, { edits: ListEdit[]; chains: ChainPair[] }>()
  for (const chain of chains) {
    const [before, after] = [level.before(chain), level.after(chain)]
    if (!before || !after || equal(before, after)) continue
    const { edits, rebuilt } = scriptBetween(before, after, merge)
    if (rebuilt) noteRebuilt(level, chain, context)
    const key = `${chain.context} ${stableText(edits as unknown as JsonObject[])}`
    const group = groups.get(key)
    if (group) group.chains.push(chain)
    else groups.set(key, { edits, chains: [chain] })
  }
  const patches: ConfigPatch[] = []
  for (const { edits, chains: wanted } of groups.values()) {
    const changes = (chain: ChainPair) => {
      const before = level.before(chain)
      return before !== undefined && edits.some((edit) => touches(before, edit, edits, merge))
    }
    const cover = coverChains(chains, wanted, changes, level.applyTo)
    for (const match of cover.matches) patches.push(...edits.map((edit) => patchOf(level, match, edit)))
    for (const chain of cover.unreachable) {
      const detour = undoElsewhere(level, chains, chain, edits, merge)
      patches.push(...(detour ?? []))
      if (detour) continue
      context.notes.push({
        severity: 'error',
        place: `${chain.place} / ${level.noun}s`,
        message: 'no EnvoyFilter match tells this chain apart from others that must stay as they are; not exported',
      })
    }
  }
  return patches
}

/**
 * The patches for a chain that no match tells apart from its neighbours: they reach the neighbours too, where the
 * patches that follow undo them. Undefined when a neighbour changes itself, or cannot be told apart either.
 */
function undoElsewhere(
  level: Level,
  chains: ChainPair[],
  target: ChainPair,
  edits: ListEdit[],
  merge: MergeFinder,
): ConfigPatch[] | undefined {
  if (edits.some((edit) => edit.operation === 'MERGE')) return undefined
  const touched = (list: ListEdit[], before: JsonObject[]) => list.some((edit) => touches(before, edit, list, merge))
  const least = leastMatch(chains, target, (chain) => touched(edits, level.before(chain) ?? []), level.applyTo)
  if (!least) return undefined
  const reached = new Set([target, ...least.others])
  const now = (chain: ChainPair) => {
    const before = level.before(chain) ?? []
    return reached.has(chain) ? replay(before, edits, merge) : before
  }
  const patches = edits.map((edit) => patchOf(level, least.match, edit))
  for (const other of least.others) {
    const wanted = level.after(other)
    if (!wanted || !equal(level.before(other), wanted)) return undefined
    const undo = scriptBetween(now(other), wanted, () => undefined).edits
    const cover = coverChains(chains, [other], (chain) => touched(undo, now(chain)), level.applyTo)
    if (cover.unreachable.length > 0) return undefined
    for (const match of cover.matches) patches.push(...undo.map((edit) => patchOf(level, match, edit)))
  }
  return patches
}

/** True when the edit finds its filter in the list, in its place in the script. */
function touches(before: JsonObject[], edit: ListEdit, edits: ListEdit[], merge: MergeFinder): boolean {
  if (edit.anchor === undefined) return true
  const list = replay(before, edits.slice(0, edits.indexOf(edit)), merge)
  return list.some((filter) => stringAt(filter, 'name') === edit.anchor)
}

function patchOf(level: Level, match: Parameters<typeof writtenMatch>[0], edit: ListEdit): ConfigPatch {
  return {
    applyTo: level.applyTo,
    match: writtenMatch(match, { filter: level.matchFilter(edit.anchor) }),
    patch: { operation: edit.operation, ...(edit.value ? { value: edit.value } : {}) },
  }
}

/** The patch of a MERGE: a new name cannot be part of it, since the name is how it is found. */
export function filterMerge(context: ExportContext): MergeFinder {
  return (from, to) => {
    const [own, wanted] = [from.typed_config, to.typed_config]
    if (!isObject(own) || !isObject(wanted) || from.name !== to.name) return undefined
    const rest = ({ typed_config: _, ...fields }: JsonObject) => fields
    if (!equal(rest(from), rest(to))) return undefined
    const patch = mergeAnyPatch(context.deps.registry, own, wanted)
    return patch && { name: from.name as string, typed_config: patch }
  }
}

function noteRebuilt(level: Level, chain: ChainPair, context: ExportContext): void {
  context.notes.push({
    severity: 'warning',
    place: `${chain.place} / ${level.noun}s`,
    message:
      "filters of one name stand in the way of smaller patches: the whole chain is removed and built anew, with Istio's own filters as they are in this version",
  })
}
