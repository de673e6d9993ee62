import { copy, type JsonObject, numberAt, objectAt, objectsAt, stringAt } from '../message/json.ts'
import { MergeMismatch, mergeAny, mergeMessage } from '../message/merge.ts'
import { contextMatches } from './match.ts'
import { messageTypes, type Patch, patchesFor, type Replay } from './types.ts'

/**
 * Replays the CLUSTER patches over the clusters of one context and adds what they add (istio:
 * envoyfilter/cluster_patch.go). A cluster added under a name that exists is dropped later, by name, as istiod does.
 */
export function patchClusters(replay: Replay, clusters: JsonObject[], withAdds = true): JsonObject[] {
  const left = clusters.filter((cluster) => patchCluster(replay, cluster))
  if (!withAdds) return left
  for (const patch of patchesFor(replay, 'CLUSTER')) {
    if (patch.operation !== 'ADD' || !patch.value) continue
    // With context ANY a sidecar would get the cluster twice; istiod adds it outbound only.
    if (patch.context === 'ANY' && replay.context === 'SIDECAR_INBOUND') continue
    if (!contextMatches(patch, replay.context)) continue
    left.push(copy(patch.value))
    patch.record.changed(`clusters: added ${stringAt(patch.value, 'name')}`)
  }
  return left
}

/** False when the cluster is removed. */
function patchCluster(replay: Replay, cluster: JsonObject): boolean {
  for (const patch of patchesFor(replay, 'CLUSTER')) {
    if (patch.operation === 'ADD' || !contextMatches(patch, replay.context) || !clusterMatches(patch, cluster)) continue
    const place = `cluster ${stringAt(cluster, 'name')}`
    if (patch.operation === 'REMOVE') {
      patch.record.changed(`${place}: removed`)
      return false
    }
    if (!patch.operation.startsWith('MERGE') || !patch.value) {
      patch.record.ignored(`${patch.operation} does nothing on CLUSTER`)
      continue
    }
    try {
      mergeCluster(replay, cluster, patch, place)
    } catch (error) {
      if (!(error instanceof MergeMismatch)) throw error
      patch.record.warn(`istiod gave up on ${place}: ${error.message}`)
      return true
    }
  }
  return true
}

function mergeCluster(replay: Replay, cluster: JsonObject, patch: Patch, place: string): void {
  const wanted = objectAt(patch.value, 'transport_socket')
  if (!wanted) {
    const replaceLists = patch.operation !== 'MERGE'
    mergeMessage(replay.registry, messageTypes.CLUSTER as string, cluster, patch.value as JsonObject, { replaceLists })
    patch.record.changed(`${place}: merged`)
    return
  }
  // A patch with a transport socket merges that and nothing else.
  const name = stringAt(wanted, 'name')
  const matches = objectsAt(cluster, 'transport_socket_matches').map((entry) => objectAt(entry, 'transport_socket'))
  const single = objectAt(cluster, 'transport_socket')
  const own = (matches.length > 0 ? matches : [single]).find((socket) => socket && stringAt(socket, 'name') === name)
  if (!own && matches.length > 0) {
    patch.record.ignored(`${place} has transport_socket_matches but none called ${name}`)
    return
  }
  patch.record.warn('a patch with transport_socket changes the transport socket and nothing else of the cluster')
  if (!own) {
    cluster.transport_socket = copy(wanted)
    patch.record.changed(`${place}: replaced its transport socket`)
    return
  }
  const [target, source] = [objectAt(own, 'typed_config'), objectAt(wanted, 'typed_config')]
  const merged = target && source && mergeAny(replay.registry, target, source)
  if (merged) own.typed_config = merged
  patch.record.changed(`${place}: merged into its transport socket ${name}`)
}

function clusterMatches(patch: Patch, cluster: JsonObject): boolean {
  const match = objectAt(patch.match, 'cluster')
  if (!match) return true
  const name = stringAt(cluster, 'name')
  const wanted = stringAt(match, 'name')
  const miss = (field: string, value: unknown) => {
    patch.record.missed(`cluster.${field} ${value} is not that of ${name}`)
    return false
  }
  // A name that is given decides alone.
  if (wanted !== '') return wanted === name || miss('name', wanted)
  const key = parseClusterName(name)
  const hosts = key.direction === 'inbound' ? inboundHosts(cluster, key.host) : [key.host]
  const [subset, service, port] = [
    stringAt(match, 'subset'),
    stringAt(match, 'service'),
    numberAt(match, 'port_number'),
  ]
  if (subset !== '' && subset !== key.subset) return miss('subset', subset)
  if (service !== '' && !hosts.includes(service)) return miss('service', service)
  return port === 0 || port === key.port || miss('portNumber', port)
}

/** `outbound|8000|v1|host`, or the DNAT form `outbound_.8000_.v1_.host`. */
function parseClusterName(name: string): { direction: string; port: number; subset: string; host: string } {
  const parts = name.includes('|') ? name.split('|') : name.split('_.')
  if (parts.length < 4) return { direction: '', port: 0, subset: '', host: '' }
  const [direction = '', port = '', subset = '', host = ''] = parts
  return { direction, port: Number(port) || 0, subset, host }
}

/** An inbound cluster's name has no host; its metadata lists the services it was made for. */
function inboundHosts(cluster: JsonObject, host: string): string[] {
  const services = objectsAt(cluster, 'metadata', 'filter_metadata', 'istio', 'services')
  return services.length > 0 ? services.map((service) => stringAt(service, 'host')) : [host]
}
