import { readFileSync } from 'node:fs'
import { MemoryHost } from '../engine/host.ts'
import type { MessageRegistry } from '../engine/services.ts'
import { type SimulationInput, simulateCase } from '../engine/simulate.ts'
import { loadEnvoyRegistry } from '../envoy/load.node.ts'
import { loadCodecs } from '../filters/common/compression/codecs.node.ts'
import { simulatedFilters } from '../filters/index.ts'
import { createLuaService } from '../lua/index.ts'
import { loadLuaModule } from '../lua/vm/vm.node.ts'
import { createWasmService } from '../wasm/index.ts'
import { type CaseDocument, type CaseResult, readCase } from './case-document.ts'
import { EXIT_DONE, EXIT_INPUT, EXIT_USAGE } from './exit.ts'

/** What came of a case, or why it could not be run. */
export type Simulated = { results: CaseResult[] } | { error: string }

/**
 * `simulate CASE...`: prints a line of JSON for each file, in order: `{file, results}` or `{file, error}`. A file that
 * cannot be run does not keep the others from it.
 */
export async function simulateCommand(args: string[]): Promise<number> {
  if (args.length === 0 || args.some((arg) => arg.startsWith('--'))) {
    process.stderr.write('usage: chainwright simulate CASE...\n')
    return EXIT_USAGE
  }
  let failed = false
  for (const file of args) {
    const simulated = await simulateFile(file)
    failed ||= 'error' in simulated
    process.stdout.write(`${JSON.stringify({ file, ...simulated })}\n`)
  }
  return failed ? EXIT_INPUT : EXIT_DONE
}

async function simulateFile(file: string): Promise<Simulated> {
  try {
    return await simulateText(readFileSync(file, 'utf8'))
  } catch (error) {
    return { error: messageOf(error) }
  }
}

/** Runs a case's text; never throws. */
export async function simulateText(text: string): Promise<Simulated> {
  try {
    return await simulateDocument(readCase(text))
  } catch (error) {
    return { error: messageOf(error) }
  }
}

/** Runs a case through a proxy of its own; never throws. */
export async function simulateDocument(document: CaseDocument): Promise<Simulated> {
  try {
    const { results } = await simulateCase(document as SimulationInput, {
      registry: loadEnvoyRegistry() as MessageRegistry,
      catalogue: simulatedFilters(),
      host: await createHost(document),
    })
    return { results: results as CaseResult[] }
  } catch (error) {
    return { error: messageOf(error) }
  }
}

/** A host whose ids and chance are the same in every run; CEL and codecs are loaded only for configurations that speak of them. */
export async function createHost(document: CaseDocument): Promise<MemoryHost> {
  const lua = createLuaService(loadLuaModule())
  const wasm = createWasmService()
  const host = new MemoryHost({ services: { lua, wasm } })
  const config = JSON.stringify(document.config)
  if (config.includes('extensions.compression.')) host.services.codecs = loadCodecs()
  if (!/CEL|Cel|condition/.test(config)) return host
  const { createCelService } = await import('../engine/match/cel-service.ts')
  host.services.cel = createCelService(host.startTime)
  return host
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
