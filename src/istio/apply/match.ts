import { at, isObject, type JsonObject, numberAt, objectAt, stringAt } from '../message/json.ts'
import type { Patch, PatchContext } from './types.ts'

/** Istio's listeners that catch everything; a portNumber there is compared with each chain's destination port. */
const virtualListeners = new Set(['virtualInbound', 'virtualOutbound'])

/** True when the patch is for this context: WAYPOINT is one that istiod never asks about. */
export function contextMatches(patch: Patch, context: PatchContext): boolean {
  if (patch.context === 'ANY' || patch.context === context) return true
  patch.record.missed(`its context is ${patch.context}, this part of the proxy is ${context}`)
  return false
}

/** True when the listener's name and port fit (istio: listenerMatch in envoyfilter/listener_patch.go). */
export function listenerMatches(patch: Patch, listener: JsonObject): boolean {
  const match = objectAt(patch.match, 'listener')
  if (!match) return true
  const name = stringAt(listener, 'name')
  const wanted = stringAt(match, 'name')
  if (wanted !== '' && wanted !== name) {
    patch.record.missed(`listener.name ${wanted} is not ${name}`)
    return false
  }
  if (stringAt(match, 'port_name') !== '') {
    patch.record.warn('match.listener.portName is not looked at by istiod')
  }
  if (patch.applyTo !== 'LISTENER' && virtualListeners.has(name)) return true
  const port = numberAt(match, 'port_number')
  if (port !== 0 && numberAt(listener, 'address', 'socket_address', 'port_value') !== port) {
    patch.record.missed(`listener.portNumber ${port} is not the port of ${name}`)
    return false
  }
  return true
}

/** True when the filter chain fits what `match.listener` says of it; the listener has matched already. */
export function filterChainMatches(patch: Patch, listener: JsonObject, chain: JsonObject): boolean {
  const match = objectAt(patch.match, 'listener')
  if (!match) return true
  const rule = objectAt(chain, 'filter_chain_match')
  const port = numberAt(match, 'port_number')
  const destination = numberAt(rule, 'destination_port')
  const where = `chain ${stringAt(chain, 'name') || '(no name)'} of ${stringAt(listener, 'name')}`
  if (virtualListeners.has(stringAt(listener, 'name')) && port > 0 && destination !== port) {
    patch.record.missed(`listener.portNumber ${port} is not the destination port of ${where}`)
    return false
  }
  const wanted = objectAt(match, 'filter_chain')
  if (!wanted) return true
  const checks: [field: string, fits: boolean][] = [
    ['name', fits(stringAt(wanted, 'name'), (name) => name === stringAt(chain, 'name'))],
    ['sni', fits(stringAt(wanted, 'sni'), (sni) => includes(rule, 'server_names', sni))],
    [
      'transportProtocol',
      fits(stringAt(wanted, 'transport_protocol'), (p) => p === stringAt(rule, 'transport_protocol')),
    ],
    [
      'applicationProtocols',
      fits(stringAt(wanted, 'application_protocols'), (list) =>
        list.split(',').every((protocol) => includes(rule, 'application_protocols', protocol)),
      ),
    ],
  ]
  const failed = checks.find(([, ok]) => !ok)
  if (failed) {
    patch.record.missed(`listener.filterChain.${failed[0]} does not fit ${where}`)
    return false
  }
  const wantedPort = numberAt(wanted, 'destination_port')
  if (wantedPort > 0 && (at(rule, 'destination_port') === undefined || destination !== wantedPort)) {
    patch.record.missed(`listener.filterChain.destinationPort ${wantedPort} does not fit ${where}`)
    return false
  }
  return true
}

function fits(wanted: string, test: (value: string) => boolean): boolean {
  return wanted === '' || test(wanted)
}

function includes(rule: JsonObject | undefined, field: string, value: string): boolean {
  const list = at(rule, field)
  return Array.isArray(list) && list.includes(value)
}

/** The name in `match.listener.listenerFilter`; empty when there is none. */
export function listenerFilterName(patch: Patch): string {
  return stringAt(patch.match, 'listener', 'listener_filter')
}

/** The name in `match.listener.filterChain.filter`, or undefined when the patch does not ask for one. */
export function networkFilterName(patch: Patch): string | undefined {
  const filter = objectAt(patch.match, 'listener', 'filter_chain', 'filter')
  return filter && stringAt(filter, 'name')
}

/** The name in `match.listener.filterChain.filter.subFilter`, or undefined. */
export function subFilterName(patch: Patch): string | undefined {
  const filter = objectAt(patch.match, 'listener', 'filter_chain', 'filter', 'sub_filter')
  return filter && stringAt(filter, 'name')
}

/** True when the network filter is the one asked for, or none is asked for. */
export function networkFilterMatches(patch: Patch, filter: JsonObject): boolean {
  const wanted = networkFilterName(patch)
  return wanted === undefined || wanted === stringAt(filter, 'name')
}

/** True when the HTTP filter is the one asked for, or none is asked for. */
export function httpFilterMatches(patch: Patch, filter: JsonObject): boolean {
  const wanted = subFilterName(patch)
  return wanted === undefined || wanted === stringAt(filter, 'name')
}

/** The typed_config of a filter, when it has one. */
export function typedConfig(filter: JsonObject): JsonObject | undefined {
  return isObject(filter.typed_config) ? filter.typed_config : undefined
}
