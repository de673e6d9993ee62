import type { Design } from '../../model/design.ts'
import { asObject, asObjects, asText, getAt, type Json, type Path } from '../../model/json.ts'
import { type FilterPlace, routeConfigPath } from '../../model/place.ts'
import { routeMatch } from '../canvas/describe.ts'

/** Something that can override a filter: the routes as a whole, a virtual host, a route. */
export interface RoutePlace {
  path: Path
  /** `shop.example.com`, or `shop.example.com › /api*`. */
  title: string
  what: 'all routes' | 'virtual host' | 'route'
}

export interface Override extends RoutePlace {
  /** The key in typed_per_filter_config. */
  key: string
  value: Json
}

export const FILTER_CONFIG = 'type.googleapis.com/envoy.config.route.v3.FilterConfig'

/**
 * What overrides a filter of a connection manager on its routes, and where else it could be. Undefined where the routes
 * are not in the document.
 */
export function overridesOf(
  design: Design,
  place: FilterPlace,
  name: string,
): { overrides: Override[]; free: RoutePlace[] } | undefined {
  if (place.filterChain === undefined || place.networkFilter === undefined) return undefined
  const routes = routeConfigPath(design, {
    listener: place.listener,
    filterChain: place.filterChain,
    index: place.networkFilter,
  })
  if (!routes) return undefined
  const overrides: Override[] = []
  const free: RoutePlace[] = []
  for (const one of placesOf(design, routes)) {
    const own = asObject(asObject(getAt(design, one.path)).typed_per_filter_config)
    const value = Object.hasOwn(own, name) ? own[name] : undefined
    if (value === undefined) free.push(one)
    else overrides.push({ ...one, key: name, value })
  }
  return { overrides, free }
}

function placesOf(design: Design, routes: Path): RoutePlace[] {
  const config = asObject(getAt(design, routes))
  const hosts = asObjects(config.virtual_hosts).flatMap((host, index): RoutePlace[] => {
    const path = [...routes, 'virtual_hosts', index]
    const title = asText(host.name) ?? `virtual host ${index + 1}`
    const inside = asObjects(host.routes).map((route, at): RoutePlace => {
      return {
        path: [...path, 'routes', at],
        title: `${title} › ${asText(route.name) ?? routeMatch(route)}`,
        what: 'route',
      }
    })
    return [{ path, title, what: 'virtual host' }, ...inside]
  })
  const title = asText(config.name) ?? 'route configuration'
  return [{ path: routes, title, what: 'all routes' }, ...hosts]
}

/** What an override does, in a few words. */
export function overrideText(value: Json): string {
  const message = asObject(value)
  const type = asText(message['@type']) ?? ''
  if (type === FILTER_CONFIG && message.disabled === true) return 'switched off here'
  if (type === FILTER_CONFIG) return 'switched on here'
  if (message.disabled === true) return 'disabled here'
  return type.slice(type.lastIndexOf('.') + 1) || 'no type'
}
