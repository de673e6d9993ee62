import type { JsonObject, JsonValue } from '@bufbuild/protobuf'
import { RE2JS, RE2JSException } from 're2js'
import type { Path } from '../document/path.ts'
import { isObject } from '../opaque.ts'
import type { Severity } from '../schema/problem.ts'
import { isTerminal } from './chains.ts'
import { typeOfAny } from './check.ts'
import { renamedTo } from './names.ts'
import type { MessageReader } from './reader.ts'

interface Target {
  /** The message that the patch's value is. */
  typeName: string
  /** The member of `match` that finds it. */
  match?: 'listener' | 'route_configuration' | 'cluster'
  /** Operations that istiod carries out; it passes over the others. */
  operations: string[]
}

const HCM = 'envoy.filters.network.http_connection_manager'
const MERGES = ['MERGE', 'MERGE_AND_REPLACE_LIST']
const INSERTS = ['INSERT_BEFORE', 'INSERT_AFTER', 'INSERT_FIRST']
const FILTER_OPERATIONS = ['ADD', 'MERGE', 'REMOVE', 'REPLACE', ...INSERTS]
const LIST_OPERATIONS = ['ADD', 'REMOVE', ...MERGES]

/** What can be patched, as istiod does it (Istio: pilot/pkg/networking/core/envoyfilter). */
const TARGETS: Record<string, Target> = {
  LISTENER: {
    typeName: 'envoy.config.listener.v3.Listener',
    match: 'listener',
    operations: [...LIST_OPERATIONS, ...INSERTS],
  },
  LISTENER_FILTER: { typeName: 'envoy.config.listener.v3.ListenerFilter', operations: FILTER_OPERATIONS },
  FILTER_CHAIN: { typeName: 'envoy.config.listener.v3.FilterChain', match: 'listener', operations: LIST_OPERATIONS },
  NETWORK_FILTER: { typeName: 'envoy.config.listener.v3.Filter', match: 'listener', operations: FILTER_OPERATIONS },
  HTTP_FILTER: {
    typeName: 'envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter',
    match: 'listener',
    operations: FILTER_OPERATIONS,
  },
  ROUTE_CONFIGURATION: {
    typeName: 'envoy.config.route.v3.RouteConfiguration',
    match: 'route_configuration',
    operations: MERGES,
  },
  VIRTUAL_HOST: {
    typeName: 'envoy.config.route.v3.VirtualHost',
    match: 'route_configuration',
    operations: [...LIST_OPERATIONS, 'REPLACE'],
  },
  HTTP_ROUTE: {
    typeName: 'envoy.config.route.v3.Route',
    match: 'route_configuration',
    operations: [...LIST_OPERATIONS, ...INSERTS],
  },
  CLUSTER: {
    typeName: 'envoy.config.cluster.v3.Cluster',
    match: 'cluster',
    operations: [...LIST_OPERATIONS, ...INSERTS],
  },
  EXTENSION_CONFIG: { typeName: 'envoy.config.core.v3.TypedExtensionConfig', operations: ['ADD'] },
  BOOTSTRAP: { typeName: 'envoy.config.bootstrap.v3.Bootstrap', operations: MERGES },
}

type Report = (at: Path, severity: Severity, message: string, suggestion?: string) => void

/** One entry of an EnvoyFilter's configPatches, as canonical JSON: the value by its type, and what istiod makes of it. */
export function checkPatch(patch: JsonObject, path: Path, reader: MessageReader): void {
  const report: Report = (at, severity, message, suggestion) =>
    reader.report({ path: [...path, ...at], severity, rule: 'patch', message, suggestion })
  const applyTo = String(patch.apply_to ?? 'INVALID')
  const target = Object.hasOwn(TARGETS, applyTo) ? TARGETS[applyTo]! : undefined
  if (!target) {
    report(['apply_to'], 'error', `applyTo must say what to patch: ${Object.keys(TARGETS).join(', ')}`)
    return
  }
  const change = isObject(patch.patch) ? patch.patch : {}
  const operation = String(change.operation ?? 'INVALID')
  if (operation === 'INVALID') {
    report(['patch'], 'error', `patch.operation must say what to do: ${target.operations.join(', ')}`)
    return
  }
  if (isObject(patch.match)) checkMatch(patch.match, applyTo, target, report)

  const { value } = change
  if (operation === 'REMOVE') {
    if (value !== undefined) report(['patch', 'value'], 'warning', 'REMOVE takes no value; istiod passes it over')
  } else if (!isObject(value)) report(['patch'], 'error', `${operation} needs a patch.value`)
  else reader.read(target.typeName, value, [...path, 'patch', 'value'], MERGES.includes(operation))

  checkOperation(applyTo, operation, target, patch.match, value, report)
}

