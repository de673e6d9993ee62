import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JsonObject } from '../../src/istio/message/json.ts'

const here = import.meta.dirname
const cache = join(here, '../../node_modules/.cache/chainwright')

/** A proxy and the resources its control plane knows, as YAML. */
export interface Scenario {
  id: string
  proxy: {
    kind: string
    namespace: string
    labels: Record<string, string>
    address?: string
    version?: string
    metadata?: Record<string, unknown>
  }
  istio: string
  kubernetes: string
  mesh?: string
}

/** What istiod would send; `refused` is what its webhook says of resources it would not admit. */
export interface Answer {
  id: string
  error?: string
  refused?: string[]
  listeners: JsonObject[]
  routes: JsonObject[]
  clusters: JsonObject[]
  endpoints: JsonObject[]
}

/**
 * Asks the real istiod about many scenarios (the first call builds it: minutes, then seconds).
 * `ISTIOD` names a binary that is already built; `ISTIOD_LOG` shows what istiod logs. Needs Go.
 */
export function askIstiod(scenarios: Scenario[]): Map<string, Answer> {
  const binary = process.env.ISTIOD ?? buildIstiod()
  // Ambient mode is a setting of the whole process: waypoints need it, and it adds HBONE to the other proxies' clusters.
  const ambient = scenarios.filter((scenario) => scenario.proxy.kind === 'waypoint')
  const plain = scenarios.filter((scenario) => scenario.proxy.kind !== 'waypoint')
  const answers = [
    ...inBatches(plain).flatMap((batch) => run(binary, batch, 'false')),
    ...inBatches(ambient).flatMap((batch) => run(binary, batch, 'true')),
  ]
  return new Map(answers.map((answer) => [answer.id, answer]))
}

/** Each in-memory istiod leaves something behind, so a process answers a limited number. */
function inBatches(scenarios: Scenario[], size = 150): Scenario[][] {
  const count = Math.ceil(scenarios.length / size)
  return Array.from({ length: count }, (_, i) => scenarios.slice(i * size, (i + 1) * size))
}

function run(binary: string, scenarios: Scenario[], ambient: 'true' | 'false'): Answer[] {
  const dir = mkdtempSync(join(tmpdir(), 'istiod-'))
  try {
    const out = join(dir, 'answers.jsonl')
    execFileSync(binary, ['-o', out], {
      input: scenarios.map((scenario) => JSON.stringify(scenario)).join('\n'),
      cwd: dir,
      env: { ...process.env, PILOT_ENABLE_AMBIENT: ambient },
      maxBuffer: 1 << 28,
      stdio: ['pipe', 'ignore', process.env.ISTIOD_LOG ? 'inherit' : 'ignore'],
    })
    const lines = readFileSync(out, 'utf8').split('\n').filter(Boolean)
    return lines.map((line) => JSON.parse(line) as Answer)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

function buildIstiod(): string {
  mkdirSync(cache, { recursive: true })
  const binary = join(cache, 'istiod-offline')
  execFileSync('go', ['build', '-o', binary, '.'], { cwd: here, stdio: ['ignore', 'inherit', 'inherit'] })
  return binary
}
