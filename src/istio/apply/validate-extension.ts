import { at, isObject, type JsonObject, objectAt, objectsAt, stringAt } from '../message/json.ts'

/** What a policy can be attached to: `group/kind`. */
const targets = new Set([
  'core/Service',
  'networking.istio.io/ServiceEntry',
  'gateway.networking.k8s.io/Gateway',
  'gateway.networking.k8s.io/GatewayClass',
])

/**
 * What Istio's webhook says against a TrafficExtension or WasmPlugin (istio: pkg/config/validation/validation.go), or
 * undefined. `spec` is its canonical message.
 */
export function validateExtension(kind: string, spec: JsonObject): string | undefined {
  return validateTarget(spec) ?? validateMatch(spec) ?? validateContent(kind, spec)
}

function validateTarget(spec: JsonObject): string | undefined {
  const selector = objectAt(spec, 'selector')
  const single = objectAt(spec, 'targetRef')
  const refs = objectsAt(spec, 'targetRefs')
  if ([selector, single, refs[0]].filter((entry) => entry !== undefined).length > 1) {
    return 'spec: only one of selector, targetRef and targetRefs can be set'
  }
  for (const [key, value] of Object.entries(objectAt(selector, 'match_labels') ?? {})) {
    if (key === '') return 'spec.selector.matchLabels: a label has no name'
    if (key.includes('*') || String(value).includes('*')) {
      return `spec.selector.matchLabels.${key}: wildcards are not supported here`
    }
  }
  for (const [index, ref] of (single ? [single] : refs).entries()) {
    const path = single ? 'spec.targetRef' : `spec.targetRefs[${index}]`
    if (stringAt(ref, 'name') === '') return `${path}.name: missing`
    if (stringAt(ref, 'namespace') !== '') return `${path}.namespace: a target is always in the same namespace`
    const target = `${stringAt(ref, 'group') || 'core'}/${stringAt(ref, 'kind')}`
    if (!targets.has(target)) return `${path}: ${target} is not one of ${[...targets].join(', ')}`
  }
  return undefined
}

function validateMatch(spec: JsonObject): string | undefined {
  for (const [index, match] of objectsAt(spec, 'match').entries()) {
    for (const [i, port] of objectsAt(match, 'ports').entries()) {
      const number = Number(port.number ?? 0)
      if (number < 1 || number > 65_535) return `spec.match[${index}].ports[${i}].number: expected 1 to 65535`
    }
  }
  return undefined
}

function validateContent(kind: string, spec: JsonObject): string | undefined {
  const lua = objectAt(spec, 'lua')
  if (kind === 'TrafficExtension' && lua) {
    const code = stringAt(lua, 'inline_code')
    if (code === '') return 'spec.lua.inlineCode: missing'
    const size = new TextEncoder().encode(code).length
    return size > 65_536 ? `spec.lua.inlineCode: ${size} bytes, at most 65536 are accepted` : undefined
  }
  const wasm = kind === 'WasmPlugin' ? spec : objectAt(spec, 'wasm')
  if (!wasm) return 'spec: one of lua and wasm must be set'
  return validateWasm(wasm, kind === 'WasmPlugin' ? 'spec' : 'spec.wasm')
}

function validateWasm(wasm: JsonObject, path: string): string | undefined {
  const url = stringAt(wasm, 'url')
  if (url === '') return `${path}.url: missing`
  const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]*):\/\//.exec(url)?.[1]
  if (scheme !== undefined && !['file', 'http', 'https', 'oci'].includes(scheme.toLowerCase())) {
    return `${path}.url: ${scheme} is not one of file, http, https, oci`
  }
  if (/%(?![0-9a-fA-F]{2})/.test(url)) return `${path}.url: not a URL`
  const sha = stringAt(wasm, 'sha256')
  if (sha !== '' && !/^[0-9a-f]{64}$/.test(sha)) return `${path}.sha256: expected 64 lower-case hexadecimal digits`
  if (stringAt(wasm, 'image_pull_secret').length > 253) return `${path}.imagePullSecret: at most 253 characters`
  if (stringAt(wasm, 'plugin_name').length > 256) return `${path}.pluginName: at most 256 characters`
  return validateEnvironment(objectsAt(wasm, 'vm_config', 'env'), `${path}.vmConfig.env`)
}

function validateEnvironment(variables: JsonObject[], path: string): string | undefined {
  const seen = new Set<string>()
  for (const [index, variable] of variables.entries()) {
    const name = stringAt(variable, 'name')
    if (name === '' || name.length > 256) return `${path}[${index}].name: expected 1 to 256 characters`
    if (seen.has(name)) return `${path}[${index}].name: ${name} is there twice`
    seen.add(name)
    const source = at(variable, 'value_from')
    if (source !== undefined && source !== 'INLINE' && isObject(variable) && stringAt(variable, 'value') !== '') {
      return `${path}[${index}].value: only with valueFrom INLINE`
    }
  }
  return undefined
}
