import { describe, expect, it } from 'vitest'
import { loadEnvoyRegistry } from '../envoy/load.node.ts'
import { simulatedFilters } from '../filters/index.ts'
import { MemoryHost } from './host.ts'
import { createProxy, type SimulationInput, simulateCase } from './simulate.ts'

const HCM = 'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'
const ROUTER = 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router'

function config(routes: unknown[], clusters: string[], manager: Record<string, unknown> = {}) {
  const typed = {
    '@type': HCM,
    stat_prefix: 'test',
    route_config: { name: 'local', virtual_hosts: [{ name: 'all', domains: ['*'], routes }] },
    http_filters: [{ name: 'router', typed_config: { '@type': ROUTER } }],
    ...manager,
  }
  return {
    listeners: [
      {
        name: 'main',
        address: { socket_address: { address: '0.0.0.0', port_value: 10_000 } },
        filter_chains: [{ filters: [{ name: 'hcm', typed_config: typed }] }],
      },
    ],
    clusters: clusters.map((name) => ({ name })),
  }
}

const deps = () => ({ registry: loadEnvoyRegistry() as never, catalogue: simulatedFilters(), host: new MemoryHost() })

function run(input: SimulationInput, trace = false) {
  return simulateCase(input, { ...deps(), trace })
}

const forward = (cluster: string, more: Record<string, unknown> = {}) => ({
  name: cluster,
  match: { prefix: '/' },
  route: { cluster, ...more },
})

describe('simulateCase', () => {
  it('sends a request to a stub and its answer back', async () => {
    const { results } = await run({
      config: config([forward('backend')], ['backend']),
      upstreams: { backend: [{ status: 201, headers: [['x-a', '1']], body: 'hi' }] },
      requests: [{ method: 'POST', path: '/p?q', body: 'abc', headers: [['x-b', '2']] }],
    })
    const [result] = results
    expect(result?.response).toMatchObject({ status: 201, body: 'hi' })
    expect(result?.response.headers).toContainEqual(['x-a', '1'])
    expect(result?.upstream).toHaveLength(1)
    expect(result?.upstream[0]).toMatchObject({ cluster: 'backend', method: 'POST', path: '/p?q', body: 'abc' })
    expect(result).toMatchObject({ details: 'via_upstream', route: 'backend', cluster: 'backend' })
  })

  it('uses answers up one by one and repeats the last', async () => {
    const { results } = await run({
      config: config([forward('backend')], ['backend']),
      upstreams: { backend: [{ body: 'a' }, { body: 'b' }] },
      requests: [{}, { protocol: 'http2' }, {}],
    })
    expect(results.map((each) => each.response.body)).toEqual(['a', 'b', 'b'])
  })

  it('retries, and says why in the trace', async () => {
    const { results, traces } = await run(
      {
        config: config([forward('flaky', { retry_policy: { retry_on: '5xx' } })], ['flaky']),
        upstreams: { flaky: [{ status: 503 }, { body: 'ok' }] },
        requests: [{}],
      },
      true,
    )
    expect(results[0]?.response.body).toBe('ok')
    const answers = traces[0]!.steps.filter((step) => step.kind === 'upstream' && step.phase === 'response')
    expect(answers.map((step) => step.status)).toEqual(['503', '200'])
    expect(answers[0]?.reason).toContain('retried')
  })

  it('lets time pass on its own clock only', async () => {
    const { results } = await run({
      config: config([forward('slow', { timeout: '2s' })], ['slow']),
      upstreams: { slow: [{ delayMs: 10_000, body: 'late' }] },
      requests: [{}],
    })
    expect(results[0]).toMatchObject({ response: { status: 504 }, details: 'response_timeout', flags: 'UT' })
  })

  it('speaks raw bytes on connections', async () => {
    const { results } = await run({
      config: config([{ match: { prefix: '/' }, direct_response: { status: 204 } }], []),
      connections: [
        { send: ['GET / HTTP/1.1\r\nhost: a\r\n\r\n'], waitMs: 100 },
        { send: ['\x16'], waitMs: 100 },
      ],
    })
    expect(results[0]?.response.received).toMatch(/^HTTP\/1\.1 204 No Content\r\n/)
    expect(results[1]?.response.received).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
  })

  it('gives the same trace every time', async () => {
    const input: SimulationInput = {
      config: config([forward('backend', { retry_policy: { retry_on: 'reset' } })], ['backend']),
      upstreams: { backend: [{ reset: true }, { body: 'x' }] },
      requests: [{ headers: [['x-forwarded-for', '1.2.3.4']] }],
    }
    const first = await run(input, true)
    const second = await run(input, true)
    expect(JSON.stringify(second.traces.map((each) => each.steps))).toBe(
      JSON.stringify(first.traces.map((each) => each.steps)),
    )
  })

  it('refuses what Envoy would not load, and names the place', async () => {
    const broken = config([{ match: { prefix: '/' }, route: {} }], [])
    await expect(run({ config: broken })).rejects.toThrow(/routes\[0\]/)
    await expect(run({ config: { listeners: [{ nme: 'x' }] } })).rejects.toThrow(/listeners\[0\]/)
  })
})

describe('createProxy', () => {
  it('is built once for many requests', async () => {
    const proxy = createProxy(config([forward('down')], ['down']), deps(), { down: 'down' })
    for (let i = 0; i < 3; i++)
      expect(await proxy.request({})).toMatchObject({ response: { status: 503 }, flags: 'UF', upstream: [] })
  })
})
