import { describe, expect, it } from 'vitest'
import { loadEnvoyRegistry } from '../../envoy/load.node.ts'
import { loadBase } from '../bases/index.ts'
import { canonicalMessage } from './canonical.ts'
import { stepsBetween, takeSteps } from './difference.ts'
import { equal, type Json, type JsonObject } from './json.ts'
import { MergeMismatch, mergeAny, mergeMessage } from './merge.ts'

const registry = loadEnvoyRegistry().types
const cluster = 'envoy.config.cluster.v3.Cluster'
const lua = 'type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua'
const read = (value: Json, type = cluster) => canonicalMessage(registry, type, value, { mode: 'istiod' })

describe('canonicalMessage', () => {
  it('leaves what istiod sends as it is', async () => {
    for (const id of ['gateway', 'sidecar', 'waypoint']) {
      const { listeners, clusters } = await loadBase(id)
      for (const listener of listeners) {
        expect(read(listener, 'envoy.config.listener.v3.Listener')).toEqual(listener)
      }
      for (const entry of clusters) expect(read(entry)).toEqual(entry)
    }
  })

  it('brings every spelling to one form', () => {
    const spelled = {
      connectTimeout: '1500ms',
      type: 4,
      circuitBreakers: { thresholds: [{ maxRequests: '5', trackRemaining: false }] },
    }
    expect(read(spelled)).toEqual({
      connect_timeout: '1.500s',
      type: 'ORIGINAL_DST',
      circuit_breakers: { thresholds: [{ max_requests: 5 }] },
    })
    for (const [written, form] of [
      ['1s', '1s'],
      ['0', '0s'],
      ['1h30m', '5400s'],
      ['-0.5s', '-0.500s'],
      ['1.000000001s', '1.000000001s'],
      ['1us', '0.000001s'],
    ]) {
      expect(read({ connect_timeout: written! })).toEqual({ connect_timeout: form })
    }
  })

  it('keeps a default only where it has presence', () => {
    expect(read({ name: '', per_connection_buffer_limit_bytes: 0, respect_dns_ttl: false, alt_stat_name: '' })).toEqual(
      {
        per_connection_buffer_limit_bytes: 0,
      },
    )
  })

  it('drops unknown fields as istiod does, says so, and keeps them in a proxy', () => {
    const dropped: string[] = []
    const value = { name: 'a', conect_timeout: '1s', load_assignment: { nope: 1 } }
    expect(
      canonicalMessage(registry, cluster, value, { mode: 'istiod', onUnknown: (path) => dropped.push(path) }),
    ).toEqual({ name: 'a', load_assignment: {} })
    expect(dropped).toEqual(['conect_timeout', 'load_assignment.nope'])
    expect(canonicalMessage(registry, cluster, value, { mode: 'keep' })).toEqual(value)
  })

  it('names the place of what istiod would refuse', () => {
    expect(() => read({ connect_timeout: 'soon' })).toThrow('connect_timeout: expected a duration')
    expect(() => read({ type: 'SOMETIMES' })).toThrow('type: "SOMETIMES" is not one of STATIC')
    expect(() => read({ filters: [{ typed_config: { '@type': 'type.googleapis.com/no.Such' } }] })).toThrow(
      'filters[0].typed_config.@type',
    )
    expect(() => read({ circuit_breakers: { thresholds: 3 } })).toThrow('circuit_breakers.thresholds: expected a list')
    expect(() => read({ max_requests_per_connection: -1 })).toThrow('out of range')
  })

  it('lets the later of two oneof members win', () => {
    expect(read({ type: 'EDS', cluster_type: { name: 'x' } })).toEqual({ cluster_type: { name: 'x' } })
    expect(read({ cluster_type: { name: 'x' }, type: 'EDS' })).toEqual({ cluster_type: { name: 'x' } })
  })

  it('treats __proto__ as data', () => {
    const value = JSON.parse('{"metadata": {"filter_metadata": {"__proto__": {"a": 1}}}}') as Json
    expect(JSON.stringify(read(value))).toBe('{"metadata":{"filter_metadata":{"__proto__":{"a":1}}}}')
  })
})

describe('mergeMessage', () => {
  const merged = (target: JsonObject, patch: JsonObject, replaceLists = false) => {
    const result = structuredClone(target)
    mergeMessage(registry, cluster, result, patch, { replaceLists })
    return result
  }

  it('appends lists, or replaces them; merges messages; replaces durations and map entries', () => {
    const target = {
      connect_timeout: '10s',
      circuit_breakers: { thresholds: [{ max_requests: 1 }] },
      metadata: { filter_metadata: { a: { x: 1 }, b: {} } },
    }
    const patch = {
      connect_timeout: '1s',
      circuit_breakers: { thresholds: [{ max_requests: 2 }] },
      metadata: { filter_metadata: { a: { y: 2 } } },
    }
    const rest = { connect_timeout: '1s', metadata: { filter_metadata: { a: { y: 2 }, b: {} } } }
    expect(merged(target, patch)).toEqual({
      ...rest,
      circuit_breakers: { thresholds: [{ max_requests: 1 }, { max_requests: 2 }] },
    })
    expect(merged(target, patch, true)).toEqual({ ...rest, circuit_breakers: { thresholds: [{ max_requests: 2 }] } })
  })

  it('cannot set a wrapper back to its default, but can set one that is absent', () => {
    expect(merged({ max_requests_per_connection: 5 }, { max_requests_per_connection: 0 })).toEqual({
      max_requests_per_connection: 5,
    })
    expect(merged({}, { max_requests_per_connection: 0 })).toEqual({ max_requests_per_connection: 0 })
  })

  it('lets a oneof member take the place of another', () => {
    expect(merged({ type: 'EDS' }, { cluster_type: { name: 'x' } })).toEqual({ cluster_type: { name: 'x' } })
  })

  it('merges inside an Any only when asked to, and never unlike types', () => {
    const target = { '@type': lua, stat_prefix: 'a', default_source_code: { inline_string: 'x' } }
    expect(mergeAny(registry, target, { '@type': lua, stat_prefix: 'b' })).toEqual({ ...target, stat_prefix: 'b' })
    const cors = { '@type': 'type.googleapis.com/envoy.extensions.filters.http.cors.v3.Cors' }
    expect(() => mergeAny(registry, target, cors)).toThrow(MergeMismatch)
    const socket = { transport_socket: { name: 'x', typed_config: target } }
    expect(
      merged(socket, { transport_socket: { name: 'x', typed_config: { '@type': lua, stat_prefix: 'b' } } }),
    ).toEqual({
      transport_socket: { name: 'x', typed_config: { '@type': lua, stat_prefix: 'b' } },
    })
  })
})

describe('stepsBetween', () => {
  it('finds steps that lead from one value to the other', () => {
    const from: Json = { a: [1, 2, 3, { b: 1 }], 'x/y': { '~': 1 }, gone: 1 }
    const to: Json = { a: [0, 1, 3, { b: 2 }, 5], 'x/y': { '~': 2 }, added: [1] }
    const steps = stepsBetween(from, to)
    expect(takeSteps(from, steps)).toEqual(to)
    expect(stepsBetween(to, to)).toEqual([])
    expect(equal(from, to)).toBe(false)
  })

  it('speaks of inserted entries only', () => {
    expect(stepsBetween(['a', 'b', 'c'], ['a', 'x', 'b', 'c'])).toEqual([{ op: 'add', path: '/1', value: 'x' }])
  })
})
