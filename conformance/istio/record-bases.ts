// Records what istiod sends the proxy of each base: the bundled ones into src/istio/bases/, the others into recorded/.
// Run: npx tsx conformance/istio/record-bases.ts
import { writeFileSync } from 'node:fs'
import { format } from './format.ts'
import { askIstiod } from './istiod.ts'
import { baseIds, proxyConfigOf, readBase, recordedPath, scenarioOf } from './scenarios.ts'

const ids = baseIds()
const answers = askIstiod(ids.map((id) => scenarioOf(id, readBase(id), [])))
for (const id of ids) {
  const answer = answers.get(id)
  if (!answer || answer.error || answer.refused) {
    throw new Error(`${id}: ${answer?.error ?? answer?.refused?.join('; ') ?? 'no answer'}`)
  }
  writeFileSync(recordedPath(id), `${JSON.stringify(proxyConfigOf(answer), null, 1)}\n`)
  console.log(`recorded ${id}`)
}
format(ids.map(recordedPath))
