import { at, equal, isObject, type Json, type JsonObject, stringAt } from '../message/json.ts'

const wasmType = 'type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm'
const failStrategies: Record<string, string> = {
  FAIL_OPEN: 'FAIL_OPEN',
  FAIL_CLOSED: 'FAIL_CLOSE',
  FAIL_RELOAD: 'FAIL_RELOAD',
}

/**
 * The WasmConfig of a TrafficExtension that says what an Envoy Wasm filter says, or undefined when the filter sets
 * something that Istio's API has no word for.
 */
export function wasmConfigOf(filter: JsonObject): JsonObject | undefined {
  const typed = filter.typed_config
  if (!isObject(typed) || typed['@type'] !== wasmType) return undefined
  const config = typed.config
  if (!isObject(config) || !onlyHas(typed, ['@type', 'config'])) return undefined
  if (!onlyHas(config, ['name', 'root_id', 'configuration', 'vm_config', 'failure_policy', 'fail_open']))
    return undefined
  const source = sourceOf(config.vm_config)
  const plugin = pluginConfigOf(config.configuration)
  if (!source || plugin === null) return undefined
  const strategy = config.fail_open === true ? 'FAIL_OPEN' : failStrategies[stringAt(config, 'failure_policy')]
  return {
    ...source,
    ...(stringAt(config, 'root_id') === '' ? {} : { pluginName: stringAt(config, 'root_id') }),
    ...(plugin ? { pluginConfig: plugin } : {}),
    ...(strategy ? { failStrategy: strategy } : {}),
  }
}

function onlyHas(message: JsonObject, fields: string[]): boolean {
  return Object.keys(message).every((key) => fields.includes(key))
}

/** Where the module is, and its environment. */
function sourceOf(vm: Json | undefined): JsonObject | undefined {
  if (!isObject(vm) || !onlyHas(vm, ['runtime', 'code', 'environment_variables'])) return undefined
  const runtime = stringAt(vm, 'runtime')
  if (runtime !== '' && runtime !== 'envoy.wasm.runtime.v8') return undefined
  const file = stringAt(vm, 'code', 'local', 'filename')
  const uri = stringAt(vm, 'code', 'remote', 'http_uri', 'uri')
  if (file === '' && uri === '') return undefined
  const sha256 = stringAt(vm, 'code', 'remote', 'sha256')
  const variables = at(vm, 'environment_variables', 'key_values')
  const env = isObject(variables)
    ? Object.entries(variables).map(([name, value]) => ({ name, value: value as Json }))
    : []
  const keys = at(vm, 'environment_variables', 'host_env_keys')
  const hosts = Array.isArray(keys) ? keys.map((name) => ({ name, valueFrom: 'HOST' })) : []
  return {
    url: file === '' ? uri : `file://${file}`,
    ...(sha256 === '' ? {} : { sha256 }),
    ...(env.length + hosts.length > 0 ? { vmConfig: { env: [...env, ...hosts] } } : {}),
  }
}

/** Istio hands the plugin its configuration as JSON text; anything else has no place. null means that it has none. */
function pluginConfigOf(configuration: Json | undefined): JsonObject | undefined | null {
  if (configuration === undefined) return undefined
  if (stringAt(configuration, '@type') !== 'type.googleapis.com/google.protobuf.StringValue') return null
  try {
    const parsed = JSON.parse(stringAt(configuration, 'value')) as Json
    return isObject(parsed) && !equal(parsed, {}) ? parsed : null
  } catch {
    return null
  }
}
