import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { loadEnvoyRegistry } from '../envoy/load.node.ts'
import { filterCatalogue, SIMULATED } from './catalogue.ts'
import { registeredFilters } from './registry.ts'

const registry = await loadEnvoyRegistry()
const { entries } = filterCatalogue()

describe('every filter in the catalogue', () => {
  test.each(entries.map((entry) => [entry.name, entry] as const))('%s', (_name, entry) => {
    const typeName = entry.typeUrl.slice('type.googleapis.com/'.length)
    expect(registry.message(typeName), `${typeName} is a type of Envoy's`).toBeDefined()
    const { '@type': _type, ...fields } = entry.defaultConfig
    registry.decode(typeName, fields as never)
    expect(() => registry.decode(typeName, { no_such_field: 1 })).toThrow(/no_such_field/)
    expect(entry.summary).toMatch(/^[A-Z].{10,110}\.$/)
    expect(entry.docs).toMatch(/^https:\/\//)
  })
})

test('no filter stands in it twice', () => {
  const keys = entries.map((entry) => `${entry.kind} ${entry.name}`)
  expect(keys.filter((key, i) => keys.indexOf(key) !== i)).toEqual([])
})

test('per-route types exist', () => {
  for (const about of Object.values(SIMULATED).flat())
    if (about.perRoute) expect(registry.message(about.perRoute), about.perRoute).toBeDefined()
})

test('every filter that a build of Envoy registers is in it, where it may stand as the registry says', () => {
  const wrong = registeredFilters().flatMap(({ name, kind, upstream }) => {
    const entry = entries.find((each) => each.kind === kind && each.name === name)
    if (!entry) return [`${kind} ${name} is missing`]
    return entry.upstream === upstream ? [] : [`${name}: upstream is ${upstream}`]
  })
  expect(wrong).toEqual([])
})

/** Filters that no case can show: the recording Envoy has none of Istio's, and counting changes nothing that travels. */
const WITHOUT_CASES = new Set(['istio.alpn', 'istio.stats', 'istio.metadata_exchange', 'envoy.filters.http.grpc_stats'])

describe('every filter that claims to be simulated has at least three recorded cases', () => {
  const root = new URL('../../', import.meta.url)
  const texts = ['conformance/cases/', 'src/filters/'].flatMap((folder) =>
    readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.yaml'))
      .map((file) => readFileSync(new URL(folder + file, root), 'utf8')),
  )
  const simulated = Object.values(SIMULATED).flat()
  test.each(simulated.map((about) => [about.name, about.config] as const))('%s', (name, config) => {
    if (WITHOUT_CASES.has(name)) return
    const type = new RegExp(`type\\.googleapis\\.com/${config.replaceAll('.', '\\.')}['"]?\\s*$`, 'm')
    expect(texts.filter((text) => type.test(text)).length).toBeGreaterThanOrEqual(3)
  })
})
