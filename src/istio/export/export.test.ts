import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { caseFiles, desiredOf, expectedOf, named, proxyOf, readCase } from '../../../conformance/istio/cases.ts'
import { recordedBase } from '../../../conformance/istio/scenarios.ts'
import { readDocuments } from '../../envoy/index.ts'
import { loadEnvoyRegistry } from '../../envoy/load.node.ts'
import { applyResources, type ProxyConfig } from '../apply/index.ts'
import { listBases, loadBase } from '../bases/index.ts'
import { copy, type Json, type JsonObject, objectsAt, stringAt } from '../message/json.ts'
import { exportResources } from './index.ts'

const registry = loadEnvoyRegistry().types

/** An extension's filter carries istiod's name; a Wasm module comes by ECDS. All else must be as wanted. */
function withoutNativeParts(config: Json): Json {
  const extension = 'extensions.istio.io/trafficextension/'
  return JSON.parse(JSON.stringify(config), (_, value) => {
    const own = value as { name?: unknown; typed_config?: { '@type'?: string } }
    const type = own?.typed_config?.['@type'] ?? ''
    if (
      typeof own?.name === 'string' &&
      (own.name.startsWith(extension) || /\.(lua|wasm)\.v3\.(Lua|Wasm)$/.test(type))
    ) {
      return {
        name: 'native',
        code: (value as JsonObject).config_discovery || type.endsWith('Wasm') ? 'wasm' : value.typed_config,
      }
    }
    return value
  }) as Json
}

describe('export gives resources that istiod makes the wanted proxy of', () => {
  for (const file of caseFiles()) {
    const entry = readCase(file)
    if (!entry.desired) continue
    it(file.replace('.yaml', ''), async () => {
      const base = recordedBase(entry.base)
      const desired = desiredOf(entry, base)
      const result = exportResources(base, desired, proxyOf(entry), { prefer: entry.prefer }, { registry })
      expect(result.resources).toEqual(entry.resources)
      expect(result.notes.filter((note) => note.severity === 'error')).toEqual([])
      expect(withoutNativeParts(expectedOf(entry, base))).toEqual(withoutNativeParts(named(desired)))
      // Kubernetes reads the text as YAML 1.1 and must see the very same objects.
      const read = readDocuments(result.yaml, { dialect: 'kubernetes' }).map((document) => document.json)
      expect(read).toEqual(result.resources)
      expect(parseAllDocuments(result.yaml, { version: '1.1' }).flatMap((document) => document.errors)).toEqual([])
    })
  }
})

const script = (name: string): JsonObject => ({
  name,
  typed_config: {
    '@type': 'type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua',
    default_source_code: { inline_string: `-- ${name}` },
  },
})
const mutation: JsonObject = {
  name: 'envoy.filters.http.header_mutation',
  typed_config: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.header_mutation.v3.HeaderMutation' },
}

function httpChains(config: ProxyConfig): JsonObject[][] {
  return config.listeners.flatMap((listener) =>
    objectsAt(listener, 'filter_chains').flatMap((chain) =>
      objectsAt(chain, 'filters').flatMap((filter) => {
        const filters = (filter.typed_config as JsonObject | undefined)?.http_filters
        return Array.isArray(filters) ? [filters as JsonObject[]] : []
      }),
    ),
  )
}

describe('two filters at any position', () => {
  for (const { id, proxy } of listBases()) {
    for (const prefer of ['native', 'envoyfilter'] as const) {
      it(`${id}, ${prefer}`, async () => {
        const base = await loadBase(id)
        const before = httpChains(base)
        // Every pair of positions in one chain, and a few in all of them: the rest is the same work again.
        const which = before.length - 1
        const length = before[which]?.length ?? 0
        for (let i = 0; i < length; i++) {
          for (let j = i; j < length; j++) {
            const desired = copy(base as unknown as JsonObject) as unknown as ProxyConfig
            httpChains(desired)[which]?.splice(j, 0, copy(mutation))
            httpChains(desired)[which]?.splice(i, 0, script('mine'))
            const { resources, notes } = exportResources(base, desired, proxy, { prefer }, { registry })
            expect(
              notes.filter((note) => note.severity === 'error'),
              `${i}, ${j}`,
            ).toEqual([])
            if (prefer === 'envoyfilter') expect(resources.every(({ kind }) => kind === 'EnvoyFilter')).toBe(true)
            const built = applyResources(base, proxy, resources, { registry })
            expect(withoutNativeParts(named(built)), `${i}, ${j}`).toEqual(withoutNativeParts(named(desired)))
          }
        }
      })
    }
  }
})

describe('what cannot be exported is said', () => {
  it('names a route configuration that no resource can add', async () => {
    const base = await loadBase('gateway')
    const desired = { ...base, routes: [...base.routes, { name: 'http.9999' }] }
    const proxy = listBases()[0]!.proxy
    const { notes, yaml } = exportResources(base, desired, proxy, {}, { registry })
    expect(yaml).toBe('')
    expect(notes.map((note) => [note.severity, note.place])).toContainEqual(['error', 'route configuration http.9999'])
  })

  it('names a filter whose type istiod does not know', async () => {
    const base = await loadBase('gateway')
    const desired = copy(base as unknown as JsonObject) as unknown as ProxyConfig
    httpChains(desired)[0]?.unshift({ name: 'vendor', typed_config: { '@type': 'type.googleapis.com/vendor.Filter' } })
    const { notes } = exportResources(base, desired, listBases()[0]!.proxy, {}, { registry })
    expect(notes.find((note) => note.severity === 'error')?.message).toMatch(/does not know the type .*vendor\.Filter/)
  })

  it('gives nothing when nothing differs, and the same text each time', async () => {
    const base = await loadBase('sidecar')
    const proxy = listBases()[1]!.proxy
    expect(exportResources(base, base, proxy, {}, { registry })).toEqual({ resources: [], yaml: '', notes: [] })
    const desired = copy(base as unknown as JsonObject) as unknown as ProxyConfig
    for (const filters of httpChains(desired)) filters.unshift(script('a'), copy(mutation))
    const text = () => exportResources(base, desired, proxy, {}, { registry }).yaml
    expect(text()).toBe(text())
    expect(text()).toContain('kind: EnvoyFilter')
  })

  it('uses WasmPlugin and EnvoyFilter where Istio is older than TrafficExtension', async () => {
    const base = await loadBase('gateway')
    const desired = copy(base as unknown as JsonObject) as unknown as ProxyConfig
    httpChains(desired)[0]?.splice(1, 0, script('old'))
    const { resources } = exportResources(base, desired, listBases()[0]!.proxy, { istio: '1.29' }, { registry })
    expect(resources.map((resource) => [resource.kind, stringAt(resource, 'metadata', 'name')])).toEqual([
      ['EnvoyFilter', 'old'],
    ])
  })
})
