import descriptorsUrl from '../envoy/descriptors.generated.binpb?url'
import { createEnvoyRegistry, type EnvoyRegistry } from '../envoy/index.ts'
import { packRead } from './pack-read.ts'
import type { ReadMessage } from './protocol.ts'
import { readDesign } from './read-design.ts'

async function loadRegistry(): Promise<EnvoyRegistry> {
  const descriptors = await fetch(descriptorsUrl)
  if (!descriptors.ok) throw new Error(`Envoy's schema could not be loaded (status ${descriptors.status})`)
  return createEnvoyRegistry(new Uint8Array(await descriptors.arrayBuffer()))
}

self.onmessage = async ({ data: { text, name } }: MessageEvent<ReadMessage>) => {
  self.postMessage(packRead(await readDesign(text, name, loadRegistry)))
}
