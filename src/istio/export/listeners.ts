import { messageTypes } from '../apply/types.ts'
import { copy, equal, type JsonObject, objectsAt, stringAt } from '../message/json.ts'
import { coverChains, writtenMatch } from './cover.ts'
import { scriptBetween } from './list-script.ts'
import { mergePatch } from './merge-patch.ts'
import type { ChainPair, ListenerPair } from './pairs.ts'
import type { ConfigPatch, ExportContext } from './types.ts'

const exportedApart = ['filter_chains', 'default_filter_chain', 'listener_filters']

/** Patches for whole listeners and their own fields. */
export function listenerPatches(pairs: ListenerPair[], context: ExportContext): ConfigPatch[] {
  return pairs.flatMap(({ name, context: patchContext, before, after }): ConfigPatch[] => {
    const match = { context: patchContext, listener: { name } }
    const add = (value: JsonObject): ConfigPatch => ({
      applyTo: 'LISTENER',
      match: { context: patchContext },
      patch: { operation: 'ADD', value },
    })
    if (!before) return [add(copy(after as JsonObject))]
    const remove: ConfigPatch = { applyTo: 'LISTENER', match, patch: { operation: 'REMOVE' } }
    if (!after) return [remove]
    const wanted = { ...after }
    for (const field of exportedApart) {
      if (before[field] === undefined) delete wanted[field]
      else wanted[field] = before[field]
    }
    if (equal(before, wanted)) return []
    const value = mergePatch(context.deps.registry, messageTypes.LISTENER as string, before, wanted)
    if (value) return [{ applyTo: 'LISTENER', match, patch: { operation: 'MERGE', value } }]
    context.notes.push({
      severity: 'error',
      place: `listener ${name}`,
      message: `its own fields (${changedFields(before, wanted).join(', ')}) cannot be merged to what is wanted; not exported`,
    })
    return []
  })
}

function changedFields(before: JsonObject, after: JsonObject): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((key) => !equal(before[key], after[key]))
}

/** Patches for the listener filters of the listeners that both proxies have. */
export function listenerFilterPatches(pairs: ListenerPair[]): ConfigPatch[] {
  return pairs.flatMap(({ name, context: patchContext, before, after }): ConfigPatch[] => {
    if (!before || !after) return []
    const [from, to] = [objectsAt(before, 'listener_filters'), objectsAt(after, 'listener_filters')]
    // istiod merges a listener filter's patch into every filter of the listener, so changed ones are replaced.
    const { edits } = scriptBetween(from, to, () => undefined)
    return edits.map((edit) => ({
      applyTo: 'LISTENER_FILTER',
      match: writtenMatch({ context: patchContext, name }, { listenerFilter: edit.anchor }),
      patch: { operation: edit.operation, ...(edit.value ? { value: edit.value } : {}) },
    }))
  })
}

/** Patches for filter chains that are added, removed, or changed in something other than their filters. */
export function filterChainPatches(chains: ChainPair[], context: ExportContext): ConfigPatch[] {
  return chains.flatMap((pair): ConfigPatch[] => {
    const { before, after } = pair
    if (before && after) return changedChain(pair, chains, context)
    if (before) return reach(pair, chains, context).map((match) => chainPatch(match, 'REMOVE'))
    const name = stringAt(pair.listener, 'name')
    const match = writtenMatch({ context: pair.context, name })
    return [chainPatch(match, 'ADD', copy(after as JsonObject))]
  })
}

function changedChain(pair: ChainPair, chains: ChainPair[], context: ExportContext): ConfigPatch[] {
  const [before, after] = [pair.before as JsonObject, pair.after as JsonObject]
  const wanted = { ...after, filters: before.filters ?? [] }
  if (before.filters === undefined) delete (wanted as JsonObject).filters
  if (equal(before, wanted)) return []
  const value = mergePatch(context.deps.registry, messageTypes.FILTER_CHAIN as string, before, wanted)
  if (value && value.transport_socket === undefined) {
    return reach(pair, chains, context).map((match) => chainPatch(match, 'MERGE', value))
  }
  context.notes.push({
    severity: 'error',
    place: pair.place,
    message: `its own fields (${changedFields(before, wanted).join(', ')}) cannot be merged to what is wanted; not exported`,
  })
  return []
}

function chainPatch(match: JsonObject, operation: string, value?: JsonObject): ConfigPatch {
  return { applyTo: 'FILTER_CHAIN', match, patch: { operation, ...(value ? { value } : {}) } }
}

function reach(pair: ChainPair, chains: ChainPair[], context: ExportContext): JsonObject[] {
  const cover = coverChains(chains, [pair], () => true, 'FILTER_CHAIN')
  if (cover.unreachable.length > 0) {
    context.notes.push({
      severity: 'error',
      place: pair.place,
      message: 'no EnvoyFilter match tells this chain apart from its neighbours; not exported',
    })
  }
  return cover.matches.map((match) => writtenMatch(match))
}
