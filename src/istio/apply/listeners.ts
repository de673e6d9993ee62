import { copy, isObject, type JsonObject, objectAt, objectsAt, stringAt } from '../message/json.ts'
import { MergeMismatch, mergeAny, mergeMessage } from '../message/merge.ts'
import { typeNameOf } from '../message/well-known.ts'
import { editFilters, type FilterList, filtersOf, mergeFilter } from './edit.ts'
import {
  contextMatches,
  filterChainMatches,
  httpFilterMatches,
  listenerFilterName,
  listenerMatches,
  networkFilterMatches,
  networkFilterName,
  subFilterName,
} from './match.ts'
import { hcmType, httpConnectionManager, messageTypes, type Patch, patchesFor, type Replay } from './types.ts'

/** Which side of a sidecar a listener is on: only outbound ones are marked so, HBONE's have no mark. */
export function isOutbound(listener: JsonObject): boolean {
  return stringAt(listener, 'traffic_direction') === 'OUTBOUND'
}

/**
 * Replays every listener patch over some listeners of one context, in place, and returns what is left of them with
 * what was added (istio: pilot/pkg/networking/core/envoyfilter/listener_patch.go). A merge of unlike types makes istiod
 * panic; what was changed until then stays, the rest of the patches is lost for these listeners, and notes say so.
 */
export function patchListeners(replay: Replay, listeners: JsonObject[], skipAdds: boolean): JsonObject[] {
  try {
    for (const listener of listeners) patchListener(replay, listener)
  } catch (error) {
    if (!(error instanceof MergeMismatch)) throw error
    for (const patches of replay.patches.values()) {
      for (const patch of patches) patch.record.warn(`istiod gave up on these listeners: ${error.message}`)
    }
    return listeners
  }
  for (const listener of listeners) dropEmptyLists(listener)
  const added = skipAdds ? [] : addedListeners(replay)
  return [...listeners, ...added].filter((listener) => stringAt(listener, 'name') !== '')
}

/** A chain may end up without filters, which is not the same to istiod as one that never had any, but reads the same. */
function dropEmptyLists(listener: JsonObject): void {
  const fallback = objectAt(listener, 'default_filter_chain')
  for (const chain of [...objectsAt(listener, 'filter_chains'), ...(fallback ? [fallback] : [])]) {
    if (Array.isArray(chain.filters) && chain.filters.length === 0) delete chain.filters
  }
  if (Array.isArray(listener.listener_filters) && listener.listener_filters.length === 0)
    delete listener.listener_filters
}

function addedListeners(replay: Replay): JsonObject[] {
  const added: JsonObject[] = []
  for (const patch of patchesFor(replay, 'LISTENER')) {
    if (patch.operation !== 'ADD' || !patch.value) continue
    // With context ANY a sidecar would get the listener twice; istiod adds it outbound only.
    if (patch.context === 'ANY' && replay.context === 'SIDECAR_INBOUND') continue
    if (!contextMatches(patch, replay.context)) continue
    added.push(copy(patch.value))
    patch.record.changed(`listeners: added ${stringAt(patch.value, 'name')}`)
  }
  return added
}

function patchListener(replay: Replay, listener: JsonObject): void {
  const name = stringAt(listener, 'name')
  if (name === '') return
  for (const patch of patchesFor(replay, 'LISTENER')) {
    if (patch.operation === 'ADD') continue
    if (!contextMatches(patch, replay.context) || !listenerMatches(patch, listener)) continue
    if (patch.operation === 'REMOVE') {
      listener.name = ''
      patch.record.changed(`listener ${name}: removed`)
      return
    }
    mergeInto(replay, patch, listener, `listener ${name}`)
  }
  patchListenerFilters(replay, listener)
  patchFilterChains(replay, listener)
}

