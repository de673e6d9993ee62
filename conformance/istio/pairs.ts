// Inserts two HTTP filters at every pair of positions of every connection manager of the bundled proxies, exports, asks
// the real istiod, and compares. Run: npx tsx conformance/istio/pairs.ts [--prefer envoyfilter] [BASE...] (needs Go).
import { loadEnvoyRegistry } from '../../src/envoy/load.node.ts'
import type { ProxyConfig } from '../../src/istio/apply/index.ts'
import { loadBase } from '../../src/istio/bases/index.ts'
import { exportResources } from '../../src/istio/export/index.ts'
import { named, stepsBetween } from '../../src/istio/message/difference.ts'
import { type JsonObject, objectsAt } from '../../src/istio/message/json.ts'
import { askIstiod } from './istiod.ts'
import { proxyConfigOf, readBase, scenarioOf } from './scenarios.ts'

const args = process.argv.slice(2)
const preferAt = args.indexOf('--prefer')
const prefer = preferAt >= 0 ? (args.splice(preferAt, 2)[1] as 'native' | 'envoyfilter') : 'native'
const registry = loadEnvoyRegistry().types
const lua = (name: string): JsonObject => ({
  name,
  typed_config: {
    '@type': 'type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua',
    default_source_code: { inline_string: `function envoy_on_request(h)\n  h:logInfo("${name}")\nend\n` },
  },
})
const mutation: JsonObject = {
  name: 'envoy.filters.http.header_mutation',
  typed_config: {
    '@type': 'type.googleapis.com/envoy.extensions.filters.http.header_mutation.v3.HeaderMutation',
    mutations: { request_mutations: [{ append: { header: { key: 'x-chain', value: 'yes' } } }] },
  },
}
const pairs: [JsonObject, JsonObject][] = [
  [lua('envoy.filters.http.lua'), mutation],
  [lua('one'), lua('two')],
]

/** Every list of HTTP filters of a proxy. */
function chains(config: ProxyConfig): JsonObject[][] {
  return config.listeners.flatMap((listener) =>
    [...objectsAt(listener, 'filter_chains'), ...objectsAt([listener.default_filter_chain ?? null])].flatMap((chain) =>
      objectsAt(chain, 'filters')
        .map((filter) => (filter.typed_config as JsonObject | undefined)?.http_filters)
        .filter((filters) => Array.isArray(filters)),
    ),
  ) as JsonObject[][]
}

interface Task {
  id: string
  base: string
  desired: ProxyConfig
}

async function tasksOf(base: string): Promise<Task[]> {
  const config = await loadBase(base)
  const tasks: Task[] = []
  const lists = chains(config)
  for (const [which, filters] of [...lists.entries(), [-1, lists[0] as JsonObject[]] as const]) {
    for (const [p, [a, b]] of pairs.entries()) {
      for (let i = 0; i < filters.length; i++) {
        for (let j = 0; j < filters.length; j++) {
          const desired = structuredClone(config)
          for (const [index, list] of chains(desired).entries()) {
            if (which >= 0 && index !== which) continue
            const last = list.length - 1
            const [x, y] = [Math.min(i, last), Math.min(j, last)]
            // The second goes in first if it stands further back, so that both positions are the base's.
            if (y >= x) list.splice(y, 0, structuredClone(b))
            list.splice(x, 0, structuredClone(a))
            if (y < x) list.splice(y, 0, structuredClone(b))
          }
          tasks.push({ id: `${base} chain ${which} pair ${p} at ${i},${j}`, base, desired })
        }
      }
    }
  }
  return tasks
}

const bases = args.length > 0 ? args : ['gateway', 'sidecar', 'waypoint']
let failures = 0
for (const base of bases) {
  const tasks = await tasksOf(base)
  const { proxy } = readBase(base)
  const config = await loadBase(base)
  const exported = new Map(
    tasks.map((task) => [task.id, exportResources(config, task.desired, proxy, { prefer }, { registry })]),
  )
  const answers = askIstiod(tasks.map((task) => scenarioOf(task.id, readBase(base), exported.get(task.id)?.yaml ?? '')))
  let native = 0
  for (const task of tasks) {
    const answer = answers.get(task.id)
    const result = exported.get(task.id)
    if (!answer || !result) throw new Error(`${task.id}: no answer`)
    const { listeners, routes, clusters } = proxyConfigOf(answer)
    // An extension's filter has a name of istiod's making; all else must be equal.
    const plain = (text: string) =>
      text.replaceAll(
        /"name":"(extensions\.istio\.io\/trafficextension\/[^"]*|one|two|envoy\.filters\.http\.lua)"/g,
        '"name":"lua"',
      )
    const same = (value: unknown) => JSON.parse(plain(JSON.stringify(value))) as JsonObject
    const steps = stepsBetween(same(named({ listeners, routes, clusters })), same(named(task.desired)))
    const errors = result.notes.filter((note) => note.severity === 'error')
    if (result.resources.some((resource) => resource.kind === 'TrafficExtension')) native++
    if (answer.error || answer.refused || steps.length > 0 || errors.length > 0) {
      failures++
      console.log(
        `${task.id}: ${answer.error ?? ''} ${answer.refused ?? ''} ${JSON.stringify(steps).slice(0, 300)} ${JSON.stringify(errors).slice(0, 300)}`,
      )
    }
  }
  console.log(`${base}: ${tasks.length} designs, ${native} with a TrafficExtension, ${failures} failures so far`)
}
process.exitCode = failures > 0 ? 1 : 0
