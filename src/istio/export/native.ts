import { extensionFilterName } from '../apply/extension.ts'
import { type ChainInfo, describeChain } from '../apply/extensions.ts'
import { httpSlots, type Phase, phases } from '../apply/slots.ts'
import { equal, isObject, type Json, type JsonObject, objectsAt, stableText, stringAt } from '../message/json.ts'
import { type Names, slug } from './names.ts'
import { type ChainPair, managerOf } from './pairs.ts'
import { extensionTarget } from './targets.ts'
import type { ExportContext, ExportedResource } from './types.ts'
import { wasmConfigOf } from './wasm-config.ts'

/** A filter that a TrafficExtension or WasmPlugin can stand for, in every chain that has it. */
export interface Native {
  filter: JsonObject
  kind: 'TrafficExtension' | 'WasmPlugin'
  content: JsonObject
  chains: ChainPair[]
  phase: Phase
  match: JsonObject | undefined
  /** The resource's name and the one istiod gives its filter. */
  name: string
  filterName: string
  priority?: number
}

const luaType = 'type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua'

/**
 * The new HTTP filters that Istio has a kind of its own for, as far as its slots put them exactly where they are wanted.
 * Each says why not in a note when the slots do not.
 */
export function findNatives(chains: ChainPair[], context: ExportContext, names: Names): Native[] {
  const found = new Map<string, { filter: JsonObject; chains: ChainPair[] }>()
  for (const chain of chains) {
    const before = objectsAt(managerOf(chain.before)?.config, 'http_filters').map((filter) => stringAt(filter, 'name'))
    if (!managerOf(chain.before)) continue
    for (const filter of objectsAt(managerOf(chain.after)?.config, 'http_filters')) {
      if (before.includes(stringAt(filter, 'name')) || !contentOf(filter, context)) continue
      const key = stableText(filter)
      const entry = found.get(key)
      if (entry) entry.chains.push(chain)
      else found.set(key, { filter, chains: [chain] })
    }
  }
  const natives: Native[] = []
  const named = namesInRoutes(context.desired.listeners as Json, namesInRoutes(context.desired.routes as Json))
  for (const { filter, chains: own } of found.values()) {
    const native = nativeOf(filter, own, chains, context, named)
    if ('why' in native) {
      context.notes.push({ severity: 'info', place: `http filter ${stringAt(filter, 'name')}`, message: native.why })
      continue
    }
    const name = names.take(slug(stringAt(filter, 'name')))
    natives.push({ ...native, name, filterName: extensionFilterName(native.kind, context.proxy.namespace, name) })
  }
  prioritise(natives)
  return natives
}

/** What goes into the resource, or undefined when the filter has no resource of its own. */
function contentOf(filter: JsonObject, context: ExportContext): Pick<Native, 'kind' | 'content'> | undefined {
  const modern = minorOf(context.options.istio) >= 30
  const wasm = wasmConfigOf(filter)
  if (wasm) return modern ? { kind: 'TrafficExtension', content: { wasm } } : { kind: 'WasmPlugin', content: wasm }
  const config = filter.typed_config
  if (!modern || !isObject(config) || config['@type'] !== luaType) return undefined
  const code = stringAt(config, 'default_source_code', 'inline_string')
  if (code === '' || Object.keys(config).length !== 2 || Object.keys(filter).length !== 2) return undefined
  if (new TextEncoder().encode(code).length > 65_536) return undefined
  return { kind: 'TrafficExtension', content: { lua: { inlineCode: code } } }
}

/** The minor number of `1.31` or `1.31.2`. */
export function minorOf(version: string): number {
  return Number(version.split('.')[1] ?? 0)
}

function nativeOf(
  filter: JsonObject,
  own: ChainPair[],
  all: ChainPair[],
  context: ExportContext,
  named: Set<string>,
): Omit<Native, 'name' | 'filterName'> | { why: string } {
  const name = stringAt(filter, 'name')
  if (named.has(name)) return { why: 'an EnvoyFilter, because routes name the filter and Istio would rename it' }
  if (new Set(own).size < own.length) return { why: 'an EnvoyFilter, because it stands twice in one chain' }
  const phase = phases
    .toReversed()
    .find((candidate) => own.every((chain) => standsInSlot(filter, chain, candidate, context)))
  if (!phase) return { why: "an EnvoyFilter, because none of Istio's slots for extensions is at its place" }
  const match = matchFor(own, all, context)
  if (match === undefined) return { why: 'an EnvoyFilter, because mode and port do not choose these chains alone' }
  const content = contentOf(filter, context)
  return { filter, chains: own, phase, match: match ?? undefined, ...(content as Pick<Native, 'kind' | 'content'>) }
}