/** What istiod does with an operation that is not what it seems to be. */
function checkOperation(
  applyTo: string,
  operation: string,
  target: Target,
  match: JsonValue | undefined,
  value: JsonValue | undefined,
  report: Report,
): void {
  const at = ['patch', 'operation']
  if (!target.operations.includes(operation)) {
    const able = target.operations.join(', ')
    report(at, 'warning', `istiod does nothing for ${operation} of a ${applyTo}; it knows ${able}`)
    return
  }
  if ((applyTo === 'CLUSTER' || applyTo === 'LISTENER') && INSERTS.includes(operation)) {
    report(at, 'warning', `the order of a ${applyTo} means nothing; istiod takes ${operation} for ADD`)
  }
  if (applyTo === 'HTTP_FILTER' && operation === 'ADD') refuseLast('ADD', value, report)
  const [named, field] = filterNamed(applyTo, match)
  if (field === undefined || named) return
  if (operation === 'INSERT_AFTER' && applyTo === 'HTTP_FILTER')
    refuseLast(`INSERT_AFTER without ${field}`, value, report)
  else if (operation === 'INSERT_AFTER' || operation === 'INSERT_BEFORE') {
    const place = operation === 'INSERT_BEFORE' ? 'first' : 'last'
    report(at, 'warning', `${operation} without ${field} puts the filter ${place} in every chain that matches`)
  } else if (operation === 'REPLACE' || operation === 'REMOVE') {
    report(at, 'warning', `${operation} without ${field} changes nothing: istiod must know which filter is meant`)
  }
}

/** The end of an HTTP filter chain is the router's place. */
function refuseLast(what: string, value: JsonValue | undefined, report: Report): void {
  if (isObject(value) && isTerminal(typeOfAny(value.typed_config))) return
  const message =
    `${what} puts the filter last, after the router, and Envoy refuses the listener; ` +
    'use INSERT_BEFORE with envoy.filters.http.router, or INSERT_FIRST'
  report(['patch', 'operation'], 'error', message)
}

/** Whether the match names the filter that an operation is relative to, and the field that does; none for other targets. */
function filterNamed(applyTo: string, match: JsonValue | undefined): [named: boolean, field?: string] {
  const listener = 'match.listener'
  if (applyTo === 'HTTP_FILTER') {
    const named = matched(match, 'filter_chain', 'filter', 'sub_filter') !== undefined
    return [named, `${listener}.filterChain.filter.subFilter.name`]
  }
  if (applyTo === 'NETWORK_FILTER') {
    return [matched(match, 'filter_chain', 'filter') !== undefined, `${listener}.filterChain.filter.name`]
  }
  if (applyTo === 'LISTENER_FILTER') return [Boolean(matched(match)?.listener_filter), `${listener}.listenerFilter`]
  return [false]
}

/** match.listener.<steps> as canonical JSON. */
function matched(match: JsonValue | undefined, ...steps: string[]): JsonObject | undefined {
  let at: JsonValue | undefined = isObject(match) ? match.listener : undefined
  for (const step of steps) at = isObject(at) ? at[step] : undefined
  return isObject(at) ? at : undefined
}

/** Istio: pkg/config/validation/envoyfilter; a match that istiod refuses, or that can match nothing. */
function checkMatch(match: JsonObject, applyTo: string, target: Target, report: Report): void {
  const other = ['listener', 'route_configuration', 'cluster'].find(
    (kind) => match[kind] !== undefined && kind !== target.match,
  )
  if (target.match && other) {
    report(
      ['match', other],
      'error',
      `a ${applyTo} is found by match.${camelCase(target.match)}, not by ${camelCase(other)}`,
    )
  }
  const version = isObject(match.proxy) ? match.proxy.proxy_version : undefined
  if (typeof version === 'string') checkVersion(version, report)

  const filter = matched(match, 'filter_chain', 'filter')
  if (!filter) return
  const at = ['match', 'listener', 'filter_chain', 'filter']
  if (!filter.name) report(at, 'error', 'the filter to match needs a name')
  else checkName(String(filter.name), [...at, 'name'], report)
  if (applyTo === 'LISTENER' || applyTo === 'FILTER_CHAIN') {
    report(at, 'warning', `a filter has no say in which ${applyTo} matches`)
  }
  if (!isObject(filter.sub_filter)) return
  const below = [...at, 'sub_filter']
  if (applyTo !== 'HTTP_FILTER') report(below, 'error', 'subFilter is for HTTP_FILTER only')
  else if (filter.name && (renamedTo(String(filter.name)) ?? filter.name) !== HCM) {
    report([...at, 'name'], 'error', `only ${HCM} has HTTP filters for subFilter to name`, HCM)
  }
  if (!filter.sub_filter.name) report(below, 'error', 'the subFilter to match needs a name')
  else checkName(String(filter.sub_filter.name), [...below, 'name'], report)
}

/** istiod compares filter names letter by letter, so a patch that matches an old name matches nothing. */
function checkName(name: string, at: Path, report: Report): void {
  const today = renamedTo(name)
  if (today)
    report(at, 'error', `no filter is called ${name} any more, so the patch matches nothing; use ${today}`, today)
}

function checkVersion(version: string, report: Report): void {
  try {
    RE2JS.compile(version)
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error
    report(['match', 'proxy', 'proxy_version'], 'error', `proxyVersion is no regular expression: ${error.message}`)
  }
}

function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
