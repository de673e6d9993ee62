// Records what istiod sends each of the bundled proxies, into src/istio/bases/. Run: npx tsx conformance/istio/record-bases.ts
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { askIstiod } from './istiod.ts'
import { baseIds, proxyConfigOf, readBase, scenarioOf } from './scenarios.ts'

const target = join(import.meta.dirname, '../../src/istio/bases')
const ids = baseIds()
const answers = askIstiod(ids.map((id) => scenarioOf(id, readBase(id), [])))
for (const id of ids) {
  const answer = answers.get(id)
  if (!answer || answer.error || answer.refused) {
    throw new Error(`${id}: ${answer?.error ?? answer?.refused?.join('; ') ?? 'no answer'}`)
  }
  writeFileSync(join(target, `${id}.json`), `${JSON.stringify(proxyConfigOf(answer), null, 1)}\n`)
  console.log(`recorded ${id}`)
}
