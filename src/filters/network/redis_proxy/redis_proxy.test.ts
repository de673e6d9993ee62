import { expect, test } from 'vitest'
import { MemoryHost } from '../../../engine/host.ts'
import type { MessageRegistry } from '../../../engine/services.ts'
import { simulateCase } from '../../../engine/simulate.ts'
import { loadEnvoyRegistry } from '../../../envoy/load.node.ts'
import { simulatedFilters } from '../../index.ts'

const registry = loadEnvoyRegistry() as unknown as MessageRegistry
const TYPE = 'type.googleapis.com/envoy.extensions.filters.network.redis_proxy.v3.RedisProxy'
const defaults = {
  stat_prefix: 'redis',
  settings: { op_timeout: '1s' },
  prefix_routes: { catch_all_route: { cluster: 'redis', request_mirror_policy: [{ cluster: 'copy' }] } },
}

function run(fields: object, send: string[]) {
  const filter = { name: 'redis', typed_config: { '@type': TYPE, ...defaults, ...fields } }
  const address = { socket_address: { address: '0.0.0.0', port_value: 6379 } }
  const config = {
    listeners: [{ name: 'l', address, filter_chains: [{ filters: [filter] }] }],
    clusters: [{ name: 'redis' }, { name: 'copy' }],
  }
  const upstreams = { redis: { tcp: { reply: '+OK\r\n' } }, copy: { tcp: { reply: '+OK\r\n' } } }
  return simulateCase(
    { config, upstreams, connections: [{ send }] },
    { registry, catalogue: simulatedFilters(), host: new MemoryHost(), trace: true },
  )
}

test('the trace says where each command goes, and what is not simulated', async () => {
  const { traces } = await run({}, ['SET a 1\r\n'])
  const step = traces[0]?.steps.find(({ kind }) => kind === 'network_filter')
  expect(step?.reason).toBe('SET: to cluster redis, mirrored to copy')
  expect(step?.notModelled).toContain('external_auth_provider')
})

test('a key without a route is named', async () => {
  const { results, traces } = await run({ prefix_routes: { routes: [{ prefix: 'a', cluster: 'redis' }] } }, [
    'GET b\r\n',
  ])
  expect(results[0]?.response.received).toBe('-no upstream host\r\n')
  expect(traces[0]?.steps.find(({ kind }) => kind === 'network_filter')?.reason).toContain("no route for the key 'b'")
})

test.each([
  [{ settings: {} }, 'typed_config.settings.op_timeout: a time is required'],
  [{ prefix_routes: {} }, 'typed_config.prefix_routes: needs routes or a catch_all_route'],
  [{ faults: [{ fault_type: 'ERROR' }] }, 'typed_config.faults[0].fault_enabled: is required'],
  [
    { prefix_routes: { routes: ['a', 'a'].map((prefix) => ({ prefix, cluster: 'redis' })) } },
    "typed_config.prefix_routes.routes[1].prefix: the prefix 'a' has a route already",
  ],
])('%j is refused', async (fields, message) => {
  await expect(run(fields, [])).rejects.toThrow(message)
})
