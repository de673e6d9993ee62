import type { JsonObject, JsonValue } from '@bufbuild/protobuf'
import type { Path } from '../document/path.ts'
import { isObject } from '../opaque.ts'
import type { Severity } from '../schema/problem.ts'
import { isTerminal } from './chains.ts'
import { typeOfAny } from './check.ts'
import { renamedTo } from './names.ts'
import type { MessageReader } from './reader.ts'

/** The message that a patch's value is, by what it applies to. */
const VALUE_TYPES: Record<string, string> = {
  LISTENER: 'envoy.config.listener.v3.Listener',
  LISTENER_FILTER: 'envoy.config.listener.v3.ListenerFilter',
  FILTER_CHAIN: 'envoy.config.listener.v3.FilterChain',
  NETWORK_FILTER: 'envoy.config.listener.v3.Filter',
  HTTP_FILTER: 'envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter',
  ROUTE_CONFIGURATION: 'envoy.config.route.v3.RouteConfiguration',
  VIRTUAL_HOST: 'envoy.config.route.v3.VirtualHost',
  HTTP_ROUTE: 'envoy.config.route.v3.Route',
  CLUSTER: 'envoy.config.cluster.v3.Cluster',
  EXTENSION_CONFIG: 'envoy.config.core.v3.TypedExtensionConfig',
  BOOTSTRAP: 'envoy.config.bootstrap.v3.Bootstrap',
}
const FILTERS = ['LISTENER_FILTER', 'NETWORK_FILTER', 'HTTP_FILTER']
const RELATIVE = ['INSERT_BEFORE', 'INSERT_AFTER', 'INSERT_FIRST']

/** One entry of an EnvoyFilter's configPatches, as canonical JSON: the value by its type, and what istiod makes of it. */
export function checkPatch(patch: JsonObject, path: Path, reader: MessageReader): void {
  const report = (at: Path, severity: Severity, message: string, suggestion?: string) =>
    reader.report({ path: [...path, ...at], severity, rule: 'patch', message, suggestion })
  const applyTo = String(patch.apply_to ?? 'INVALID')
  const change = isObject(patch.patch) ? patch.patch : {}
  const operation = String(change.operation ?? 'INVALID')
  const typeName = VALUE_TYPES[applyTo]
  if (!typeName) {
    report(['apply_to'], 'error', `applyTo must say what to patch: ${Object.keys(VALUE_TYPES).join(', ')}`)
    return
  }
  if (operation === 'INVALID')
    report(['patch'], 'error', 'patch.operation must say what to do, such as MERGE or INSERT_BEFORE')

  checkNames(patch.match, ['match'], report)
  const value = change.value
  if (operation === 'REMOVE') {
    if (value !== undefined) report(['patch', 'value'], 'warning', 'REMOVE takes no value; istiod passes it over')
  } else if (!isObject(value)) report(['patch'], 'error', `${operation} needs a patch.value`)
  else reader.read(typeName, value, [...path, 'patch', 'value'], operation === 'MERGE')

  const placement = placementProblem(applyTo, operation, patch.match, value)
  if (placement) report(['patch', 'operation'], placement.severity, placement.message)
}

interface Placement {
  severity: Severity
  message: string
}

/** What istiod does with an operation that is not what it seems to be. */
function placementProblem(
  applyTo: string,
  operation: string,
  match: JsonValue | undefined,
  value: JsonValue | undefined,
): Placement | undefined {
  const filter = matched(match, 'filter_chain', 'filter')
  if (applyTo === 'HTTP_FILTER') {
    if (operation === 'ADD' && isObject(value) && isTerminal(typeOfAny(value.typed_config)) !== true) {
      const message =
        'ADD puts the filter after the router, and Envoy refuses the listener; use INSERT_BEFORE with ' +
        'match.listener.filterChain.filter.subFilter.name envoy.filters.http.router, or INSERT_FIRST'
      return { severity: 'error', message }
    }
    if (operation === 'INSERT_BEFORE' && !isObject(filter?.sub_filter)) {
      const message =
        'INSERT_BEFORE names no filter (match.listener.filterChain.filter.subFilter.name), so the filter goes first'
      return { severity: 'warning', message }
    }
    if (operation === 'INSERT_AFTER' && !isObject(filter?.sub_filter)) {
      const message =
        'INSERT_AFTER names no filter (match.listener.filterChain.filter.subFilter.name), so the filter goes last, after the router'
      return { severity: 'error', message }
    }
  }
  if (applyTo === 'NETWORK_FILTER' && (operation === 'INSERT_BEFORE' || operation === 'INSERT_AFTER') && !filter) {
    const place = operation === 'INSERT_BEFORE' ? 'first' : 'last, after the terminal filter'
    const message = `${operation} names no filter (match.listener.filterChain.filter.name), so the filter goes ${place}`
    return { severity: 'warning', message }
  }
  if (applyTo === 'ROUTE_CONFIGURATION' && operation !== 'MERGE') {
    return {
      severity: 'warning',
      message: `istiod only merges into a ROUTE_CONFIGURATION; ${operation} changes nothing`,
    }
  }
  if (operation === 'REPLACE' && !FILTERS.includes(applyTo)) {
    return { severity: 'warning', message: `istiod replaces filters only; REPLACE of ${applyTo} changes nothing` }
  }
  if (RELATIVE.includes(operation) && (applyTo === 'CLUSTER' || applyTo === 'LISTENER')) {
    return {
      severity: 'warning',
      message: `the order of a ${applyTo} means nothing; istiod takes ${operation} for ADD`,
    }
  }
  return undefined
}

/** match.listener.<steps> as canonical JSON. */
function matched(match: JsonValue | undefined, ...steps: string[]): JsonObject | undefined {
  let at: JsonValue | undefined = isObject(match) ? match.listener : undefined
  for (const step of steps) at = isObject(at) ? at[step] : undefined
  return isObject(at) ? at : undefined
}

/** istiod compares filter names letter by letter, so a patch that matches an old name matches nothing. */
function checkNames(
  match: JsonValue | undefined,
  path: Path,
  report: (at: Path, severity: Severity, message: string, suggestion?: string) => void,
): void {
  const filter = matched(match, 'filter_chain', 'filter')
  if (!filter) return
  const at = [...path, 'listener', 'filter_chain', 'filter']
  const sub = isObject(filter.sub_filter) ? filter.sub_filter : {}
  const names: [JsonValue | undefined, Path][] = [
    [filter.name, [...at, 'name']],
    [sub.name, [...at, 'sub_filter', 'name']],
  ]
  for (const [name, where] of names) {
    const today = typeof name === 'string' ? renamedTo(name) : undefined
    if (today)
      report(where, 'error', `no filter is called ${name} any more, so the patch matches nothing; use ${today}`, today)
  }
}
