import descriptorsUrl from '../envoy/descriptors.generated.binpb?url'
import { createEnvoyRegistry } from '../envoy/index.ts'
import codecsUrl from '../filters/common/compression/codecs.generated.wasm?url'
import luaUrl from '../lua/vm/lua.generated.wasm?url'
import type { RunMessage, WorkerMessage } from './protocol.ts'
import { runDesign, type SimulatorAssets } from './simulator.ts'

const DAY_MS = 86_400_000
const assets = load()

async function load(): Promise<SimulatorAssets> {
  const [descriptors, lua] = await Promise.all([fetch(descriptorsUrl), fetch(luaUrl)])
  if (!descriptors.ok || !lua.ok) throw new Error('the simulator could not be loaded')
  return {
    registry: createEnvoyRegistry(new Uint8Array(await descriptors.arrayBuffer())),
    lua: await WebAssembly.compile(await lua.arrayBuffer()),
    codecs: async () => WebAssembly.compile(await (await fetch(codecsUrl)).arrayBuffer()),
    now: () => performance.now(),
    // The day, not the moment: two runs of one day give the same trace.
    startTime: Math.floor(Date.now() / DAY_MS) * DAY_MS,
  }
}

self.onmessage = async ({ data: { id, design, options } }: MessageEvent<RunMessage>) => {
  const say = (message: WorkerMessage) => self.postMessage(message)
  try {
    const loaded = await assets
    say({ type: 'started', id })
    say({ type: 'done', id, result: await runDesign(loaded, design, options) })
  } catch (error) {
    const { message, path } = error as Error & { path?: string }
    say({ type: 'failed', id, message, ...(path === undefined ? {} : { path }) })
  }
}
