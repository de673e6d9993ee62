import { describe, expect, it } from 'vitest'
import { loadEnvoyRegistry } from '../../envoy/load.node.ts'
import { listBases, loadBase } from '../bases/index.ts'
import type { JsonObject } from '../message/json.ts'
import { applyResources } from './index.ts'

const registry = loadEnvoyRegistry().types
const gateway = listBases()[0]!.proxy
const manager = 'envoy.filters.network.http_connection_manager'
const lua = {
  name: 'mine',
  typed_config: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua', stat_prefix: 'x' },
}

async function note(patch: JsonObject, spec: JsonObject = {}, metadata: JsonObject = {}) {
  const resource = {
    apiVersion: 'networking.istio.io/v1alpha3',
    kind: 'EnvoyFilter',
    metadata: { name: 'n', namespace: 'istio-system', ...metadata },
    spec: { ...spec, configPatches: [patch] },
  }
  const { notes } = applyResources(await loadBase('gateway'), gateway, [resource], { registry })
  return notes.at(-1)!
}

function insert(operation: string, filter: JsonObject, extra: JsonObject = {}): JsonObject {
  return {
    applyTo: 'HTTP_FILTER',
    match: { context: 'GATEWAY', listener: { filterChain: { filter } } },
    patch: { operation, value: lua },
    ...extra,
  }
}

describe('notes say what a patch did, or why it did nothing', () => {
  it('counts what matched and names the place', async () => {
    expect(
      await note(insert('INSERT_BEFORE', { name: manager, subFilter: { name: 'envoy.filters.http.router' } })),
    ).toEqual({
      resource: 'EnvoyFilter istio-system/n',
      patch: 0,
      severity: 'info',
      matched: 1,
      changed: ['listener 0.0.0.0_8080: inserted mine before envoy.filters.http.router'],
      message: 'changed one place',
    })
  })

  it('names the filters there are when one is not found', async () => {
    const { matched, severity, message } = await note(
      insert('INSERT_BEFORE', { name: manager, subFilter: { name: 'envoy.filters.http.jwt_authn' } }),
    )
    expect({ matched, severity }).toEqual({ matched: 0, severity: 'warning' })
    expect(message).toMatch(
      /changed nothing: .*envoy\.filters\.http\.jwt_authn is not in listener 0\.0\.0\.0_8080 \(it has istio\.metadata_exchange,/,
    )
  })

  it('explains old names', async () => {
    const result = await note(insert('INSERT_BEFORE', { name: 'envoy.http_connection_manager' }))
    expect(result.message).toContain(
      'network filter envoy.http_connection_manager is not envoy.filters.network.http_connection_manager',
    )
    const { notes } = applyResources(
      await loadBase('gateway'),
      gateway,
      [
        {
          apiVersion: 'networking.istio.io/v1alpha3',
          kind: 'EnvoyFilter',
          metadata: { name: 'n' },
          spec: { configPatches: [insert('INSERT_BEFORE', { name: 'envoy.http_connection_manager' })] },
        },
      ],
      { registry },
    )
    expect(notes[0]?.message).toContain(
      'is an old name that matches nothing; use envoy.filters.network.http_connection_manager',
    )
  })

  it('says what istiod silently ignores', async () => {
    expect((await note(insert('REPLACE', { name: manager }))).message).toContain(
      'REPLACE does nothing without the name of a filter',
    )
    expect(
      (await note(insert('MERGE_AND_REPLACE_LIST', { name: manager, subFilter: { name: 'istio.stats' } }))).message,
    ).toContain('MERGE_AND_REPLACE_LIST does nothing on a http filter')
    const route = {
      applyTo: 'HTTP_ROUTE',
      match: { context: 'GATEWAY' },
      patch: { operation: 'REPLACE', value: { name: 'x' } },
    }
    expect((await note(route)).message).toContain('REPLACE does nothing on HTTP_ROUTE')
  })

  it('warns of a filter behind the router', async () => {
    const result = await note(insert('ADD', { name: manager }))
    expect(result).toMatchObject({ severity: 'warning', matched: 1 })
    expect(result.message).toContain('a filter after the router is never reached')
  })

  it('says why a resource does not reach the proxy', async () => {
    expect((await note(insert('ADD', { name: manager }), {}, { namespace: 'other' })).message).toContain(
      'it is in namespace other',
    )
    expect(
      (await note(insert('ADD', { name: manager }), { workloadSelector: { labels: { app: 'x' } } })).message,
    ).toContain('its selector wants app=x, the proxy has no such label')
    const versioned = insert('ADD', { name: manager })
    versioned.match = { context: 'GATEWAY', proxy: { proxyVersion: '^1\\.9' } }
    expect((await note(versioned)).message).toContain('version 1.31.0 does not match ^1\\.9')
  })

  it('says what is refused and where', async () => {
    const result = await note(
      insert(
        'INSERT_FIRST',
        { name: manager },
        {
          patch: {
            operation: 'INSERT_FIRST',
            value: { name: 'x', typed_config: { '@type': 'type.googleapis.com/envoy.config.filter.http.lua.v2.Lua' } },
          },
        },
      ),
    )
    expect(result).toMatchObject({ severity: 'error', matched: 0, changed: [] })
    expect(result.message).toContain(
      'spec.configPatches[0].patch.value.typed_config.@type: istiod does not know the type',
    )
    expect(result.message).toContain('use its v3 successor')
  })

  it('says what it does not model', async () => {
    const { notes } = applyResources(
      await loadBase('gateway'),
      gateway,
      [{ apiVersion: 'v1', kind: 'Service', metadata: { name: 's' } }, 3],
      { registry },
    )
    expect(notes.map(({ severity, message }) => `${severity}: ${message}`)).toEqual([
      'warning: not modelled: Service is not an EnvoyFilter, TrafficExtension or WasmPlugin',
      "error: istiod's webhook refuses it: expected a Kubernetes object with apiVersion and kind",
    ])
  })

  it('changes nothing that it was given', async () => {
    const base = await loadBase('gateway')
    const before = JSON.stringify(base)
    await note(
      insert('REMOVE', { name: manager, subFilter: { name: 'istio.stats' } }, { patch: { operation: 'REMOVE' } }),
    )
    expect(JSON.stringify(base)).toBe(before)
  })
})