/** MERGE and MERGE_AND_REPLACE_LIST of a whole message; other operations say that they do nothing. */
function mergeInto(replay: Replay, patch: Patch, target: JsonObject, place: string): void {
  const type = messageTypes[patch.applyTo]
  if (!patch.operation.startsWith('MERGE') || !type || !patch.value) {
    patch.record.ignored(`${patch.operation} does nothing on ${patch.applyTo}`)
    return
  }
  mergeMessage(replay.registry, type, target, patch.value, { replaceLists: patch.operation !== 'MERGE' })
  patch.record.changed(`${place}: merged`)
}

function patchListenerFilters(replay: Replay, listener: JsonObject): void {
  const place = `listener ${stringAt(listener, 'name')}`
  const list: FilterList = { owner: listener, field: 'listener_filters', noun: 'listener filter', place }
  for (const patch of patchesFor(replay, 'LISTENER_FILTER')) {
    if (!contextMatches(patch, replay.context) || !listenerMatches(patch, listener)) continue
    const wanted = listenerFilterName(patch) || undefined
    if (patch.operation !== 'MERGE') {
      editFilters(list, patch, wanted)
    } else if (wanted === undefined) {
      patch.record.ignored('MERGE does nothing without the name of a listener filter')
    } else {
      // The name is only asked for, not compared: the patch goes into every listener filter of the listener.
      for (const filter of filtersOf(list)) {
        const name = stringAt(filter, 'name')
        mergeFilter(replay.registry, filter, patch, `${place} / listener filter ${name}`)
        filter.name = name
      }
    }
  }
}

function patchFilterChains(replay: Replay, listener: JsonObject): void {
  const removed = new Set<JsonObject>()
  const chains = objectsAt(listener, 'filter_chains')
  for (const chain of chains) if (hasFilters(chain)) patchFilterChain(replay, listener, chain, removed)
  const fallback = objectAt(listener, 'default_filter_chain')
  if (fallback && hasFilters(fallback)) {
    patchFilterChain(replay, listener, fallback, removed)
    if (removed.has(fallback)) delete listener.default_filter_chain
  }
  const left = chains.filter((chain) => !removed.has(chain) && hasFilters(chain))
  for (const patch of patchesFor(replay, 'FILTER_CHAIN')) {
    if (patch.operation !== 'ADD' || !patch.value) continue
    if (!contextMatches(patch, replay.context) || !listenerMatches(patch, listener)) continue
    const added = copy(patch.value)
    if (!hasFilters(added)) {
      patch.record.ignored('a filter chain without filters is dropped')
      continue
    }
    left.push(added)
    patch.record.changed(`listener ${stringAt(listener, 'name')}: added a filter chain`)
  }
  if (left.length > 0) listener.filter_chains = left
  else delete listener.filter_chains
}

function hasFilters(chain: JsonObject): boolean {
  return Array.isArray(chain.filters)
}

/** `listener virtualInbound / chain 0.0.0.0_8080`, for notes. */
function placeOf(listener: JsonObject, chain: JsonObject): string {
  const name = stringAt(chain, 'name')
  const rule = objectAt(chain, 'filter_chain_match')
  const details = rule ? [stringAt(rule, 'transport_protocol'), ...stringsOf(rule, 'server_names')].filter(Boolean) : []
  const label = [name, details.length > 0 ? `(${details.join(', ')})` : ''].filter(Boolean).join(' ')
  return `listener ${stringAt(listener, 'name')}${label === '' ? '' : ` / chain ${label}`}`
}

function stringsOf(message: JsonObject, field: string): string[] {
  const list = message[field]
  return Array.isArray(list) ? list.map(String) : []
}

function patchFilterChain(replay: Replay, listener: JsonObject, chain: JsonObject, removed: Set<JsonObject>): void {
  const place = placeOf(listener, chain)
  for (const patch of patchesFor(replay, 'FILTER_CHAIN')) {
    if (patch.operation === 'ADD') continue
    if (!chainPatchMatches(replay, patch, listener, chain)) continue
    if (patch.operation === 'REMOVE') {
      removed.add(chain)
      patch.record.changed(`${place}: removed`)
      return
    }
    if (patch.operation.startsWith('MERGE') && mergeTransportSocket(replay, chain, patch)) {
      patch.record.changed(`${place}: merged into its transport socket`)
    } else {
      mergeInto(replay, patch, chain, place)
    }
  }
  patchNetworkFilters(replay, listener, chain, place)
}

