import type { Design } from '../../model/design.ts'
import { clearConfig, setConfig } from '../../model/edits/config.ts'
import type { Edit } from '../../model/edits/edit.ts'
import * as resources from '../../model/edits/resources.ts'
import { asObject, asObjects, asText, getAt, type Json, type JsonObject, type Path, setAt } from '../../model/json.ts'
import { connectionManagerOf, filtersOf, placeOfPath, routeConfigPath } from '../../model/place.ts'

/**
 * The edit that puts `value` at `path` inside the object at `object`; undefined takes the field away. A new name goes
 * through the edit that renames, so that what refers to the object follows.
 */
export function editField(design: Design, object: Path, path: Path, value: Json | undefined): Edit {
  const whole = [...object, ...path]
  if (path.length === 1 && path[0] === 'name' && typeof value === 'string') return rename(design, object, value)
  if (path.length === 0) return setConfig(design, object, value ?? {}, object)
  return value === undefined ? clearConfig(design, whole, object) : setConfig(design, whole, value, object)
}

function rename(design: Design, object: Path, name: string): Edit {
  const [, section, index] = object
  if (object.length === 3 && typeof index === 'number') {
    if (section === 'clusters') return { ...resources.renameCluster(design, index, name), select: object }
    if (section === 'listeners') return { ...resources.renameListener(design, index, name), select: object }
    if (section === 'routes') return { ...resources.renameRouteConfig(design, index, name), select: object }
  }
  const old = asText(asObject(getAt(design, object)).name)
  const edit = setConfig(design, [...object, 'name'], name, object)
  const place = placeOfPath(object)
  if (place?.networkFilter === undefined || old === undefined) return edit
  // A route finds the filter that it overrides by name: the chain's own routes follow.
  const twins = filtersOf(design, place).filter((filter) => filter.name === old).length
  const chain = { listener: place.listener, filterChain: place.filterChain ?? 0 }
  const manager = connectionManagerOf(design, chain)
  const routes = manager && routeConfigPath(design, { ...chain, index: manager.index })
  if (!routes || twins > 1) return edit
  const followed = renameOverrides(asObject(getAt(edit.design, routes)), old, name)
  return { ...edit, design: setAt(edit.design, routes, followed) }
}

/** A route configuration whose overrides of one filter go by another name; itself if it has none. */
function renameOverrides(config: JsonObject, from: string, to: string): JsonObject {
  const own = renameIn(config, from, to)
  return mapList(own, 'virtual_hosts', (host) =>
    mapList(renameIn(host, from, to), 'routes', (route) => renameIn(route, from, to)),
  )
}

function renameIn(object: JsonObject, from: string, to: string): JsonObject {
  const overrides = asObject(object.typed_per_filter_config)
  if (!Object.hasOwn(overrides, from) || Object.hasOwn(overrides, to)) return object
  const renamed = Object.entries(overrides).map(([key, value]) => [key === from ? to : key, value])
  return { ...object, typed_per_filter_config: Object.fromEntries(renamed) }
}

function mapList(object: JsonObject, member: string, change: (one: JsonObject) => JsonObject): JsonObject {
  const list = object[member]
  if (!Array.isArray(list)) return object
  const next = asObjects(list).map(change)
  return next.every((one, index) => one === list[index]) ? object : { ...object, [member]: next }
}
