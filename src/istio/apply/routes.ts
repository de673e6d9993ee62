import { at, copy, type JsonObject, numberAt, objectAt, objectsAt, stringAt } from '../message/json.ts'
import { mergeMessage } from '../message/merge.ts'
import { contextMatches } from './match.ts'
import { messageTypes, type Patch, patchesFor, type Replay } from './types.ts'

/**
 * Replays the route patches over one route configuration, in place (istio: envoyfilter/rc_patch.go): merges of the
 * configuration itself, then of each virtual host and its routes, then what is added.
 */
export function patchRouteConfiguration(replay: Replay, routes: JsonObject): void {
  const place = `route configuration ${stringAt(routes, 'name')}`
  for (const patch of patchesFor(replay, 'ROUTE_CONFIGURATION')) {
    if (!contextMatches(patch, replay.context) || !configurationMatches(replay, patch, routes)) continue
    if (merge(replay, patch, routes)) patch.record.changed(`${place}: merged`)
    else patch.record.ignored(`${patch.operation} does nothing on ROUTE_CONFIGURATION, only merges do`)
  }
  patchVirtualHosts(replay, routes, place)
}

function merge(replay: Replay, patch: Patch, target: JsonObject): boolean {
  const type = messageTypes[patch.applyTo]
  if (!patch.operation.startsWith('MERGE') || !type || !patch.value) return false
  mergeMessage(replay.registry, type, target, patch.value, { replaceLists: patch.operation !== 'MERGE' })
  return true
}

function patchVirtualHosts(replay: Replay, routes: JsonObject, place: string): void {
  const hosts = objectsAt(routes, 'virtual_hosts')
  const removed = new Set<string>()
  for (const index of hosts.keys()) {
    if (patchVirtualHost(replay, routes, hosts, index, place)) removed.add(stringAt(hosts[index], 'name'))
  }
  for (const patch of patchesFor(replay, 'VIRTUAL_HOST')) {
    if (patch.operation !== 'ADD' || !patch.value) continue
    if (!contextMatches(patch, replay.context) || !configurationMatches(replay, patch, routes)) continue
    hosts.push(copy(patch.value))
    patch.record.changed(`${place}: added virtual host ${stringAt(patch.value, 'name')}`)
  }
  const left = hosts.filter((host) => !removed.has(stringAt(host, 'name')))
  if (left.length > 0) routes.virtual_hosts = left
  else delete routes.virtual_hosts
}

/** True when the virtual host is removed. */
function patchVirtualHost(
  replay: Replay,
  routes: JsonObject,
  hosts: JsonObject[],
  index: number,
  place: string,
): boolean {
  for (const patch of patchesFor(replay, 'VIRTUAL_HOST')) {
    const host = hosts[index] as JsonObject
    const here = `${place} / virtual host ${stringAt(host, 'name')}`
    if (patch.operation === 'ADD' || !hostPatchMatches(replay, patch, routes, host)) continue
    if (patch.operation === 'REMOVE') {
      patch.record.changed(`${here}: removed`)
      return true
    }
    if (patch.operation === 'REPLACE' && patch.value) {
      hosts[index] = copy(patch.value)
      patch.record.changed(`${here}: replaced`)
    } else if (merge(replay, patch, host)) {
      patch.record.changed(`${here}: merged`)
    } else {
      patch.record.ignored(`${patch.operation} does nothing on VIRTUAL_HOST`)
    }
  }
  patchRoutes(replay, routes, hosts[index] as JsonObject, place)
  return false
}

function patchRoutes(replay: Replay, configuration: JsonObject, host: JsonObject, outer: string): void {
  const place = `${outer} / virtual host ${stringAt(host, 'name')}`
  const routes = objectsAt(host, 'routes')
  const removed = new Set<JsonObject>()
  for (const route of routes) {
    for (const patch of patchesFor(replay, 'HTTP_ROUTE')) {
      if (patch.operation === 'ADD' || patch.operation.startsWith('INSERT_')) continue
      if (!hostPatchMatches(replay, patch, configuration, host) || !routeMatches(patch, route)) continue
      const here = `${place} / route ${stringAt(route, 'name') || '(no name)'}`
      if (patch.operation === 'REMOVE') {
        removed.add(route)
        patch.record.changed(`${here}: removed`)
        break
      }
      if (merge(replay, patch, route)) patch.record.changed(`${here}: merged`)
      else patch.record.ignored(`${patch.operation} does nothing on HTTP_ROUTE`)
    }
  }
  const left = insertRoutes(replay, configuration, host, routes, removed, place).filter((route) => !removed.has(route))
  if (left.length > 0) host.routes = left
  else delete host.routes
}

