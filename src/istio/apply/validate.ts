import type { Registry } from '@bufbuild/protobuf'
import { RE2JS } from 're2js'
import { canonicalMessage } from '../message/canonical.ts'
import { at, isObject, type Json, type JsonObject, objectAt, objectsAt, stringAt } from '../message/json.ts'
import { MessageError } from '../message/scalar.ts'
import { deprecatedFilterNames } from './deprecated-names.ts'
import { httpConnectionManager, messageTypes } from './types.ts'

const listenerKinds = new Set(['LISTENER', 'FILTER_CHAIN', 'NETWORK_FILTER', 'HTTP_FILTER'])
const routeKinds = new Set(['ROUTE_CONFIGURATION', 'VIRTUAL_HOST', 'HTTP_ROUTE'])

/**
 * What Istio's webhook says against an EnvoyFilter (istio: pkg/config/validation/envoyfilter), or undefined.
 * Warnings of the kind a user only sees from `istioctl analyze` are added to `warnings`.
 */
export function validateEnvoyFilter(registry: Registry, spec: JsonObject, warnings: string[]): string | undefined {
  const labels = at(spec, 'workload_selector', 'labels')
  if (isObject(labels)) {
    for (const [key, value] of Object.entries(labels)) {
      if (key === '') return 'spec.workloadSelector.labels: a label has no name'
      if (key.includes('*') || String(value).includes('*')) {
        return `spec.workloadSelector.labels.${key}: wildcards are not supported here`
      }
    }
  }
  for (const [index, patch] of objectsAt(spec, 'config_patches').entries()) {
    const problem = validatePatch(registry, patch, (message) =>
      warnings.push(`spec.configPatches[${index}].${message}`),
    )
    if (problem) return `spec.configPatches[${index}].${problem}`
  }
  return undefined
}

function validatePatch(registry: Registry, patch: JsonObject, warn: (message: string) => void): string | undefined {
  const match = objectAt(patch, 'match')
  // The webhook does not look at patches for waypoints at all.
  if (stringAt(match, 'context') === 'WAYPOINT') return undefined
  const applyTo = stringAt(patch, 'apply_to')
  if (applyTo === '') return 'applyTo: missing'
  const operation = stringAt(patch, 'patch', 'operation')
  if (!isObject(patch.patch)) return 'patch: missing'
  if (operation === '') return 'patch.operation: missing'
  const value = at(patch, 'patch', 'value')
  if (operation !== 'REMOVE' && value === undefined) return `patch.value: missing, ${operation} needs one`
  return (
    validateVersion(stringAt(match, 'proxy', 'proxy_version')) ??
    validateMatch(applyTo, match, warn) ??
    (value === undefined ? undefined : validateValue(registry, applyTo, value, warn))
  )
}

function validateVersion(pattern: string): string | undefined {
  if (pattern === '' || pattern.length > 1024) return undefined
  try {
    RE2JS.compile(pattern)
    return undefined
  } catch (error) {
    return `match.proxy.proxyVersion: not a regular expression RE2 accepts: ${(error as Error).message}`
  }
}

function validateMatch(applyTo: string, match: JsonObject | undefined, warn: (m: string) => void): string | undefined {
  const given = ['listener', 'route_configuration', 'cluster'].find((key) => match?.[key] !== undefined)
  if (!given) return undefined
  if (listenerKinds.has(applyTo)) {
    if (given !== 'listener') return `match.${camel(given)}: ${applyTo} is matched by match.listener`
    return validateListenerMatch(applyTo, objectAt(match, 'listener', 'filter_chain', 'filter'), warn)
  }
  if (routeKinds.has(applyTo) && given !== 'route_configuration') {
    return `match.${camel(given)}: ${applyTo} is matched by match.routeConfiguration`
  }
  if (applyTo === 'CLUSTER' && given !== 'cluster') return `match.${camel(given)}: CLUSTER is matched by match.cluster`
  return undefined
}

function validateListenerMatch(
  applyTo: string,
  filter: JsonObject | undefined,
  warn: (message: string) => void,
): string | undefined {
  if (!filter) return undefined
  const name = stringAt(filter, 'name')
  const where = 'match.listener.filterChain.filter'
  if (name === '') return `${where}.name: missing, the filter is matched by its name`
  if (applyTo === 'LISTENER' || applyTo === 'FILTER_CHAIN') warn(`${where}: has no effect with ${applyTo}`)
  const subFilter = objectAt(filter, 'sub_filter')
  if (subFilter) {
    if (applyTo !== 'HTTP_FILTER') return `${where}.subFilter: only HTTP_FILTER has one`
    if (name !== httpConnectionManager && name !== 'envoy.http_connection_manager') {
      return `${where}.subFilter: needs filter.name ${httpConnectionManager}`
    }
    if (stringAt(subFilter, 'name') === '') return `${where}.subFilter.name: missing`
  }
  for (const [path, used] of [
    [`${where}.name`, name],
    [`${where}.subFilter.name`, stringAt(subFilter, 'name')],
  ] as const) {
    const current = deprecatedFilterNames[used]
    if (current) warn(`${path}: ${used} is an old name that matches nothing; use ${current}`)
  }
  return undefined
}

function validateValue(
  registry: Registry,
  applyTo: string,
  value: Json,
  warn: (message: string) => void,
): string | undefined {
  const type = messageTypes[applyTo]
  if (!type) return `applyTo: ${applyTo} is not known`
  const onUnknown = (path: string, message: string) => warn(`${path}: ${message}; istiod drops it`)
  try {
    canonicalMessage(registry, type, value, { mode: 'istiod', onUnknown }, 'patch.value')
    return undefined
  } catch (error) {
    if (!(error instanceof MessageError)) throw error
    const hint = /\.v2\.|\.v2alpha\./.test(error.message) ? ' (a v2 type; use its v3 successor)' : ''
    return `${error.message}${hint}`
  }
}

function camel(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
