import { describe, expect, it } from 'vitest'
import { loadEnvoyRegistry } from '../envoy/load.node.ts'
import { renamedTo } from '../envoy/validate/names.ts'
import { ENVOY_VERSION, registeredFilters } from './registry.ts'

const filters = registeredFilters()
const registry = loadEnvoyRegistry()

describe('the registry of Envoy', () => {
  it('is that of the version whose descriptors are used', () => {
    expect(ENVOY_VERSION).toBe('1.40.0')
  })

  it('has every kind of filter, of all three builds', () => {
    const names = filters.map((filter) => `${filter.build} ${filter.kind} ${filter.name}`)
    expect(names).toContain('envoy http envoy.filters.http.lua')
    expect(names).toContain('envoy http envoy.filters.http.upstream_codec')
    expect(names).toContain('envoy network envoy.filters.network.tcp_proxy')
    expect(names).toContain('envoy listener envoy.filters.listener.tls_inspector')
    expect(names).toContain('envoy udp envoy.filters.udp_listener.udp_proxy')
    expect(names).toContain('contrib network envoy.filters.network.kafka_broker')
    expect(names).toContain('istio http istio.stats')
    expect(new Set(names).size).toBe(names.length)
  })

  it.each(filters.map((filter) => [filter.name, filter] as const))(
    '%s takes types that the descriptors have',
    (_, filter) => {
      for (const type of filter.types) expect(registry.message(type), type).toBeDefined()
      const contrib = filter.types.some((type) => registry.message(type)!.file.name.startsWith('contrib/'))
      expect(contrib).toBe(filter.build !== 'envoy')
    },
  )

  it('knows every old name, and so does validation', () => {
    const aliases = filters.flatMap((filter) => filter.aliases.map((alias) => [alias, filter.name] as const))
    expect(aliases.length).toBeGreaterThan(25)
    for (const [alias, name] of aliases) {
      // Two filters were called envoy.ext_authz, one of HTTP and one of the network; the first is the one people mean.
      if (alias !== 'envoy.ext_authz') expect(renamedTo(alias)).toBe(name)
    }
  })
})
