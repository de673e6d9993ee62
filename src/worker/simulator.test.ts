import { readFileSync } from 'node:fs'
import { brotliDecompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { loadEnvoyRegistry } from '../envoy/load.node.ts'
import { loadBase } from '../istio/bases/index.ts'
import { loadLuaModule } from '../lua/vm/vm.node.ts'
import type { Design } from '../model/design.ts'
import { runDesign } from './simulator.ts'

const assets = { registry: loadEnvoyRegistry(), lua: loadLuaModule(), now: () => 0 }

async function gatewayDesign(): Promise<Design> {
  const { listeners, routes, clusters } = await loadBase('gateway')
  return {
    format: 1,
    name: 'gateway',
    config: { listeners, routes, clusters },
    upstreams: { 'outbound|8000||httpbin.default.svc.cluster.local': [{ status: 200, body: 'hi' }] },
    requests: [{ method: 'GET', authority: 'shop.example.com', path: '/api/items' }],
    connections: [],
  } as unknown as Design
}

describe('a run of the bundled gateway', () => {
  test('routes by the virtual service and answers with the stub', async () => {
    const { requests } = await runDesign(assets, await gatewayDesign(), {})
    expect(requests[0]?.result).toMatchObject({
      response: { status: 200, body: 'hi' },
      upstream: [{ path: '//items', authority: 'shop.example.com' }],
      route: 'api',
    })
  })

  test('traces every HTTP filter in both directions', async () => {
    const { requests } = await runDesign(assets, await gatewayDesign(), {})
    const filters = requests[0]!.steps.filter((step) => step.kind === 'http_filter' && step.part === 'headers')
    const names = (phase: string) => filters.filter((step) => step.phase === phase).map((step) => step.name)
    expect(names('request')).toEqual([
      'istio.metadata_exchange',
      'envoy.filters.http.grpc_stats',
      'istio.alpn',
      'envoy.filters.http.fault',
      'envoy.filters.http.cors',
      'istio.stats',
      'envoy.filters.http.router',
    ])
    expect(names('response')).toEqual(names('request').reverse())
  })

  test('the same run gives the same trace, byte for byte', async () => {
    const design = await gatewayDesign()
    const [first, second] = [await runDesign(assets, design, {}), await runDesign(assets, design, {})]
    expect(JSON.stringify(second)).toBe(JSON.stringify(first))
  })

  test('only up to the request that is asked for', async () => {
    const design = await gatewayDesign()
    design.requests.push(...design.requests, ...design.requests)
    expect((await runDesign(assets, design, { upTo: 1 })).requests).toHaveLength(2)
  })
})

test('the proxy tells its peers who it is', async () => {
  const istio = { version: '1.31', proxy: 'gateway', namespace: 'shop', labels: { istio: 'ingressgateway' } } as const
  const { requests } = await runDesign(assets, { ...(await gatewayDesign()), istio }, {})
  const { upstream } = requests[0]!.result as { upstream: { headers: [string, string][] }[] }
  expect(Object.fromEntries(upstream[0]!.headers)).toMatchObject({
    'x-envoy-peer-metadata-id': 'router~10.0.0.1~istio-ingressgateway-0.shop~shop.svc.cluster.local',
    'x-envoy-peer-metadata': expect.stringMatching(/^[\w+/]{40,}=*$/),
  })
})

test('fetches the codecs once, for designs that compress', async () => {
  const { config } = parse(
    readFileSync(new URL('../filters/http/compressor/cases/brotli.yaml', import.meta.url), 'utf8'),
  ) as { config: Design['config'] }
  const body = 'again and '.repeat(50)
  const design = {
    format: 1,
    name: 'compressed',
    config,
    upstreams: { backend: [{ status: 200, headers: [['content-type', 'text/plain']], body }] },
    requests: [{ headers: [['accept-encoding', 'br']] }],
    connections: [],
  } as unknown as Design
  let fetched = 0
  const codecs = async () => {
    fetched++
    const file = '../filters/common/compression/codecs.generated.wasm'
    return new WebAssembly.Module(readFileSync(new URL(file, import.meta.url)))
  }
  await runDesign({ ...assets, codecs }, await gatewayDesign(), {})
  expect(fetched).toBe(0)
  for (let run = 0; run < 2; run++) {
    const { requests } = await runDesign({ ...assets, codecs }, design, {})
    const { response } = requests[0]!.result as { response: { headers: [string, string][]; body: { base64: string } } }
    expect(Object.fromEntries(response.headers)['content-encoding']).toBe('br')
    expect(brotliDecompressSync(Buffer.from(response.body.base64, 'base64')).toString()).toBe(body)
  }
  expect(fetched).toBe(1)
})

test('the worker file is a switch, no logic', () => {
  const lines = readFileSync(new URL('./simulator.worker.ts', import.meta.url), 'utf8').split('\n')
  expect(lines.length).toBeLessThan(40)
})
