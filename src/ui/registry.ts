import type { EnvoyRegistry } from '../envoy/registry.ts'

let loading: Promise<EnvoyRegistry> | undefined

/** Envoy's schema, fetched from the app's own files when it is first needed. */
export function loadRegistry(): Promise<EnvoyRegistry> {
  loading ??= load().catch((error: unknown) => {
    // A failed download may succeed the next time.
    loading = undefined
    throw error
  })
  return loading
}

async function load(): Promise<EnvoyRegistry> {
  const [{ createEnvoyRegistry }, response] = await Promise.all([
    import('../envoy/registry.ts'),
    fetch(new URL('../envoy/descriptors.generated.binpb', import.meta.url)),
  ])
  if (!response.ok) throw new Error(`Envoy's schema could not be loaded (status ${response.status})`)
  return createEnvoyRegistry(new Uint8Array(await response.arrayBuffer()))
}
