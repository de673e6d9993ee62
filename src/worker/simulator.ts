import { MemoryHost } from '../engine/host.ts'
import type { MessageRegistry } from '../engine/services.ts'
import { type SimulationInput, simulateCase } from '../engine/simulate.ts'
import type { EnvoyRegistry } from '../envoy/index.ts'
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
    host: await createHost(design, lua, assets.startTime),
    trace: true,
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

// CEL's evaluator is large: it is loaded for designs that speak of it.
async function createHost(design: Design, lua: unknown, startTime: number | undefined): Promise<MemoryHost> {
  const host = new MemoryHost({ startTime, services: { lua, wasm } })
  if (!/CEL|Cel|condition/.test(JSON.stringify(design.config))) return host
  const { createCelService } = await import('../engine/match/cel-service.ts')
  return new MemoryHost({ startTime, services: { lua, wasm, cel: createCelService(host.startTime) } })
}
