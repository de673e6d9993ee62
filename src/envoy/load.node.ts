import { readFileSync } from 'node:fs'
import { createEnvoyRegistry, type EnvoyRegistry } from './registry.ts'

let loaded: EnvoyRegistry | undefined

/** The registry of Envoy's types, read from disk once for a process. */
export function loadEnvoyRegistry(): EnvoyRegistry {
  loaded ??= createEnvoyRegistry(readFileSync(new URL('./descriptors.generated.binpb', import.meta.url)))
  return loaded
}
