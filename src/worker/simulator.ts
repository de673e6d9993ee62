import { MemoryHost } from '../engine/host.ts'
import type { MessageRegistry } from '../engine/services.ts'
import { type SimulationInput, simulateCase } from '../engine/simulate.ts'
import type { EnvoyRegistry } from '../envoy/index.ts'
import { CodecService } from '../filters/common/compression/codecs.ts'
import { simulatedFilters } from '../filters/index.ts'
import { createLuaService } from '../lua/index.ts'
import type { Design } from '../model/design.ts'
import { createWasmService } from '../wasm/index.ts'
import { nodeOf } from './node.ts'
import type { RunOptions, RunResult } from './protocol.ts'

/** What a simulator is made of, loaded once. */
export interface SimulatorAssets {
  registry: EnvoyRegistry
  /** The Lua machine, compiled. */
  lua: WebAssembly.Module
  /** Fetches what compresses and unpacks, compiled; asked for by designs that need it. */
  codecs?(): Promise<WebAssembly.Module>
  /** The clock for `tookMs`, in milliseconds. */
  now(): number
  /** When the run begins, in milliseconds since 1970: certificates are valid or not by it. */
  startTime?: number
}

/**
 * Runs a design's requests and connections, in order, through one fresh proxy.
 * @throws ConfigError with the document path of what Envoy would refuse.
 */
export async function runDesign(assets: SimulatorAssets, design: Design, options: RunOptions): Promise<RunResult> {
  const began = assets.now()
  const lua = createLuaService(assets.lua, options.stepping ? { stepping: {} } : {})
  const { requests, connections } = upTo(design, options.upTo)
  const config = { node: design.istio && nodeOf(design.istio), ...design.config }
  const input = { ...design, config, requests, connections } as unknown as SimulationInput
  const { results, traces } = await simulateCase(input, {
    registry: assets.registry as MessageRegistry,
    catalogue: simulatedFilters(),
    host: await createHost(assets, design, lua),
    trace: true,
    // Whoever designs a mesh means a workload, whose proxy or server speaks what its cluster does.
    serversSpeakTls: true,
  })
  return {
    requests: results.map((result, i) => ({
      result,
      steps: traces[i]?.steps ?? [],
      truncated: traces[i]?.truncated ?? false,
    })),
    scriptSteps: lua.steps?.steps ?? [],
    tookMs: assets.now() - began,
  }
}

function upTo({ requests, connections }: Design, last: number | undefined) {
  if (last === undefined) return { requests, connections }
  return {
    requests: requests.slice(0, last + 1),
    connections: connections.slice(0, Math.max(0, last + 1 - requests.length)),
  }
}

/** Modules stay compiled from run to run. */
const wasm = createWasmService()

let codecs: Promise<CodecService> | undefined

// CEL's evaluator and the codecs are large: they are loaded for designs that speak of them.
async function createHost(assets: SimulatorAssets, design: Design, lua: unknown): Promise<MemoryHost> {
  const { startTime } = assets
  const host = new MemoryHost({ startTime, services: { lua, wasm } })
  const config = JSON.stringify(design.config)
  if (assets.codecs && config.includes('extensions.compression.')) {
    codecs ??= assets.codecs().then((module) => new CodecService(module))
    host.services.codecs = await codecs
  }
  if (!/CEL|Cel|condition/.test(config)) return host
  const { createCelService } = await import('../engine/match/cel-service.ts')
  host.services.cel = createCelService(host.startTime)
  return host
}
