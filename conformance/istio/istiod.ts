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
 * Asks the real istiod about many scenarios in one process (the first call builds it: minutes, then seconds).
 * `ISTIOD` names a binary that is already built. Needs Go.
 */
export function askIstiod(scenarios: Scenario[]): Map<string, Answer> {
  const binary = process.env.ISTIOD ?? buildIstiod()
  const dir = mkdtempSync(join(tmpdir(), 'istiod-'))
  try {
    const out = join(dir, 'answers.jsonl')
    execFileSync(binary, ['-o', out], {
      input: scenarios.map((scenario) => JSON.stringify(scenario)).join('\n'),
      cwd: dir,
      maxBuffer: 1 << 28,
      stdio: ['pipe', 'ignore', process.env.ISTIOD_LOG ? 'inherit' : 'ignore'],
    })
    const lines = readFileSync(out, 'utf8').split('\n').filter(Boolean)
    return new Map(lines.map((line) => JSON.parse(line) as Answer).map((answer) => [answer.id, answer]))
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
