import type { JsonObject } from '@bufbuild/protobuf'
import type { Path } from '../document/path.ts'
import { isObject } from '../opaque.ts'
import { suggest } from '../schema/suggest.ts'
import { type Check, type CheckContext, elements } from './check.ts'

/**
 * Per-route configuration is found by the name that the filter has in the chain. One for a name that no filter has is
 * accepted and never used.
 */
export const checkPerRouteNames: Check = (manager, path, context) => {
  const routes = manager.route_config
  const filters = elements(manager, 'http_filters')
  if (!isObject(routes) || filters.length === 0) return
  const names = new Set(filters.map((filter) => String(filter.name ?? '')))
  const here = [...path, 'route_config']
  checkNames(routes, here, names, context)
  for (const [index, host] of elements(routes, 'virtual_hosts').entries()) {
    const at = [...here, 'virtual_hosts', index]
    checkNames(host, at, names, context)
    for (const [position, route] of elements(host, 'routes').entries()) {
      checkNames(route, [...at, 'routes', position], names, context)
      const weighted = isObject(route.route) ? route.route.weighted_clusters : undefined
      if (!isObject(weighted)) continue
      for (const [each, cluster] of elements(weighted, 'clusters').entries()) {
        checkNames(cluster, [...at, 'routes', position, 'route', 'weighted_clusters', 'clusters', each], names, context)
      }
    }
  }
}

function checkNames(holder: JsonObject, path: Path, names: ReadonlySet<string>, context: CheckContext): void {
  const configs = isObject(holder.typed_per_filter_config) ? Object.keys(holder.typed_per_filter_config) : []
  for (const name of configs) {
    if (names.has(name)) continue
    const meant = suggest(name, names)
    const message = `no filter of this chain is called ${name}, so this has no effect${meant ? `; did you mean ${meant}?` : ''}`
    const at = [...path, 'typed_per_filter_config', name]
    context.report({ path: at, at: 'key', severity: 'warning', rule: 'per-route', message, suggestion: meant })
  }
}
