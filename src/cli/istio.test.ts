import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { loadBase } from '../istio/index.ts'
import type { Json } from '../istio/message/json.ts'
import { applyCommand } from './apply.ts'
import { exportCommand } from './export.ts'

let dir: string
let out: string
let err: string

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'cli-'))
  out = ''
  err = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text)
    return true
  })
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    err += String(text)
    return true
  })
})

afterEach(() => {
  vi.restoreAllMocks()
  rmSync(dir, { recursive: true, force: true })
})

const file = (name: string, content: unknown): string => {
  const path = join(dir, name)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}
const proxy = ['--proxy', 'gateway', '--namespace', 'istio-system', '--labels', 'istio=ingressgateway']
const resource = `apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: {name: n, namespace: istio-system}
spec:
  workloadSelector: {labels: {istio: ingressgateway}}
  configPatches:
  - applyTo: HTTP_FILTER
    match: {context: GATEWAY, listener: {filterChain: {filter: {name: envoy.filters.network.http_connection_manager}}}}
    patch:
      operation: INSERT_FIRST
      value: {name: mine, typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua, stat_prefix: x}}
`

/** The same message with the names that Envoy's and istioctl's Go print. */
function camelCase(value: Json): Json {
  if (Array.isArray(value)) return value.map(camelCase)
  if (typeof value !== 'object' || value === null) return value
  if (value['@type'] === 'type.googleapis.com/udpa.type.v1.TypedStruct') return value
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => {
      const camel = key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
      return [camel, key === 'filter_metadata' || key === 'match' ? entry : camelCase(entry)]
    }),
  )
}

describe('apply', () => {
  it('prints what istiod sends, from every form of a proxy', async () => {
    const base = await loadBase('gateway')
    const any = (type: string, message: Json) => ({
      '@type': `type.googleapis.com/envoy.config.${type}`,
      ...(message as object),
    })
    const admin = (kind: string) => `type.googleapis.com/envoy.admin.v3.${kind}ConfigDump`
    const dump = {
      configs: [
        { '@type': 'type.googleapis.com/envoy.admin.v3.BootstrapConfigDump', bootstrap: {} },
        {
          '@type': admin('Clusters'),
          dynamic_active_clusters: base.clusters.map((cluster) => ({ cluster: any('cluster.v3.Cluster', cluster) })),
        },
        {
          '@type': admin('Listeners'),
          dynamic_listeners: base.listeners.map((listener) => ({
            active_state: { listener: any('listener.v3.Listener', listener) },
          })),
          static_listeners: [{ listener: { name: 'admin' } }],
        },
        {
          '@type': admin('Routes'),
          dynamic_route_configs: base.routes.map((routes) => ({
            route_config: any('route.v3.RouteConfiguration', routes),
          })),
        },
      ],
    }
    const resources = file('r.yaml', resource)
    const results: unknown[] = []
    for (const form of [base, dump, camelCase(base as unknown as Json), camelCase(dump as unknown as Json)]) {
      out = ''
      expect(await applyCommand(['--base', file('base.json', form), ...proxy, resources])).toBe(0)
      results.push(JSON.parse(out))
    }
    const [first] = results as { listeners: unknown; notes: unknown[] }[]
    expect(Object.keys(first!)).toEqual(['listeners', 'routes', 'clusters', 'notes'])
    expect(JSON.stringify(first!.listeners)).toContain('"name":"mine"')
    for (const other of results) expect(other).toEqual(first)
  })

  it('reads YAML as Kubernetes does', async () => {
    const base = file('base.json', await loadBase('gateway'))
    expect(
      await applyCommand([
        '--base',
        base,
        ...proxy,
        file('r.yaml', resource.replace('stat_prefix: x', 'stat_prefix: on')),
      ]),
    ).toBe(0)
    // A bare `on` is true, and true is no stat_prefix: the webhook refuses it.
    expect(err + out).toContain('stat_prefix: expected a string, found true')
  })

  it('says what is wrong and where', async () => {
    const base = file('base.json', await loadBase('gateway'))
    expect(await applyCommand(['--base', base, ...proxy, file('bad.yaml', 'a: [1\nb: 2')])).toBe(1)
    expect(err).toMatch(/bad\.yaml: .*line \d+, column \d+/)
    expect(await applyCommand(['--base', file('x.json', '{"listeners": 3}'), ...proxy, base])).toBe(1)
    expect(err).toContain('x.json:1:1: expected an Envoy bootstrap')
    expect(await applyCommand(['--base', join(dir, 'none.json'), ...proxy, base])).toBe(1)
    expect(err).toContain('none.json: cannot be read')
  })

  it('answers wrong usage with 2', async () => {
    for (const args of [
      [],
      ['--base'],
      ['--proxy', 'car', 'x'],
      ['--what', 'x'],
      ['--base', 'x', ...proxy],
      ['--base', 'x', ...proxy.slice(0, 4), '--labels', 'a', 'x'],
    ]) {
      err = ''
      expect(await applyCommand(args), args.join(' ')).toBe(2)
      expect(err).toContain('usage: chainwright apply')
    }
  })
})

describe('export', () => {
  it('prints resources that apply turns back into the desired proxy', async () => {
    const base = await loadBase('gateway')
    const desired = structuredClone(base)
    const text = JSON.stringify(desired).replace(
      '{"name":"istio.alpn"',
      '{"name":"mine","typed_config":{"@type":"type.googleapis.com/envoy.extensions.filters.http.cors.v3.Cors"}},{"name":"istio.alpn"',
    )
    const files = ['--base', file('base.json', base), '--desired', file('desired.json', text)]
    expect(await exportCommand([...files, ...proxy])).toBe(0)
    expect(out).toContain('kind: EnvoyFilter')
    const yaml = out
    out = ''
    expect(await applyCommand(['--base', file('base.json', base), ...proxy, file('out.yaml', yaml)])).toBe(0)
    expect(JSON.parse(out).listeners).toEqual(JSON.parse(text).listeners)
  })

  it('takes what apply printed, which has no endpoints, for the desired proxy', async () => {
    const base = file('base.json', await loadBase('gateway'))
    expect(await applyCommand(['--base', base, ...proxy, file('n.yaml', resource)])).toBe(0)
    const desired = file('desired.json', out)
    out = ''
    expect(await exportCommand(['--base', base, '--desired', desired, ...proxy])).toBe(0)
    expect(out).toContain('name: mine')
  })

  it('answers 1 and says what it cannot express', async () => {
    const base = await loadBase('gateway')
    const files = ['--base', file('base.json', base), '--desired', file('d.json', { ...base, routes: [] })]
    expect(await exportCommand([...files, ...proxy])).toBe(1)
    expect(err).toContain('error: route configuration http.8080')
  })

  it('answers wrong usage with 2', async () => {
    for (const args of [
      [],
      [...proxy],
      ['--prefer', 'x', '--base', 'a', '--desired', 'b', ...proxy],
      ['--istio', 'new', '--base', 'a', '--desired', 'b', ...proxy],
      ['--base', 'a', '--desired', 'b', ...proxy, 'more'],
    ]) {
      expect(await exportCommand(args), args.join(' ')).toBe(2)
    }
  })
})