function chainPatchMatches(replay: Replay, patch: Patch, listener: JsonObject, chain: JsonObject): boolean {
  return (
    contextMatches(patch, replay.context) &&
    listenerMatches(patch, listener) &&
    filterChainMatches(patch, listener, chain)
  )
}

/** A transport socket of the same name is merged config into config, and then nothing else of the patch is. */
function mergeTransportSocket(replay: Replay, chain: JsonObject, patch: Patch): boolean {
  const own = objectAt(chain, 'transport_socket')
  const wanted = objectAt(patch.value, 'transport_socket')
  if (!own || !wanted || stringAt(own, 'name') !== stringAt(wanted, 'name')) return false
  const [target, source] = [objectAt(own, 'typed_config'), objectAt(wanted, 'typed_config')]
  const merged = target && source && mergeAny(replay.registry, target, source)
  if (merged) own.typed_config = merged
  return true
}

function patchNetworkFilters(replay: Replay, listener: JsonObject, chain: JsonObject, place: string): void {
  const list: FilterList = { owner: chain, field: 'filters', noun: 'network filter', place }
  for (const patch of patchesFor(replay, 'NETWORK_FILTER')) {
    if (patch.operation === 'MERGE' || !chainPatchMatches(replay, patch, listener, chain)) continue
    editFilters(list, patch, networkFilterName(patch))
  }
  for (const filter of filtersOf(list)) {
    for (const patch of patchesFor(replay, 'NETWORK_FILTER')) {
      if (patch.operation !== 'MERGE' || !chainPatchMatches(replay, patch, listener, chain)) continue
      if (!networkFilterMatches(patch, filter)) {
        patch.record.missed(`network filter ${networkFilterName(patch)} is not ${stringAt(filter, 'name')} in ${place}`)
        continue
      }
      mergeFilter(replay.registry, filter, patch, `${place} / ${stringAt(filter, 'name')}`)
    }
    if (stringAt(filter, 'name') === httpConnectionManager) patchHttpFilters(replay, listener, chain, filter, place)
  }
}

function patchHttpFilters(
  replay: Replay,
  listener: JsonObject,
  chain: JsonObject,
  filter: JsonObject,
  place: string,
): void {
  const config = isObject(filter.typed_config) ? filter.typed_config : undefined
  if (!config || typeNameOf(stringAt(config, '@type')) !== hcmType) return
  const patches = patchesFor(replay, 'HTTP_FILTER').filter((patch) => {
    if (!chainPatchMatches(replay, patch, listener, chain)) return false
    if (networkFilterMatches(patch, filter)) return true
    patch.record.missed(`network filter ${networkFilterName(patch)} is not ${stringAt(filter, 'name')} in ${place}`)
    return false
  })
  if (patches.length === 0) return
  // istiod unpacks the connection manager, patches that and packs it again: a panic on the way loses all of it.
  const unpacked = copy(config)
  const list: FilterList = { owner: unpacked, field: 'http_filters', noun: 'http filter', place }
  for (const patch of patches) if (patch.operation !== 'MERGE') editFilters(list, patch, subFilterName(patch))
  for (const httpFilter of filtersOf(list)) {
    for (const patch of patches) {
      if (patch.operation !== 'MERGE') continue
      if (!httpFilterMatches(patch, httpFilter)) {
        patch.record.missed(`http filter ${subFilterName(patch)} is not ${stringAt(httpFilter, 'name')} in ${place}`)
        continue
      }
      mergeFilter(replay.registry, httpFilter, patch, `${place} / http filter ${stringAt(httpFilter, 'name')}`)
    }
  }
  if (filtersOf(list).length === 0) delete unpacked.http_filters
  filter.typed_config = unpacked
}
