// Random edits of the bundled proxies, exported, and built by the real istiod: either it makes exactly what was wanted,
// or the export said which places it could not reach. Run: npx tsx conformance/istio/fuzz-export.ts [SEED [COUNT [BASE,...]]] (needs Go).
import { loadEnvoyRegistry } from '../../src/envoy/load.node.ts'
import type { ProxyConfig } from '../../src/istio/apply/index.ts'
import { exportResources } from '../../src/istio/export/index.ts'
import { named, stepsBetween } from '../../src/istio/message/difference.ts'
import type { JsonObject } from '../../src/istio/message/json.ts'
import { askIstiod } from './istiod.ts'
import { Random } from './random.ts'
import { randomEdit } from './random-edit.ts'
import { baseIds, proxyConfigOf, readBase, recordedBase, scenarioOf } from './scenarios.ts'

const seed = Number(process.argv[2] ?? 1)
const count = Number(process.argv[3] ?? 150)
const bases = process.argv[4]?.split(',') ?? baseIds()
const registry = loadEnvoyRegistry().types
const tasks: {
  id: string
  base: string
  edits: string[]
  desired: ProxyConfig
  result: ReturnType<typeof exportResources>
}[] = []
for (let i = 0; i < count; i++) {
  const random = new Random(seed * 100_003 + i)
  const base = random.pick(bases)
  const config = recordedBase(base)
  const desired = structuredClone(config)
  const edits = Array.from({ length: 1 + random.below(4) }, () => randomEdit(random, desired))
  const prefer = random.pick(['native', 'envoyfilter'] as const)
  const result = exportResources(config, desired, readBase(base).proxy, { prefer }, { registry })
  tasks.push({ id: `${seed}/${i} on ${base}, ${prefer}`, base, edits, desired, result })
}
const answers = askIstiod(tasks.map((task) => scenarioOf(task.id, readBase(task.base), task.result.yaml)))
const extension = /"extensions\.istio\.io\/trafficextension\/[^"]*"/g
let exact = 0
let said = 0
for (const { id, edits, desired, result } of tasks) {
  const answer = answers.get(id)
  const errors = result.notes.filter((note) => note.severity === 'error')
  if (!answer || answer.error) {
    console.log(`--- ${id}: ${answer?.error ?? 'no answer'}`)
    continue
  }
  const plain = (config: ProxyConfig) =>
    JSON.parse(
      JSON.stringify(named(proxyConfigOf({ ...config, endpoints: [] })))
        .replace(extension, '"a script"')
        .replace(/"script-\d"/g, '"a script"'),
    ) as JsonObject
  const steps = stepsBetween(plain(answer), plain(desired))
  if (steps.length === 0 && errors.length === 0) exact++
  else if (errors.length > 0) said++
  else
    console.log(
      `--- ${id}\n${edits.join('\n')}\n${steps
        .slice(0, 5)
        .map((step) => `${step.op} ${step.path} ${JSON.stringify(step.value)?.slice(0, 150)}`)
        .join('\n')}\n${answer.refused ?? ''}`,
    )
  if (errors.length > 0 && process.env.SHOW)
    console.log(
      `said ${id}\n  ${edits.join('\n  ')}\n  ${errors
        .slice(0, 3)
        .map((note) => `${note.place}: ${note.message}`)
        .join('\n  ')}`,
    )
}
console.log(
  `${exact} of ${count} exactly, ${said} said that they do not reach everything, ${count - exact - said} silently wrong`,
)
process.exitCode = exact + said < count ? 1 : 0
