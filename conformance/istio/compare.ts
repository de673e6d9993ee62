// Compares `apply` with the real istiod on resource files: npx tsx conformance/istio/compare.ts [--base ID] FILE...
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { loadEnvoyRegistry } from '../../src/envoy/load.node.ts'
import { applyResources } from '../../src/istio/apply/index.ts'
import { equal, isObject, type Json, type JsonObject } from '../../src/istio/message/json.ts'
import { askIstiod } from './istiod.ts'
import { type BaseScenario, proxyConfigOf, readBase, scenarioOf } from './scenarios.ts'

const args = process.argv.slice(2)
const flag = (name: string) => {
  const index = args.indexOf(name)
  return index < 0 ? undefined : args.splice(index, 2)[1]
}
const only = flag('--base')
const verbose = flag('--show')
const registry = loadEnvoyRegistry().types
const tasks = args.flatMap((file) => {
  const documents = parseAllDocuments(readFileSync(file, 'utf8'))
    .map((document) => document.toJS() as unknown)
    .filter(
      (document) =>
        isObject(document) && ['EnvoyFilter', 'WasmPlugin', 'TrafficExtension'].includes(String(document.kind)),
    )
  const ids = only ? [only] : ['gateway', 'sidecar']
  return ids.map((id) => ({
    id: `${basename(file)} on ${id}`,
    base: id,
    ...retarget(documents as JsonObject[], readBase(id)),
  }))
})

/** The corpus selects other people's workloads: selectors and namespaces are pointed at the base's proxy. */
function retarget(documents: JsonObject[], base: BaseScenario): { resources: JsonObject[] } {
  return {
    resources: documents.map((document) => {
      const spec = { ...(document.spec as JsonObject) }
      delete spec.workloadSelector
      delete spec.selector
      delete spec.targetRefs
      const metadata = { ...(document.metadata as JsonObject), namespace: base.proxy.namespace }
      return { ...document, metadata, spec }
    }),
  }
}

const bases = [...new Set(tasks.map((task) => task.base))]
const answers = askIstiod([
  ...bases.map((id) => scenarioOf(`base ${id}`, readBase(id), [])),
  ...tasks.map((task) => scenarioOf(task.id, readBase(task.base), task.resources)),
])
let same = 0
let effective = 0
for (const task of tasks) {
  const answer = answers.get(task.id)
  const before = answers.get(`base ${task.base}`)
  if (!answer || answer.error || !before) {
    console.log(`ERROR ${task.id}: ${answer?.error ?? 'no answer'}`)
    continue
  }
  const base = proxyConfigOf(before)
  const want = proxyConfigOf(answer)
  const got = applyResources(base, readBase(task.base).proxy, task.resources, { registry })
  const sorted = proxyConfigOf({ ...got, endpoints: [] })
  const differences = (['listeners', 'routes', 'clusters'] as const).flatMap((key) => diff(sorted[key], want[key], key))
  if (!equal(base as unknown as Json, want as unknown as Json)) effective++
  if (differences.length === 0) same++
  else console.log(`DIFF ${task.id}\n  ${differences.slice(0, verbose ? 20 : 4).join('\n  ')}`)
  const refused = got.notes.filter((note) => note.severity === 'error')
  if (refused.length !== (answer.refused?.length ?? 0)) {
    console.log(
      `REFUSED ${task.id}: ${JSON.stringify(answer.refused)?.slice(0, 300)} / ${refused.map((note) => note.message)}`,
    )
  }
  if (verbose) for (const note of got.notes) console.log('  NOTE', JSON.stringify(note))
}
console.log(`${same} of ${tasks.length} agree; istiod changed something in ${effective}`)

function diff(got: Json | undefined, want: Json | undefined, path: string): string[] {
  if (equal(got, want)) return []
  if (Array.isArray(got) && Array.isArray(want) && got.length === want.length) {
    return got.flatMap((entry, i) => diff(entry, want[i], `${path}[${i}]`))
  }
  if (isObject(got) && isObject(want)) {
    return [...new Set([...Object.keys(got), ...Object.keys(want)])].flatMap((key) =>
      diff(got[key], want[key], `${path}.${key}`),
    )
  }
  return [`${path}: got ${JSON.stringify(got)?.slice(0, 200)} want ${JSON.stringify(want)?.slice(0, 200)}`]
}
