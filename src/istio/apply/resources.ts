import type { Registry } from '@bufbuild/protobuf'
import { canonicalMessage } from '../message/canonical.ts'
import { at, isObject, type Json, type JsonObject, numberAt, objectsAt, stringAt } from '../message/json.ts'
import { MessageError } from '../message/scalar.ts'
import { validateEnvoyFilter } from './validate.ts'
import { validateExtension } from './validate-extension.ts'

/** Where a resource says which proxies it is for. */
export interface Attachment {
  kind: 'EnvoyFilter' | 'TrafficExtension' | 'WasmPlugin'
  name: string
  namespace: string
  /** Milliseconds since the epoch; resources without a creation time count as created together. */
  created: number
  /** Labels of the workloads; undefined selects every workload of the namespace. */
  selector: Record<string, string> | undefined
  targetRefs: { group: string; kind: string; name: string; namespace: string }[]
}

/** A resource that istiod would hold. `spec` is its message in canonical proto3 JSON. */
export interface Resource extends Attachment {
  /** `EnvoyFilter istio-system/name`, for notes. */
  label: string
  spec: JsonObject
}

/** What became of one document: a resource, one the webhook refuses, or one this module does not model. */
export type ReadResource =
  | { resource: Resource; warnings: string[] }
  | { label: string; refused: string }
  | { label: string; notModelled: string }

const kinds: Record<string, { group: string; type: string; versions: string[] }> = {
  EnvoyFilter: {
    group: 'networking.istio.io',
    type: 'istio.networking.v1alpha3.EnvoyFilter',
    versions: ['v1alpha3', 'v1'],
  },
  TrafficExtension: {
    group: 'extensions.istio.io',
    type: 'istio.extensions.v1alpha1.TrafficExtension',
    versions: ['v1alpha1'],
  },
  WasmPlugin: { group: 'extensions.istio.io', type: 'istio.extensions.v1alpha1.WasmPlugin', versions: ['v1alpha1'] },
}

/**
 * Reads a Kubernetes object as the API server, Istio's validating webhook and istiod do, in that order.
 * A resource the webhook refuses is never in the cluster, so it takes no part; why is in `refused`.
 */
export function readResource(registry: Registry, document: unknown): ReadResource {
  if (!isObject(document))
    return { label: 'document', refused: 'expected a Kubernetes object with apiVersion and kind' }
  const kind = stringAt(document, 'kind')
  const name = stringAt(document, 'metadata', 'name')
  const namespace = stringAt(document, 'metadata', 'namespace') || 'default'
  const label = `${kind || 'document'} ${namespace}/${name || '(no name)'}`
  const known = kinds[kind]
  const [group, version] = splitApiVersion(stringAt(document, 'apiVersion'))
  if (!known || group !== known.group) {
    return { label, notModelled: `${kind || 'this document'} is not an EnvoyFilter, TrafficExtension or WasmPlugin` }
  }
  if (!known.versions.includes(version)) {
    const expected = known.versions.map((entry) => `${known.group}/${entry}`).join(' or ')
    return { label, refused: `apiVersion ${group}/${version} does not exist for ${kind}; expected ${expected}` }
  }
  const warnings: string[] = []
  const onUnknown = (path: string, message: string) => warnings.push(`spec.${path}: ${message}; istiod ignores it`)
  try {
    const spec = canonicalMessage(registry, known.type, document.spec ?? {}, { mode: 'istiod', onUnknown }, '')
    if (!isObject(spec)) return { label, refused: 'spec: expected an object' }
    const refused =
      kind === 'EnvoyFilter' ? validateEnvoyFilter(registry, spec, warnings) : validateExtension(kind, spec)
    if (refused) return { label, refused }
    return { resource: { ...attachment(kind as Attachment['kind'], document, spec), label, spec }, warnings }
  } catch (error) {
    if (error instanceof MessageError) return { label, refused: `spec.${error.message}` }
    throw error
  }
}

function splitApiVersion(text: string): [group: string, version: string] {
  const slash = text.indexOf('/')
  return slash < 0 ? ['', text] : [text.slice(0, slash), text.slice(slash + 1)]
}

function attachment(kind: Attachment['kind'], document: JsonObject, spec: JsonObject): Attachment {
  const selector = kind === 'EnvoyFilter' ? at(spec, 'workload_selector') : at(spec, 'selector')
  const labels =
    kind === 'EnvoyFilter' ? at(selector, 'labels') : (at(selector, 'match_labels') ?? at(selector, 'matchLabels'))
  const refs = objectsAt(spec, 'targetRefs').concat(objectsAt(spec, 'target_refs'))
  const single = at(spec, 'targetRef') ?? at(spec, 'target_ref')
  if (refs.length === 0 && isObject(single)) refs.push(single)
  return {
    kind,
    name: stringAt(document, 'metadata', 'name'),
    namespace: stringAt(document, 'metadata', 'namespace') || 'default',
    created: creationTime(at(document, 'metadata', 'creationTimestamp')),
    // An EnvoyFilter whose selector has no labels is one without a selector; the two are told apart nowhere in istiod.
    selector: isObject(labels) ? (labels as Record<string, string>) : undefined,
    targetRefs: refs.map((ref) => ({
      group: stringAt(ref, 'group'),
      kind: stringAt(ref, 'kind'),
      name: stringAt(ref, 'name'),
      namespace: stringAt(ref, 'namespace'),
    })),
  }
}

/** All resources without a time share one, so that their names decide. */
const unknownTime = Date.parse('2026-01-01T00:00:00Z')

function creationTime(value: Json | undefined): number {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isNaN(time) ? unknownTime : time
}

/** The EnvoyFilter's priority; lower ones are applied first. */
export function priorityOf(resource: Resource): number {
  return numberAt(resource.spec, 'priority')
}
