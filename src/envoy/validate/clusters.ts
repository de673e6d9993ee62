import type { JsonObject, JsonValue } from '@bufbuild/protobuf'
import type { Path } from '../document/path.ts'
import { isObject } from '../opaque.ts'
import { suggest } from '../schema/suggest.ts'
import { type Check, type CheckContext, elements } from './check.ts'

/**
 * Envoy refuses a route of an inline route configuration whose cluster does not exist (Envoy:
 * source/common/router/config_impl.cc, validateClusters), unless validate_clusters is false.
 */
export const checkRouteClusters: Check = (manager, path, context) => {
  const routes = manager.route_config
  if (!context.clusters || !isObject(routes) || routes.validate_clusters === false) return
  elements(routes, 'virtual_hosts').forEach((host, index) => {
    const here = [...path, 'route_config', 'virtual_hosts', index]
    elements(host, 'routes').forEach((route, at) => {
      if (isObject(route.route)) checkAction(route.route, [...here, 'routes', at, 'route'], context)
    })
    checkMirrors(host, here, context)
  })
}

function checkAction(action: JsonObject, path: Path, context: CheckContext): void {
  checkName(action.cluster, [...path, 'cluster'], context)
  if (isObject(action.weighted_clusters)) {
    elements(action.weighted_clusters, 'clusters').forEach((cluster, index) => {
      checkName(cluster.name, [...path, 'weighted_clusters', 'clusters', index, 'name'], context)
    })
  }
  checkMirrors(action, path, context)
}

function checkMirrors(holder: JsonObject, path: Path, context: CheckContext): void {
  elements(holder, 'request_mirror_policies').forEach((policy, index) => {
    checkName(policy.cluster, [...path, 'request_mirror_policies', index, 'cluster'], context)
  })
}

function checkName(name: JsonValue | undefined, path: Path, context: CheckContext): void {
  if (typeof name !== 'string' || name === '' || context.clusters!.has(name)) return
  const meant = suggest(name, context.clusters!)
  const message = `there is no cluster ${name}${meant ? `; did you mean ${meant}?` : ''}`
  context.report({ path, severity: 'error', rule: 'unknown-cluster', message, suggestion: meant })
}
