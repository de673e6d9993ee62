import { expect, test } from 'vitest'
import { loadEnvoyRegistry } from '../../envoy/load.node.ts'
import { simulatedFilters } from '../../filters/index.ts'
import { MemoryHost } from '../host.ts'
import type { MessageRegistry } from '../services.ts'
import { simulateCase } from '../simulate.ts'

const registry = loadEnvoyRegistry() as unknown as MessageRegistry

/** A listener that answers with its name. */
function listener(name: string, ip: string, port: number, more: object = {}) {
  const type = 'type.googleapis.com/envoy.extensions.filters.network.direct_response.v3.Config'
  const filter = { name: 'reply', typed_config: { '@type': type, response: { inline_string: name } } }
  const address = { socket_address: { address: ip, port_value: port } }
  return { name, address, filter_chains: [{ filters: [filter] }], ...more }
}

const config = {
  listeners: [
    listener('virtual', '0.0.0.0', 15001, { use_original_dst: true }),
    listener('exact', '10.0.0.1', 80, { bind_to_port: false }),
    listener('any', '0.0.0.0', 80, { bind_to_port: false }),
    { name: 'tunnel', internal_listener: {}, filter_chains: listener('tunnel', '', 0).filter_chains },
  ],
  clusters: [],
}

async function answerTo(connection: object) {
  const host = new MemoryHost({ services: {} })
  const input = { config, connections: [connection] }
  const { results } = await simulateCase(input, { registry, catalogue: simulatedFilters(), host })
  return results[0]?.response
}

test.each([
  ['10.0.0.1', 80, 'exact'],
  ['10.0.0.2', 80, 'any'],
  ['10.0.0.2', 81, 'virtual'],
])('a connection meant for %s:%i ends at the listener %s', async (ip, port, received) => {
  expect(await answerTo({ originalDestination: { ip, port } })).toMatchObject({ received })
})

test('what is not redirected stays; an internal listener is reached out of a tunnel only', async () => {
  expect(await answerTo({})).toMatchObject({ received: 'virtual' })
  expect(await answerTo({ listener: 'tunnel' })).toEqual({ received: '', closed: true })
  const originalDestination = { ip: '10.0.0.1', port: 80 }
  expect(await answerTo({ listener: 'tunnel', originalDestination })).toMatchObject({ received: 'tunnel' })
})