/** True when exactly the base's filters in front of the slot are in front of the filter. */
function standsInSlot(filter: JsonObject, chain: ChainPair, phase: Phase, { proxy }: ExportContext): boolean {
  const before = objectsAt(managerOf(chain.before)?.config, 'http_filters')
  const after = objectsAt(managerOf(chain.after)?.config, 'http_filters')
  const slot = httpSlots(before, proxy.kind === 'waypoint')[phase]
  const position = after.findIndex((candidate) => equal(candidate, filter))
  // CUSTOM authorization and rules both are RBAC filters: the first of a name is the first, the second the second.
  const seen = new Map<string, number>()
  return after.every((candidate, index) => {
    const name = stringAt(candidate, 'name')
    const nth = seen.get(name) ?? 0
    seen.set(name, nth + 1)
    const sources = before.flatMap((other, source) => (stringAt(other, 'name') === name ? [source] : []))
    const source = sources[nth]
    return source === undefined || source < slot === index < position
  })
}

/** The plainest `match` that chooses these chains: null for none at all, undefined when there is no such match. */
function matchFor(own: ChainPair[], all: ChainPair[], { proxy }: ExportContext): JsonObject | null | undefined {
  const infos = new Map<ChainPair, ChainInfo>()
  for (const chain of all) {
    const info = managerOf(chain.before) && chain.before && describeChain(chain.listener, chain.before, proxy)
    if (info) infos.set(chain, info)
  }
  const mine = own.map((chain) => infos.get(chain))
  if (mine.some((info) => !info)) return undefined
  const chosen = new Set(own)
  const exact = (test: (info: ChainInfo) => boolean) =>
    [...infos].every(([chain, info]) => test(info) === chosen.has(chain))
  if (exact(() => true)) return null
  for (const mode of ['CLIENT', 'SERVER'] as const) if (exact((info) => info.mode === mode)) return { mode }
  const ports = [...new Set(mine.map((info) => info?.port ?? 0))].sort((a, b) => a - b)
  if (ports.includes(0)) return undefined
  const written = ports.map((number) => ({ number }))
  for (const mode of ['CLIENT', 'SERVER'] as const) {
    if (exact((info) => info.mode === mode && ports.includes(info.port))) return { mode, ports: written }
  }
  return exact((info) => ports.includes(info.port)) ? { ports: written } : undefined
}

/** Several extensions of one phase are put in order by priority; a single one needs none. */
function prioritise(natives: Native[]): void {
  for (const phase of phases) {
    const group = natives.filter((native) => native.phase === phase)
    if (group.length < 2) continue
    const position = (native: Native) => {
      const after = objectsAt(managerOf(native.chains[0]?.after)?.config, 'http_filters')
      return after.findIndex((candidate) => equal(candidate, native.filter))
    }
    const ordered = group.toSorted((a, b) => position(a) - position(b))
    for (const [index, native] of ordered.entries()) native.priority = (ordered.length - index) * 10
  }
}

/** The filter names that per-route configuration refers to. */
function namesInRoutes(value: Json, found = new Set<string>()): Set<string> {
  if (Array.isArray(value)) for (const entry of value) namesInRoutes(entry, found)
  else if (isObject(value)) {
    for (const [key, entry] of Object.entries(value)) {
      if (key === 'typed_per_filter_config' && isObject(entry)) for (const name of Object.keys(entry)) found.add(name)
      else namesInRoutes(entry, found)
    }
  }
  return found
}

/** The Kubernetes object of a native. */
export function nativeResource(native: Native, context: ExportContext): ExportedResource {
  const { proxy } = context
  const own = native.kind === 'WasmPlugin' && native.phase === 'UNSPECIFIED' ? undefined : native.phase
  const spec: JsonObject = {
    ...extensionTarget(proxy),
    ...(own && own !== 'UNSPECIFIED' ? { phase: own } : {}),
    ...(native.priority === undefined ? {} : { priority: native.priority }),
    ...(native.match ? { match: [native.match] } : {}),
    ...native.content,
  }
  return {
    comment: `${stringAt(native.filter, 'name')}, in the slot that Istio has for extensions`,
    resource: {
      apiVersion: 'extensions.istio.io/v1alpha1',
      kind: native.kind,
      metadata: { name: native.name, namespace: proxy.namespace },
      spec,
    },
  }
}
