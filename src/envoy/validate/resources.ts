import type { JsonObject, JsonValue } from '@bufbuild/protobuf'
import type { Path } from '../document/path.ts'
import { isObject } from '../opaque.ts'
import type { Problem } from '../schema/problem.ts'
import { checkPatch } from './patches.ts'
import type { MessageReader } from './reader.ts'

const ENVOY_FILTER = 'istio.networking.v1alpha3.EnvoyFilter'
const VERSIONS: Record<string, { apiVersion: string; typeName: string }> = {
  EnvoyFilter: { apiVersion: 'networking.istio.io/v1alpha3', typeName: ENVOY_FILTER },
  WasmPlugin: { apiVersion: 'extensions.istio.io/v1alpha1', typeName: 'istio.extensions.v1alpha1.WasmPlugin' },
  TrafficExtension: {
    apiVersion: 'extensions.istio.io/v1alpha1',
    typeName: 'istio.extensions.v1alpha1.TrafficExtension',
  },
}

/**
 * A Kubernetes resource. Those that carry Envoy configuration are checked down to the patches; a List is checked item
 * by item; other kinds are passed over.
 */
export function checkResource(resource: JsonObject, path: Path, reader: MessageReader): void {
  if (resource.kind === 'List' && Array.isArray(resource.items)) {
    resource.items.forEach((item, index) => {
      if (isObject(item)) checkResource(item, [...path, 'items', index], reader)
    })
    return
  }
  const known = Object.hasOwn(VERSIONS, String(resource.kind)) ? VERSIONS[String(resource.kind)] : undefined
  if (!known) return
  const report = (at: Path, message: string, suggestion?: string) =>
    reader.report({ path: [...path, ...at], severity: 'error', rule: 'resource', message, suggestion })

  if (resource.apiVersion !== known.apiVersion) {
    const group = String(resource.apiVersion).split('/')[0]!
    if (!group.endsWith('istio.io')) {
      const message = `this ${resource.kind} is not Istio's but of ${group}; it is not checked`
      reader.report({ path: [...path, 'apiVersion'], severity: 'info', rule: 'resource', message })
      return
    }
    report(['apiVersion'], `the apiVersion of ${resource.kind} is ${known.apiVersion}`, known.apiVersion)
  }
  const metadata = isObject(resource.metadata) ? resource.metadata : undefined
  if (typeof (metadata?.name ?? metadata?.generateName) !== 'string') report(['metadata'], 'metadata.name is missing')
  if (!isObject(resource.spec)) {
    report(['spec'], `${resource.kind} needs a spec`)
    return
  }
  const spec = reader.read(known.typeName, resource.spec, [...path, 'spec']) as JsonObject
  if (known.typeName === ENVOY_FILTER) checkEnvoyFilter(spec, [...path, 'spec'], reader)
  else checkExtension(spec, [...path, 'spec'], reader)
}

function checkEnvoyFilter(spec: JsonObject, path: Path, reader: MessageReader): void {
  checkTargets(spec, path, reader)
  const patches = Array.isArray(spec.config_patches) ? (spec.config_patches as JsonObject[]) : []
  if (patches.length === 0) {
    const message = 'there are no configPatches; the resource changes nothing'
    reader.report({ path, severity: 'warning', rule: 'patch', message })
  }
  for (const [index, patch] of patches.entries()) checkPatch(patch, [...path, 'config_patches', index], reader)
}

function checkExtension(spec: JsonObject, path: Path, reader: MessageReader): void {
  checkTargets(spec, path, reader)
  const lua = isObject(spec.lua) ? spec.lua.inline_code : undefined
  if (typeof lua === 'string') reader.lua.push({ path: [...path, 'lua', 'inline_code'], source: lua })
}

/** Istio refuses a resource that names workloads in two ways. */
function checkTargets(spec: JsonObject, path: Path, reader: MessageReader): void {
  const selector: JsonValue | undefined = spec.workload_selector ?? spec.selector
  const targets = spec.target_refs
  if (selector === undefined || !Array.isArray(targets) || targets.length === 0) return
  const message = 'a workload selector and targetRefs exclude each other; keep one of them'
  const problem: Problem = { path: [...path, 'target_refs'], at: 'key', severity: 'error', rule: 'oneof', message }
  reader.report(problem)
}
