import descriptorsUrl from '../envoy/descriptors.generated.binpb?url'
import { createEnvoyRegistry, type EnvoyRegistry } from '../envoy/index.ts'
import { validateText } from '../envoy/validate/index.ts'
import type { CheckAnswer, CheckMessage } from './protocol.ts'

const loading = load()

async function load(): Promise<EnvoyRegistry> {
  const descriptors = await fetch(descriptorsUrl)
  if (!descriptors.ok) throw new Error(`Envoy's schema could not be loaded (status ${descriptors.status})`)
  return createEnvoyRegistry(new Uint8Array(await descriptors.arrayBuffer()))
}

self.onmessage = async ({ data: { id, text } }: MessageEvent<CheckMessage>) => {
  const say = (answer: CheckAnswer) => self.postMessage(answer)
  try {
    say({ id, findings: await validateText(text, await loading) })
  } catch (error) {
    say({ id, error: (error as Error).message })
  }
}
