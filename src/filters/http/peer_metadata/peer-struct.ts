import { create, toBinary } from '@bufbuild/protobuf'
import { base64Encode } from '@bufbuild/protobuf/wire'
import { type Struct, StructSchema, type Value, ValueSchema } from '@bufbuild/protobuf/wkt'
import type { NodeInfo } from '../../../engine/services.ts'
import { isObject } from '../../../engine/stream-info.ts'

const CANONICAL_NAME = 'service.istio.io/canonical-name'
const CANONICAL_REVISION = 'service.istio.io/canonical-revision'

/** What a proxy says of its own workload, as the header carries it: base64 of the Struct of `peerStruct`. */
export function encodePeerMetadata(node: NodeInfo, additionalLabels: readonly string[] = []): string {
  return base64Encode(toBinary(StructSchema, peerStruct(node, additionalLabels)))
}

/**
 * A proxy's own workload: a Struct whose keys are in alphabetical order, made from the node's metadata (istio/proxy:
 * extensions/common/metadata_object.cc).
 */
export function peerStruct(node: NodeInfo, additionalLabels: readonly string[] = []): Struct {
  const { metadata } = node
  const text = (key: string) => (typeof metadata[key] === 'string' ? (metadata[key] as string) : undefined)
  const nodeLabels = isObject(metadata.LABELS) ? metadata.LABELS : {}
  const labels: Record<string, string> = {}
  const label = (name: string, ...from: string[]) => {
    const found = from.map((key) => nodeLabels[key]).find((value) => typeof value === 'string')
    if (typeof found === 'string') labels[name] = found
  }
  label(CANONICAL_NAME, CANONICAL_NAME, 'app.kubernetes.io/name', 'app')
  label(CANONICAL_REVISION, CANONICAL_REVISION, 'app.kubernetes.io/version', 'version')
  label('app', 'app')
  label('version', 'version')
  for (const name of additionalLabels) label(name, name)

  const fields: Record<string, Value> = {}
  for (const key of ['CLUSTER_ID', 'NAME', 'NAMESPACE', 'OWNER', 'WORKLOAD_NAME']) {
    const value = text(key)
    if (value) fields[key] = stringValue(value)
  }
  if (Object.keys(labels).length > 0) fields.LABELS = structValue(labels)
  return create(StructSchema, { fields: sorted(fields) })
}

function stringValue(value: string): Value {
  return create(ValueSchema, { kind: { case: 'stringValue', value } })
}

function structValue(entries: Record<string, string>): Value {
  const fields = Object.fromEntries(Object.entries(entries).map(([key, value]) => [key, stringValue(value)]))
  return create(ValueSchema, {
    kind: { case: 'structValue', value: create(StructSchema, { fields: sorted(fields) }) },
  })
}

function sorted<T>(fields: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)))
}
