import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { createEnvoyRegistry } from '../envoy/registry.ts'
import type { Design } from '../model/design.ts'
import { packRead, type ReadDesign, unpackRead } from './pack-read.ts'
import { readDesign } from './read-design.ts'

const registry = createEnvoyRegistry(readFileSync(new URL('../envoy/descriptors.generated.binpb', import.meta.url)))
const read = (text: string, name?: string) => readDesign(text, name, async () => registry)
const designIn = (result: ReadDesign): Design => {
  if ('problems' in result) throw new Error(result.problems[0]?.message)
  return result.design
}
const crossed = (result: ReadDesign): ReadDesign => unpackRead(structuredClone(packRead(result)))

const BOOTSTRAP = '{"static_resources": {"clusters": [{"name": "a", "connect_timeout": "1s"}]}}'
const ISTIO = `listeners:
- name: a
  address: {socket_address: {address: 0.0.0.0, port_value: 80}}
  filter_chains: [{filters: [{name: istio.stats, typed_config: {"@type": "type.googleapis.com/udpa.type.v1.TypedStruct", type_url: "type.googleapis.com/stats.PluginConfig"}}]}]
clusters: []`

describe('what is read', () => {
  test('a bootstrap, with its name', async () => {
    const design = designIn(crossed(await read(BOOTSTRAP, 'mine')))
    expect(design.name).toBe('mine')
    expect(design.config.clusters).toMatchObject([{ name: 'a' }])
  })

  test('a design crosses from the worker unchanged', async () => {
    const design = designIn(await read(JSON.stringify({ config: { listeners: [], clusters: [] }, requests: [] })))
    expect(designIn(crossed({ design }))).toEqual(design)
  })

  test('a proxy of Istio’s is its own base, the same object on the other side', async () => {
    const result = await read(ISTIO)
    const design = designIn(crossed(result))
    expect(design).toEqual(designIn(result))
    expect(design.istio?.base && 'inline' in design.istio.base && design.istio.base.inline).toBe(design.config)
  })
})

describe('what is wrong', () => {
  test('stands at its place', async () => {
    expect(await read('listeners: [\n  {name: a')).toMatchObject({ problems: [{ line: expect.any(Number) }] })
    expect(await read('{"config": {"listeners": 5, "clusters": []}}')).toMatchObject({
      problems: [{ message: expect.stringContaining('config.listeners'), line: 1 }],
    })
  })

  test('is told where there is no place', async () => {
    expect(await read('{"nothing": 1}')).toMatchObject({ problems: [{ message: expect.stringMatching(/expected/) }] })
  })
})
