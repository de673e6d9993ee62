// The live check against istiod: every recorded case, two filters at every pair of positions of the gateway, and random
// edits, exported and built. Ends with `N passed, N failed`. Run: npx tsx conformance/istio/live.ts (needs Go).
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { caseFiles } from './cases.ts'

const here = import.meta.dirname
const checks: [name: string, script: string, args: string[], weight: number][] = [
  ['recorded cases', 'record-cases.ts', ['--check'], caseFiles().length],
  ['two filters at every pair of positions', 'pairs.ts', ['gateway'], 1],
  ['random edits, exported', 'fuzz-export.ts', ['1', '60'], 1],
]
let passed = 0
let failed = 0
for (const [name, script, args, weight] of checks) {
  console.log(`== ${name}`)
  const { status } = spawnSync('npx', ['tsx', join(here, script), ...args], { stdio: 'inherit' })
  if (status === 0) passed += weight
  else failed++
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0
