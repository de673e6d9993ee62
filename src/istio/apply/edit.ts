import type { Registry } from '@bufbuild/protobuf'
import { copy, isObject, type JsonObject, stringAt } from '../message/json.ts'
import { mergeAny } from '../message/merge.ts'
import { typedConfig } from './match.ts'
import type { Patch } from './types.ts'

/** A list of filters that patches insert into and remove from. */
export interface FilterList {
  owner: JsonObject
  field: string
  /** `http filter`, for notes. */
  noun: string
  /** Where the list is, for notes. */
  place: string
}

/** The filters of a list; none if the field is absent. */
export function filtersOf(list: FilterList): JsonObject[] {
  const filters = list.owner[list.field]
  return Array.isArray(filters) ? filters.filter(isObject) : []
}

/**
 * One ADD, INSERT_*, REPLACE or REMOVE on a list of filters, in place. Inserting finds the first filter of the name,
 * REPLACE replaces that one, REMOVE takes away every one. Without a name, INSERT_BEFORE puts first and INSERT_AFTER
 * last, REPLACE and REMOVE do nothing.
 */
export function editFilters(list: FilterList, patch: Patch, wanted: string | undefined): void {
  const filters = filtersOf(list)
  const value = () => copy(patch.value ?? {})
  const named = (filter: JsonObject) => stringAt(filter, 'name') === wanted
  const first = wanted === undefined ? -1 : filters.findIndex(named)
  const missing = () => {
    const names = filters.map((filter) => stringAt(filter, 'name')).join(', ') || 'none'
    patch.record.missed(`${list.noun} ${wanted} is not in ${list.place} (it has ${names})`)
  }
  switch (patch.operation) {
    case 'ADD':
      filters.push(value())
      break
    case 'INSERT_FIRST':
      filters.unshift(value())
      break
    case 'INSERT_BEFORE':
      if (wanted !== undefined && first < 0) {
        missing()
        return
      }
      filters.splice(Math.max(first, 0), 0, value())
      break
    case 'INSERT_AFTER':
      if (wanted !== undefined && first < 0) {
        missing()
        return
      }
      filters.splice(wanted === undefined ? filters.length : first + 1, 0, value())
      break
    case 'REPLACE':
      if (wanted === undefined) {
        patch.record.ignored('REPLACE does nothing without the name of a filter')
        return
      }
      if (first < 0) {
        missing()
        return
      }
      filters[first] = value()
      break
    case 'REMOVE':
      if (wanted === undefined) {
        patch.record.ignored('REMOVE does nothing without the name of a filter')
        return
      }
      if (first < 0) {
        missing()
        return
      }
      filters.splice(0, filters.length, ...filters.filter((filter) => !named(filter)))
      break
    case 'MERGE':
      return
    default:
      patch.record.ignored(`${patch.operation} does nothing on a ${list.noun}`)
      return
  }
  list.owner[list.field] = filters
  patch.record.changed(`${list.place}: ${describeEdit(patch, wanted)}`)
  warnAboutOrder(list, patch, filters)
}

function describeEdit(patch: Patch, wanted: string | undefined): string {
  const name = stringAt(patch.value, 'name') || 'a filter without a name'
  switch (patch.operation) {
    case 'REMOVE':
      return `removed ${wanted}`
    case 'REPLACE':
      return `replaced ${wanted} by ${name}`
    case 'INSERT_BEFORE':
      return wanted === undefined
        ? `inserted ${name} first (no filter to stand before)`
        : `inserted ${name} before ${wanted}`
    case 'INSERT_AFTER':
      return wanted === undefined ? `added ${name} last (no filter to stand after)` : `inserted ${name} after ${wanted}`
    case 'INSERT_FIRST':
      return `inserted ${name} first`
    default:
      return `added ${name} last`
  }
}

/** The two mistakes that leave a chain which Envoy refuses or never reaches. */
function warnAboutOrder(list: FilterList, patch: Patch, filters: JsonObject[]): void {
  if (patch.operation === 'REMOVE') return
  const name = stringAt(patch.value, 'name')
  if (list.noun === 'http filter') {
    const router = filters.findIndex((filter) => stringAt(filter, 'name') === 'envoy.filters.http.router')
    if (router >= 0 && router < filters.length - 1) {
      patch.record.warn('a filter after the router is never reached, and Envoy refuses the listener')
    }
  }
  if (filters.filter((filter) => stringAt(filter, 'name') === name).length > 1) {
    patch.record.warn(`there are now two filters called ${name} in one chain`)
  }
}

/**
 * MERGE of one filter into another: the name if the patch has one, and the messages in both typed configs.
 * @throws MergeMismatch when the configs are of different types; istiod panics there.
 */
export function mergeFilter(registry: Registry, filter: JsonObject, patch: Patch, place: string): void {
  const config = typedConfig(filter)
  if (!config) {
    patch.record.ignored(`${place} has no typed_config to merge into`)
    return
  }
  const own = patch.value && typedConfig(patch.value)
  const merged = own && mergeAny(registry, config, own)
  const name = stringAt(patch.value, 'name')
  if (name !== '') filter.name = name
  if (merged) filter.typed_config = merged
  patch.record.changed(`${place}: merged into ${stringAt(filter, 'name')}`)
}
