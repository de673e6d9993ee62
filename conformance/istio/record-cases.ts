// Records what istiod does with the cases under conformance/istio/cases; those with `desired` are exported first.
// Run: npx tsx conformance/istio/record-cases.ts [--check] [FILE...] (all cases without a name; needs Go). With --check
// nothing is written: it fails when istiod does something else than what is recorded.
import { readFileSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { loadEnvoyRegistry } from '../../src/envoy/load.node.ts'
import { exportResources } from '../../src/istio/export/index.ts'
import { stepsBetween } from '../../src/istio/message/difference.ts'
import { equal, type Json } from '../../src/istio/message/json.ts'
import { caseFiles, casePath, desiredOf, named, proxyOf, readCase, scenarioOfCase, withRecorded } from './cases.ts'
import { format } from './format.ts'
import { askIstiod } from './istiod.ts'
import { proxyConfigOf, recordedBase } from './scenarios.ts'

const args = process.argv.slice(2)
const check = args[0] === '--check'
const chosen = args.slice(check ? 1 : 0).map((name) => basename(name))
const files = chosen.length > 0 ? chosen : caseFiles()
const registry = loadEnvoyRegistry().types
const entries = new Map(files.map((file) => [file, readCase(file)]))
for (const entry of entries.values()) {
  if (!entry.desired) continue
  const base = recordedBase(entry.base)
  const desired = desiredOf(entry, base)
  entry.resources = exportResources(base, desired, proxyOf(entry), { prefer: entry.prefer }, { registry }).resources
}
const answers = askIstiod([...entries].map(([file, entry]) => scenarioOfCase(file, entry)))
for (const [file, entry] of entries) {
  const answer = answers.get(file)
  if (!answer || answer.error) throw new Error(`${file}: ${answer?.error ?? 'no answer'}`)
  const base = recordedBase(entry.base)
  const expect = stepsBetween(named(base), named(proxyConfigOf(answer)))
  const recorded = {
    ...(entry.desired ? { resources: entry.resources } : {}),
    ...(answer.refused ? { refused: answer.refused } : {}),
    expect,
  }
  if (check) {
    const was = { expect: entry.expect ?? [], refused: entry.refused ?? [] } as unknown as Json
    const is = { expect, refused: answer.refused ?? [] } as unknown as Json
    if (equal(was, is)) continue
    console.error(`${file}: istiod does not do what is recorded`)
    process.exitCode = 1
    continue
  }
  writeFileSync(casePath(file), withRecorded(readFileSync(casePath(file), 'utf8'), recorded))
  console.log(`recorded ${file}: ${expect.length} steps${answer.refused ? `, ${answer.refused.length} refused` : ''}`)
}
if (!check) format(files.map(casePath))
