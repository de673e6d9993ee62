import { RE2JS } from 're2js'
import { canonicalMessage } from '../message/canonical.ts'
import { isObject, type JsonObject, objectAt, objectsAt, stringAt } from '../message/json.ts'
import { type ApplyNote, PatchRecord } from './notes.ts'
import { priorityOf, type Resource } from './resources.ts'
import { whyNotAttached, whyNotVisible } from './select.ts'
import {
  type ApplyDeps,
  messageTypes,
  type Patch,
  type PatchContext,
  type PatchSet,
  type ProxyIdentity,
} from './types.ts'

/** Where inserting at a place means something; elsewhere istiod turns every insert into ADD. */
const insertable = new Set(['HTTP_FILTER', 'NETWORK_FILTER', 'HTTP_ROUTE', 'LISTENER_FILTER'])

/**
 * The EnvoyFilters in the order istiod applies them: priority, then the root namespace before the proxy's own, then
 * creation time, then `name.namespace` (istio: pilot/pkg/model/push_context.go).
 */
export function inOrder(resources: Resource[], rootNamespace: string): Resource[] {
  return resources.toSorted((a, b) => {
    if (priorityOf(a) !== priorityOf(b)) return priorityOf(a) - priorityOf(b)
    const [rootA, rootB] = [a.namespace === rootNamespace, b.namespace === rootNamespace]
    if (rootA !== rootB) return rootA ? -1 : 1
    if (a.created !== b.created) return a.created - b.created
    const [nameA, nameB] = [`${a.name}.${a.namespace}`, `${b.name}.${b.namespace}`]
    return nameA < nameB ? -1 : nameA > nameB ? 1 : 0
  })
}

/** The patches of the EnvoyFilters that reach the proxy, in order, with a record for each patch of each of them. */
export function collectPatches(
  resources: Resource[],
  proxy: ProxyIdentity,
  deps: ApplyDeps,
): { patches: PatchSet; records: PatchRecord[]; notes: ApplyNote[] } {
  const root = deps.rootNamespace ?? 'istio-system'
  const patches: PatchSet = new Map()
  const records: PatchRecord[] = []
  const notes: ApplyNote[] = []
  for (const resource of inOrder(resources, root)) {
    const why = whyNotVisible(resource, proxy, root) ?? whyNotAttached(resource, proxy, root)
    if (why) {
      notes.push(wholeNote(resource.label, `changed nothing: ${why}`))
      continue
    }
    for (const [index, entry] of objectsAt(resource.spec, 'config_patches').entries()) {
      const record = new PatchRecord(resource.label, index)
      records.push(record)
      const patch = readPatch(entry, record, proxy, deps)
      if (!patch) continue
      const same = patches.get(patch.applyTo)
      if (same) same.push(patch)
      else patches.set(patch.applyTo, [patch])
    }
  }
  return { patches, records, notes }
}

/** A note about a whole resource. */
export function wholeNote(resource: string, message: string, severity: ApplyNote['severity'] = 'warning'): ApplyNote {
  return { resource, severity, matched: 0, changed: [], message }
}

function readPatch(entry: JsonObject, record: PatchRecord, proxy: ProxyIdentity, deps: ApplyDeps): Patch | undefined {
  const applyTo = stringAt(entry, 'apply_to')
  const match = objectAt(entry, 'match') ?? {}
  const why = whyWrongProxy(objectAt(match, 'proxy'), proxy)
  if (why) {
    record.skip(`changed nothing: ${why}`)
    return undefined
  }
  let operation = stringAt(entry, 'patch', 'operation')
  if (operation.startsWith('INSERT_') && !insertable.has(applyTo)) {
    record.warn(`${operation} on ${applyTo} is the same as ADD`)
    operation = 'ADD'
  }
  const raw = objectAt(entry, 'patch', 'value')
  const type = messageTypes[applyTo]
  let value: JsonObject | undefined
  if (raw && type) {
    // The webhook has read it once; here it is read again, as istiod does, for the value itself.
    const onUnknown = (path: string, message: string) => record.warn(`patch.value.${path}: ${message}, dropped`)
    const message = canonicalMessage(deps.registry, type, raw, { mode: 'istiod', onUnknown })
    value = isObject(message) ? message : undefined
  }
  return { applyTo, operation, context: (stringAt(match, 'context') || 'ANY') as PatchContext, match, value, record }
}

/** Why `match.proxy` leaves this proxy out, or undefined. The version is searched for the pattern, not matched whole. */
function whyWrongProxy(match: JsonObject | undefined, proxy: ProxyIdentity): string | undefined {
  if (!match) return undefined
  const pattern = stringAt(match, 'proxy_version')
  const version = proxy.version ?? '1.31.0'
  if (pattern.length > 1024) return 'match.proxy.proxyVersion is longer than 1024 characters, which matches no proxy'
  if (pattern !== '' && !RE2JS.compile(pattern).matcher(version).find()) {
    return `the proxy's version ${version} does not match ${pattern}`
  }
  for (const [key, value] of Object.entries(objectAt(match, 'metadata') ?? {})) {
    const own = proxy.metadata?.[key]
    if (own !== value)
      return `the proxy's metadata ${key} is ${own === undefined ? 'absent' : own}, not ${String(value)}`
  }
  return undefined
}
