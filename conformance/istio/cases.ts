import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import type { ProxyConfig, ProxyIdentity } from '../../src/istio/apply/index.ts'
import { byName, named, type Step, takeSteps } from '../../src/istio/message/difference.ts'
import type { JsonObject } from '../../src/istio/message/json.ts'
import type { Scenario } from './istiod.ts'
import { readBase, scenarioOf } from './scenarios.ts'

const dir = join(import.meta.dirname, 'cases')

/** A recorded case: resources for one of the bundled proxies, and what istiod made of them. */
export interface Case {
  description: string
  /** gateway, sidecar or waypoint: a file of bases/. */
  base: string
  /** What differs from the base's proxy: labels, version, node metadata. */
  proxy?: Partial<ProxyIdentity>
  resources: JsonObject[]
  /** A case of export: the steps from the base to the proxy that is wanted. Its resources are recorded, too. */
  desired?: Step[]
  prefer?: 'native' | 'envoyfilter'
  /** Recorded: which resources the webhook refuses. */
  refused?: string[]
  /** Recorded: the steps from the base to what istiod sends. */
  expect?: Step[]
}

/** The files under cases/, in order. */
export function caseFiles(): string[] {
  return readdirSync(dir)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
}

export function readCase(file: string): Case {
  return parse(readFileSync(join(dir, file), 'utf8')) as Case
}

/** Where a case's file is. */
export function casePath(file: string): string {
  return join(dir, file)
}

/** The case with what istiod did put in the place of what was recorded before; what the author wrote stays above. */
export function withRecorded(text: string, recorded: Partial<Case>): string {
  const start = new RegExp(`^(${recorded.resources ? 'resources|' : ''}refused|expect):[\\s\\S]*$`, 'm')
  const kept = text.replace(start, '').trimEnd()
  return `${kept}\n${stringify(recorded, { lineWidth: 0, aliasDuplicateObjects: false })}`
}

/** The proxy that a case of export wants. */
export function desiredOf(entry: Case, base: ProxyConfig): ProxyConfig {
  const { listeners, routes, clusters } = takeSteps(named(base), entry.desired ?? []) as Record<string, JsonObject>
  const values = (part: JsonObject | undefined) => Object.values(part ?? {}) as JsonObject[]
  return { listeners: values(listeners), routes: values(routes), clusters: values(clusters), endpoints: base.endpoints }
}

export function scenarioOfCase(file: string, entry: Case): Scenario {
  return scenarioOf(file, readBase(entry.base), entry.resources, entry.proxy as Partial<Scenario['proxy']>)
}

/** The proxy a case speaks of. */
export function proxyOf(entry: Case): ProxyIdentity {
  return { ...readBase(entry.base).proxy, version: '1.31.0', ...entry.proxy }
}

/** What istiod sends in a recorded case, with names instead of indices. */
export function expectedOf(entry: Case, base: ProxyConfig): JsonObject {
  return takeSteps(named(base), entry.expect ?? []) as JsonObject
}

export { byName, named }
