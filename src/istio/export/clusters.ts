import { messageTypes } from '../apply/types.ts'
import { copy, equal, type JsonObject, stringAt } from '../message/json.ts'
import { mergePatch } from './merge-patch.ts'
import type { ConfigPatch, ExportContext, PatchContext } from './types.ts'

/** Patches for clusters that are added, removed or changed. */
export function clusterPatches(context: ExportContext): ConfigPatch[] {
  const wanted = new Map(context.desired.clusters.map((cluster) => [stringAt(cluster, 'name'), cluster]))
  const patches: ConfigPatch[] = []
  for (const before of context.base.clusters) {
    const name = stringAt(before, 'name')
    const after = wanted.get(name)
    wanted.delete(name)
    if (after && equal(before, after)) continue
    if (context.proxy.kind === 'waypoint' && !name.startsWith('outbound|')) {
      const message = "istiod applies no EnvoyFilter to a waypoint's own clusters; not exported"
      context.notes.push({ severity: 'error', place: `cluster ${name}`, message })
      continue
    }
    const match = { context: contextOf(name, context), cluster: { name } }
    if (!after) {
      patches.push({ applyTo: 'CLUSTER', match, patch: { operation: 'REMOVE' } })
    } else {
      patches.push(...changedCluster(name, before, after, match, context))
    }
  }
  return [...patches, ...[...wanted].map(([name, cluster]) => added(name, cluster, context))]
}

function changedCluster(
  name: string,
  before: JsonObject,
  after: JsonObject,
  match: JsonObject,
  context: ExportContext,
): ConfigPatch[] {
  const value = mergePatch(context.deps.registry, messageTypes.CLUSTER as string, before, after)
  // A patch with a transport socket would merge that alone.
  if (value && value.transport_socket === undefined) {
    return [{ applyTo: 'CLUSTER', match, patch: { operation: 'MERGE', value } }]
  }
  context.notes.push({
    severity: 'warning',
    place: `cluster ${name}`,
    message: 'no merge makes it what is wanted: it is removed and added anew, and no longer follows its service',
  })
  return [{ applyTo: 'CLUSTER', match, patch: { operation: 'REMOVE' } }, added(name, after, context)]
}

function added(name: string, cluster: JsonObject, context: ExportContext): ConfigPatch {
  const match = { context: contextOf(name, context) }
  return { applyTo: 'CLUSTER', match, patch: { operation: 'ADD', value: copy(cluster) } }
}

function contextOf(name: string, { proxy }: ExportContext): PatchContext {
  if (proxy.kind === 'gateway') return 'GATEWAY'
  if (proxy.kind === 'waypoint') return name.startsWith('outbound|') ? 'SIDECAR_OUTBOUND' : 'SIDECAR_INBOUND'
  return /^inbound\||^InboundPassthroughCluster/.test(name) ? 'SIDECAR_INBOUND' : 'SIDECAR_OUTBOUND'
}
