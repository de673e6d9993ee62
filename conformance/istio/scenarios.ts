import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parse, stringify } from 'yaml'
import type { Answer, Scenario } from './istiod.ts'

const here = import.meta.dirname

/** A base as its YAML says it: who the proxy is and what is in the cluster. */
export interface BaseScenario {
  title: string
  summary: string
  proxy: { kind: 'gateway' | 'sidecar' | 'waypoint'; namespace: string; labels: Record<string, string>; address: string }
  kubernetes: string[]
  istio: unknown[]
}

/** The names of the bases under bases/. */
export function baseIds(): string[] {
  return readdirSync(join(here, 'bases'))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => basename(name, '.yaml'))
    .filter((name) => readFileSync(join(here, 'bases', `${name}.yaml`), 'utf8').includes('\nproxy:'))
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
  const more = typeof resources === 'string' ? [resources] : resources.map((resource) => stringify(resource, { aliasDuplicateObjects: false }))
  return {
    id,
    proxy: { ...base.proxy, ...proxy },
    istio: [...base.istio.map((resource) => stringify(resource)), ...more].join('\n---\n'),
    kubernetes: kubernetes.join('\n---\n'),
  }
}

/** What is kept of an answer as a base or an expectation. */
export function proxyConfigOf(answer: Answer): Pick<Answer, 'listeners' | 'routes' | 'clusters' | 'endpoints'> {
  const { listeners, routes, clusters, endpoints } = answer
  return { listeners, routes, clusters, endpoints }
}