/** ADD and INSERT_*; a removed route still counts as a place until all are done, but matches no name. */
function insertRoutes(
  replay: Replay,
  configuration: JsonObject,
  host: JsonObject,
  before: JsonObject[],
  removed: Set<JsonObject>,
  place: string,
): JsonObject[] {
  const routes = [...before]
  for (const patch of patchesFor(replay, 'HTTP_ROUTE')) {
    if (patch.operation !== 'ADD' && !patch.operation.startsWith('INSERT_')) continue
    if (!patch.value || !hostPatchMatches(replay, patch, configuration, host)) continue
    const named = objectAt(patch.match, 'route_configuration', 'vhost', 'route') !== undefined
    const found = routes.findIndex((route) => !removed.has(route) && routeMatches(patch, route))
    if (named && found < 0 && patch.operation !== 'ADD') continue
    const positions: Record<string, number> = {
      ADD: routes.length,
      INSERT_FIRST: 0,
      INSERT_BEFORE: named ? found : 0,
      INSERT_AFTER: named ? found + 1 : routes.length,
    }
    routes.splice(positions[patch.operation] ?? routes.length, 0, copy(patch.value))
    patch.record.changed(`${place}: inserted route ${stringAt(patch.value, 'name') || '(no name)'}`)
  }
  return routes
}

function hostPatchMatches(replay: Replay, patch: Patch, routes: JsonObject, host: JsonObject): boolean {
  if (!contextMatches(patch, replay.context) || !configurationMatches(replay, patch, routes)) return false
  const match = objectAt(patch.match, 'route_configuration', 'vhost')
  if (!match) return true
  const [name, domain] = [stringAt(match, 'name'), stringAt(match, 'domain_name')]
  const domains = at(host, 'domains')
  if (name !== '' && name !== stringAt(host, 'name')) {
    patch.record.missed(`routeConfiguration.vhost.name ${name} is not ${stringAt(host, 'name')}`)
    return false
  }
  if (domain !== '' && !(Array.isArray(domains) && domains.includes(domain))) {
    patch.record.missed(`routeConfiguration.vhost.domainName ${domain} is not a domain of ${stringAt(host, 'name')}`)
    return false
  }
  return true
}

function routeMatches(patch: Patch, route: JsonObject): boolean {
  const match = objectAt(patch.match, 'route_configuration', 'vhost', 'route')
  if (!match) return true
  const name = stringAt(match, 'name')
  if (name !== '' && name !== stringAt(route, 'name')) {
    patch.record.missed(`routeConfiguration.vhost.route.name ${name} is not ${stringAt(route, 'name') || '(no name)'}`)
    return false
  }
  const action = stringAt(match, 'action') || 'ANY'
  if (action === 'ANY') return true
  const own = route.route
    ? 'ROUTE'
    : route.redirect
      ? 'REDIRECT'
      : route.direct_response
        ? 'DIRECT_RESPONSE'
        : undefined
  // An action of another kind (filter_action and the like) is matched by every value.
  if (own === undefined || own === action) return true
  patch.record.missed(`routeConfiguration.vhost.route.action ${action} is not ${own}`)
  return false
}

function configurationMatches(replay: Replay, patch: Patch, routes: JsonObject): boolean {
  const match = objectAt(patch.match, 'route_configuration')
  if (!match) return true
  const name = stringAt(routes, 'name')
  const wanted = stringAt(match, 'name')
  const port = numberAt(match, 'port_number')
  const miss = (field: string, value: unknown) => {
    patch.record.missed(`routeConfiguration.${field} ${value} is not that of ${name}`)
    return false
  }
  if (wanted !== '' && wanted !== name) return miss('name', wanted)
  if (replay.context !== 'GATEWAY') return port === 0 || port === portOfName(name) || miss('portNumber', port)
  const parsed = parseGatewayRouteName(name)
  const [portName, gateway] = [stringAt(match, 'port_name'), stringAt(match, 'gateway')]
  if (portName !== '' && portName !== parsed.portName) return miss('portName', portName)
  if (gateway !== '' && gateway !== parsed.gateway) return miss('gateway', gateway)
  return port === 0 || gatewayPorts(routes, parsed.port).has(port) || miss('portNumber', port)
}

/** A sidecar's route configuration is named after its port, or after its inbound cluster. */
function portOfName(name: string): number {
  if (name.startsWith('inbound')) return Number(name.split('|')[1] ?? 0)
  return /^\d+$/.test(name) ? Number(name) : 0
}

/** `http.8080`, or `https.443.port-name.gateway.namespace`. */
function parseGatewayRouteName(name: string): { port: number; portName: string; gateway: string } {
  const parts = name.split('.')
  if (name.startsWith('http.')) return { port: Number(parts[1] ?? 0), portName: '', gateway: '' }
  if (name.startsWith('https.') && parts.length === 5) {
    return { port: Number(parts[1]), portName: parts[2] as string, gateway: `${parts[4]}/${parts[3]}` }
  }
  return { port: 0, portName: '', gateway: '' }
}

/**
 * The service's ports in front of the gateway's port. istiod knows them from the Service; what it sent names them in
 * each virtual host (`shop.example.com:80`). A port that has any is no longer matched by its own number.
 */
function gatewayPorts(routes: JsonObject, port: number): Set<number> {
  const ports = objectsAt(routes, 'virtual_hosts').map((host) => /:(\d+)$/.exec(stringAt(host, 'name'))?.[1])
  const known = ports.filter((text) => text !== undefined).map(Number)
  return new Set(known.length > 0 ? known : [port])
}
