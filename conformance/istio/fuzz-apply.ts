// Random EnvoyFilters and extensions over the bundled proxies, through `apply` and through the real istiod.
// Run: npx tsx conformance/istio/fuzz-apply.ts [SEED [COUNT [BASE,...]]] (needs Go). Prints the resources of what differs.
import { stringify } from 'yaml'
import { loadEnvoyRegistry } from '../../src/envoy/load.node.ts'
import { applyResources } from '../../src/istio/apply/index.ts'
import { named, stepsBetween } from '../../src/istio/message/difference.ts'
import { isObject, type Json, type JsonObject, objectsAt } from '../../src/istio/message/json.ts'
import { askIstiod } from './istiod.ts'
import { Random } from './random.ts'
import { randomResource } from './random-resource.ts'
import { baseIds, proxyConfigOf, readBase, recordedBase, scenarioOf } from './scenarios.ts'

const seed = Number(process.argv[2] ?? 1)
const count = Number(process.argv[3] ?? 150)
const registry = loadEnvoyRegistry().types
const bases = process.argv[4]?.split(',') ?? baseIds()
const tasks = Array.from({ length: count }, (_, i) => {
  const random = new Random(seed * 100_003 + i)
  const base = random.pick(bases)
  const resources = Array.from({ length: 1 + random.below(3) }, (_, n) =>
    randomResource(random, readBase(base), recordedBase(base), `r${n}`),
  )
  return { id: `${seed}/${i} on ${base}`, base, resources }
})
const answers = askIstiod(tasks.map((task) => scenarioOf(task.id, readBase(task.base), task.resources)))
let different = 0
let changed = 0
for (const { id, base, resources } of tasks) {
  const answer = answers.get(id)
  const config = recordedBase(base)
  const got = applyResources(config, readBase(base).proxy, resources, { registry })
  if (!answer || answer.error) {
    console.log(`${id}: ${answer?.error ?? 'no answer'}`)
    continue
  }
  const want = named(proxyConfigOf(answer))
  if (stepsBetween(named(config), want).length > 0) changed++
  const steps = stepsBetween(named(got), want)
  const refused = got.notes.filter((note) => note.severity === 'error').map((note) => note.message)
  if (steps.length === 0 && refused.length === (answer.refused?.length ?? 0)) continue
  different++
  console.log(`--- ${id}`)
  for (const step of steps.slice(0, 6)) console.log(step.op, step.path, JSON.stringify(step.value)?.slice(0, 200))
  if (refused.length !== (answer.refused?.length ?? 0)) console.log('refused', answer.refused, refused)
  console.log(resources.map((resource) => stringify(short(resource))).join('---\n'))
}
console.log(`${count - different} of ${count} agree, ${changed} changed something`)
process.exitCode = different > 0 ? 1 : 0

/** Without the fields that are always the same. */
function short(resource: JsonObject): Json {
  const patches = objectsAt(resource, 'spec', 'configPatches').map((patch) => JSON.stringify(patch))
  if (patches.length > 0 && isObject(resource.spec))
    return { ...resource, spec: { ...resource.spec, configPatches: patches } }
  return resource
}
