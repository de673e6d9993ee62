import type { Design } from '../design.ts'
import { asText, getAt, insertAt, type JsonObject, PathError, removeAt, setAt, updateAt } from '../json.ts'
import { type FilterList, type FilterPlace, filterKindOf, filterListPath, filterPath, filtersOf } from '../place.ts'
import { type Edit, freeName, shortName } from './edit.ts'

function filterAt(design: Design, place: FilterPlace): JsonObject {
  const filter = getAt(design, filterPath(place))
  if (filter === undefined) throw new PathError(filterPath(place), 'there is no filter')
  return filter as JsonObject
}

function nameOf(filter: JsonObject): string {
  return shortName(asText(filter.name) ?? 'filter')
}

/** Inserts a filter before the one at `place.index`. A name that the list already has gets a number. */
export function insertFilter(design: Design, place: FilterPlace, filter: JsonObject): Edit {
  const names = filtersOf(design, place).map((one) => one.name)
  const named = { ...filter, name: freeName(asText(filter.name) ?? 'filter', names) }
  return {
    design: insertAt(design, filterListPath(place), place.index, named),
    label: `Add ${nameOf(named)}`,
    select: filterPath(place),
  }
}

function sameList(a: FilterList, b: FilterList): boolean {
  return a.listener === b.listener && a.filterChain === b.filterChain && a.networkFilter === b.networkFilter
}

/**
 * Moves a filter into the gap `to`, counted in the document as it is before the move; `to` may be another list of the
 * same kind. Moving into the gap on either side of itself changes nothing.
 */
export function moveFilter(design: Design, from: FilterPlace, to: FilterPlace): Edit {
  const filter = filterAt(design, from)
  const label = `Move ${nameOf(filter)}`
  if (filterKindOf(from) !== filterKindOf(to)) {
    throw new PathError(
      filterPath(from),
      `a ${filterKindOf(from)} filter cannot stand among ${filterKindOf(to)} filters`,
    )
  }
  if (sameList(from, to)) {
    const index = to.index > from.index ? to.index - 1 : to.index
    if (index === from.index) return { design, label, select: filterPath(from) }
    const removed = removeAt(design, filterPath(from))
    const goal = { ...to, index }
    return { design: insertAt(removed, filterListPath(to), index, filter), label, select: filterPath(goal) }
  }
  const names = filtersOf(design, to).map((one) => one.name)
  const named = { ...filter, name: freeName(asText(filter.name) ?? 'filter', names) }
  const inserted = insertAt(design, filterListPath(to), to.index, named)
  return { design: removeAt(inserted, filterPath(from)), label, select: filterPath(to) }
}

/** Puts a copy after the filter, with a name of its own: per-route configuration finds a filter by its name. */
export function duplicateFilter(design: Design, place: FilterPlace): Edit {
  const filter = filterAt(design, place)
  const edit = insertFilter(design, { ...place, index: place.index + 1 }, filter)
  return { ...edit, label: `Duplicate ${nameOf(filter)}` }
}

/** Takes a filter out of its list. */
export function removeFilter(design: Design, place: FilterPlace): Edit {
  const label = `Delete ${nameOf(filterAt(design, place))}`
  const left = filtersOf(design, place).length - 1
  const select = left > 0 ? filterPath({ ...place, index: Math.min(place.index, left - 1) }) : undefined
  return { design: removeAt(design, filterPath(place)), label, select }
}

/** Whether Envoy has a switch for a filter in this list: HTTP filters have `disabled`, listener filters a predicate. */
export function canDisable(list: FilterList): boolean {
  return filterKindOf(list) !== 'network'
}

/** Whether a filter is switched off in its list (a route's FilterConfig may switch an HTTP filter on again). */
export function isDisabled(filter: JsonObject): boolean {
  const predicate = filter.filter_disabled
  return filter.disabled === true || (typeof predicate === 'object' && (predicate as JsonObject)?.any_match === true)
}

/**
 * Switches a filter off or on: `disabled` of an HTTP filter, `filter_disabled: {any_match: true}` of a listener
 * filter. Throws for network filters, which Envoy cannot switch off.
 */
export function setFilterDisabled(design: Design, place: FilterPlace, disabled: boolean): Edit {
  const filter = filterAt(design, place)
  if (!canDisable(place)) throw new PathError(filterPath(place), 'Envoy has no switch for a network filter')
  const path = filterPath(place)
  const field = filterKindOf(place) === 'http' ? 'disabled' : 'filter_disabled'
  const value = field === 'disabled' ? true : { any_match: true }
  return {
    design: disabled ? setAt(design, [...path, field], value) : removeAt(design, [...path, field]),
    label: `${disabled ? 'Disable' : 'Enable'} ${nameOf(filter)}`,
    select: path,
  }
}

/**
 * Renames a filter. An HTTP filter's per-route configurations go by its name, so those of the chain's own routes
 * should be renamed by the caller if they are meant for this filter alone.
 */
export function renameFilter(design: Design, place: FilterPlace, name: string): Edit {
  const old = nameOf(filterAt(design, place))
  return {
    design: setAt(design, [...filterPath(place), 'name'], name),
    label: `Rename ${old}`,
    select: filterPath(place),
  }
}

/** Replaces a filter's `typed_config`, `@type` included. */
export function setFilterConfig(design: Design, place: FilterPlace, config: JsonObject): Edit {
  const path = filterPath(place)
  const label = `Edit ${nameOf(filterAt(design, place))}`
  return { design: updateAt(design, [...path, 'typed_config'], () => config), label, select: path }
}
