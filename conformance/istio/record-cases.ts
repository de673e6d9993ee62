// Records what istiod does with the cases under conformance/istio/cases.
// Run: npx tsx conformance/istio/record-cases.ts [FILE...] (all cases without a name; needs Go).
import { readFileSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { loadBase } from '../../src/istio/bases/index.ts'
import { stepsBetween } from '../../src/istio/message/difference.ts'
import { caseFiles, casePath, named, readCase, scenarioOfCase, withExpectation } from './cases.ts'
import { askIstiod } from './istiod.ts'
import { proxyConfigOf } from './scenarios.ts'

const chosen = process.argv.slice(2).map((name) => basename(name))
const files = chosen.length > 0 ? chosen : caseFiles()
const answers = askIstiod(files.map((file) => scenarioOfCase(file, readCase(file))))
for (const file of files) {
  const answer = answers.get(file)
  if (!answer || answer.error) throw new Error(`${file}: ${answer?.error ?? 'no answer'}`)
  const base = await loadBase(readCase(file).base)
  const steps = stepsBetween(named(base), named(proxyConfigOf(answer)))
  writeFileSync(casePath(file), withExpectation(readFileSync(casePath(file), 'utf8'), answer.refused, steps))
  console.log(`recorded ${file}: ${steps.length} steps${answer.refused ? `, ${answer.refused.length} refused` : ''}`)
}
