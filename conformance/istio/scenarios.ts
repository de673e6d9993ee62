import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parse } from 'yaml'
import type { ProxyConfig } from '../../src/istio/apply/index.ts'
import { listBases } from '../../src/istio/bases/index.ts'
import type { JsonObject } from '../../src/istio/message/json.ts'
import type { Answer, Scenario } from './istiod.ts'

const here = import.meta.dirname

/** A base as its YAML says it: who the proxy is and what is in the cluster. */
export interface BaseScenario {
  proxy: {
    kind: 'gateway' | 'sidecar' | 'waypoint'
    namespace: string
    labels: Record<string, string>
    address: string
  }
  kubernetes: string[]
  istio: unknown[]
  /** A MeshConfig; without one, what the Helm chart sets. */
  mesh?: unknown
}

/** The names of the bases under bases/. */
export function baseIds(): string[] {
  return readdirSync(join(here, 'bases'))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => basename(name, '.yaml'))
    .filter((name) => readFileSync(join(here, 'bases', `${name}.yaml`), 'utf8').includes('\nproxy:'))
}

/** Where what istiod sends the base's proxy is recorded: the bundled ones beside the app, the others here. */
export function recordedPath(id: string): string {
  const bundled = listBases().some((base) => base.id === id)
  return join(here, bundled ? '../../src/istio/bases' : 'recorded', `${id}.json`)
}

/** What istiod sends the base's proxy, as recorded. */
export function recordedBase(id: string): ProxyConfig {
  return JSON.parse(readFileSync(recordedPath(id), 'utf8')) as ProxyConfig
}

export function readBase(id: string): BaseScenario {
  return parse(readFileSync(join(here, 'bases', `${id}.yaml`), 'utf8')) as BaseScenario
}

/** The scenario of a base with more resources in the cluster, for istiod. */
export function scenarioOf(
  id: string,
  base: BaseScenario,
  resources: unknown[] | string,
  proxy: Partial<Scenario['proxy']> = {},
): Scenario {
  const kubernetes = base.kubernetes.map((name) => readFileSync(join(here, 'bases', name), 'utf8'))
  // JSON, because Kubernetes reads YAML 1.1, where a bare `yes` is true.
  const more = typeof resources === 'string' ? [resources] : resources.map((resource) => JSON.stringify(resource))
  return {
    id,
    proxy: { ...base.proxy, ...proxy },
    istio: [...base.istio.map((resource) => JSON.stringify(resource)), ...more].join('\n---\n'),
    kubernetes: kubernetes.join('\n---\n'),
    ...(base.mesh ? { mesh: JSON.stringify(base.mesh) } : {}),
  }
}

/**
 * What is kept of an answer, in an order that does not change from run to run: istiod builds a gateway's
 * and a sidecar's outbound listeners, its routes and its inbound clusters in the order of a Go map, which is random.
 */
export function proxyConfigOf(
  answer: Omit<Answer, 'id'>,
): Pick<Answer, 'listeners' | 'routes' | 'clusters' | 'endpoints'> {
  const { listeners, routes, clusters, endpoints } = answer
  const fixed = listeners.findIndex((listener) => /^(virtualOutbound|connect_terminate)$/.test(String(listener.name)))
  const random = fixed < 0 ? listeners.length : fixed
  return {
    listeners: [...sorted(listeners.slice(0, random), 'name'), ...listeners.slice(random)],
    routes: sorted(routes, 'name'),
    clusters: sortRun(clusters, (name) => name.startsWith('inbound|')),
    endpoints: sorted(endpoints, 'cluster_name'),
  }
}

const byNumber = new Intl.Collator('en', { numeric: true })

function sorted(messages: JsonObject[], key: string): JsonObject[] {
  return messages.toSorted((a, b) => byNumber.compare(String(a[key]), String(b[key])))
}

/** Sorts, in their own places, the messages whose name belongs to the run. */
function sortRun(messages: JsonObject[], belongs: (name: string) => boolean): JsonObject[] {
  const run = sorted(
    messages.filter((message) => belongs(String(message.name))),
    'name',
  )
  return messages.map((message) => (belongs(String(message.name)) ? (run.shift() as JsonObject) : message))
}
