import { describe, expect, it } from 'vitest'
import { loadEnvoyRegistry } from '../../envoy/load.node.ts'
import { simulatedFilters } from '../../filters/index.ts'
import { MemoryHost } from '../host.ts'
import { simulateCase } from '../simulate.ts'

const TYPE = 'type.googleapis.com/envoy.extensions.filters.http.'
const HCM = 'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'
const INPUT = 'type.googleapis.com/envoy.type.matcher.v3.HttpRequestHeaderMatchInput'

const mutation = (name: string, key: string) => ({
  name,
  typed_config: {
    '@type': `${TYPE}header_mutation.v3.HeaderMutation`,
    mutations: { request_mutations: [{ append: { header: { key, value: '1' } } }] },
  },
})

const execute = (what: Record<string, unknown>) => ({
  name: 'run',
  typed_config: { '@type': `${TYPE}composite.v3.ExecuteFilterAction`, ...what },
})

const composite = (actions: Record<string, unknown>) => ({
  name: 'outer',
  typed_config: {
    '@type': `${TYPE}composite.v3.Composite`,
    matcher: {
      matcher_tree: {
        input: { name: 'h', typed_config: { '@type': INPUT, header_name: 'x-mode' } },
        exact_match_map: {
          map: Object.fromEntries(Object.entries(actions).map(([value, action]) => [value, { action }])),
        },
      },
    },
  },
})

async function run(filters: unknown[], mode: string) {
  const typed = {
    '@type': HCM,
    stat_prefix: 'test',
    route_config: {
      virtual_hosts: [{ name: 'all', domains: ['*'], routes: [{ match: { prefix: '/' }, route: { cluster: 'b' } }] }],
    },
    http_filters: [...filters, { name: 'router', typed_config: { '@type': `${TYPE}router.v3.Router` } }],
  }
  const listener = {
    name: 'main',
    address: { socket_address: { address: '0.0.0.0', port_value: 10_000 } },
    filter_chains: [{ filters: [{ name: 'hcm', typed_config: typed }] }],
  }
  return await simulateCase(
    { config: { listeners: [listener], clusters: [{ name: 'b' }] }, requests: [{ headers: [['x-mode', mode]] }] },
    { registry: loadEnvoyRegistry() as never, catalogue: simulatedFilters(), host: new MemoryHost(), trace: true },
  )
}

describe('a filter in the place of another', () => {
  it('is a step of its own in the trace, with its place in the document', async () => {
    const { traces } = await run([composite({ m: execute({ typed_config: mutation('inner', 'x-in') }) })], 'm')
    const steps = traces[0]!.steps.filter((step) => step.kind === 'http_filter' && step.phase === 'request')
    const [outer, inner] = steps
    expect(outer).toMatchObject({ name: 'outer', reason: 'runs inner' })
    expect(inner).toMatchObject({ name: 'inner', within: 'outer', status: 'Continue' })
    expect(inner?.path).toMatch(/http_filters\[0\]\.typed_config\.matcher\..*\.typed_config\.typed_config$/)
    expect(inner?.changes?.added).toEqual([['x-in', '1']])
  })

  it('runs as one of several, in order', async () => {
    const chain = { typed_config: [mutation('one', 'x-1'), mutation('two', 'x-2')] }
    const { results, traces } = await run([composite({ m: execute({ filter_chain: chain }) })], 'm')
    const within = traces[0]!.steps.filter((step) => step.within === 'outer' && step.phase === 'request')
    expect(within.map((step) => step.name)).toEqual(['one', 'two'])
    const names = results[0]!.upstream[0] && 'headers' in results[0]!.upstream[0] ? results[0]!.upstream[0].headers : []
    expect(names).toContainEqual(['x-2', '1'])
  })

  it('says when nothing runs', async () => {
    const { traces } = await run([composite({ m: execute({ filter_chain_name: 'nope' }) })], 'm')
    expect(traces[0]!.steps.find((step) => step.name === 'outer')?.reason).toContain('no chain nope')
    const other = await run([composite({ m: execute({ filter_chain_name: 'nope' }) })], 'else')
    expect(other.traces[0]!.steps.find((step) => step.name === 'outer')?.reason).toBe('nothing matches')
  })

  it('that nobody simulates passes traffic through and says so', async () => {
    const tap = { name: 'tap', typed_config: { '@type': `${TYPE}tap.v3.Tap` } }
    const { results, traces } = await run([composite({ m: execute({ typed_config: tap }) })], 'm')
    expect(results[0]?.response.status).toBe(200)
    expect(traces[0]!.steps.find((step) => step.name === 'tap')).toMatchObject({
      status: 'not simulated',
      within: 'outer',
    })
  })

  it.each([
    ['an action that runs nothing', execute({}), /needs one of typed_config/],
    ['an empty chain', execute({ filter_chain: {} }), /at least one filter/],
    [
      'a configuration of both kinds',
      execute({ typed_config: mutation('m', 'x'), dynamic_config: { name: 'd' } }),
      /only one of dynamic_config and typed_config/,
    ],
  ])('refuses %s', async (_what, action, message) => {
    await expect(run([composite({ m: action })], 'm')).rejects.toThrow(message)
  })
})
