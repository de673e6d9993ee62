import type { JsonObject } from '@bufbuild/protobuf'
import { describe, expect, it } from 'vitest'
import { DocumentError } from '../document/read.ts'
import { loadEnvoyRegistry } from '../load.node.ts'
import { importProxy } from './index.ts'

const registry = loadEnvoyRegistry()
const read = (json: unknown, file?: string) =>
  importProxy(typeof json === 'string' ? json : JSON.stringify(json), registry, file)
const HCM = 'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'

function failure(text: string, file?: string): DocumentError {
  try {
    read(text, file)
  } catch (error) {
    if (error instanceof DocumentError) return error
    throw error
  }
  throw new Error('the text was accepted')
}

/** A listener in camelCase with what Envoy does not know inside. */
const LISTENER = {
  name: 'main',
  address: { socketAddress: { address: '0.0.0.0', portValue: 80 } },
  futureField: { keepMe: [1, null] },
  trafficDirection: null,
  filterChains: [
    {
      filters: [
        {
          name: 'hcm',
          typedConfig: {
            '@type': HCM,
            statPrefix: 'x',
            rds: { routeConfigName: '80', configSource: { ads: {} } },
            httpFilters: {
              name: 'acme',
              typedConfig: { '@type': 'type.googleapis.com/acme.Filter', camelCase: { stays: true } },
            },
          },
        },
      ],
    },
  ],
  metadata: { filterMetadata: { 'a.b': { camelCase: 1 } } },
}

const NORMALISED = {
  name: 'main',
  address: { socket_address: { address: '0.0.0.0', port_value: 80 } },
  futureField: { keepMe: [1, null] },
  filter_chains: [
    {
      filters: [
        {
          name: 'hcm',
          typed_config: {
            '@type': HCM,
            stat_prefix: 'x',
            rds: { route_config_name: '80', config_source: { ads: {} } },
            http_filters: [
              {
                name: 'acme',
                typed_config: { '@type': 'type.googleapis.com/acme.Filter', camelCase: { stays: true } },
              },
            ],
          },
        },
      ],
    },
  ],
  metadata: { filter_metadata: { 'a.b': { camelCase: 1 } } },
}

describe('importProxy', () => {
  it('reads the lists of a proxy, spells fields as the .proto does and keeps what it does not know', () => {
    const proxy = read({
      listeners: [LISTENER],
      routes: null,
      clusters: [{ name: 'c', connectTimeout: '1s' }],
      endpoints: [],
    })
    expect(proxy).toMatchObject({ kind: 'proxy', listeners: [NORMALISED], routes: [], notes: [] })
    expect(proxy.clusters).toEqual([{ name: 'c', connect_timeout: '1s' }])
    expect(JSON.stringify(proxy.listeners)).toBe(JSON.stringify([NORMALISED]))
  })

  it('reads a bootstrap in YAML and keeps the rest of it', () => {
    const proxy = read(`
admin: {address: {socket_address: {address: 127.0.0.1, port_value: 9901}}}
dynamic_resources: {lds_config: {ads: {}}}
static_resources:
  listeners:
  - name: a
  secrets:
  - name: s
`)
    expect(proxy).toMatchObject({ kind: 'bootstrap', listeners: [{ name: 'a' }], secrets: [{ name: 's' }] })
    expect(Object.keys(proxy.bootstrap!)).toEqual(['admin', 'dynamic_resources'])
    expect(proxy.notes).toEqual(['more listeners come from a control plane (lds_config) and are not in this file'])
  })

  it('reads a config dump: static and dynamic, warming, refused updates, ECDS', () => {
    const admin = (name: string) => `type.googleapis.com/envoy.admin.v3.${name}`
    const any = (type: string, fields: JsonObject) => ({ '@type': `type.googleapis.com/${type}`, ...fields })
    const cluster = (name: string) => any('envoy.config.cluster.v3.Cluster', { name })
    const proxy = read({
      configs: [
        { '@type': admin('BootstrapConfigDump'), bootstrap: { node: { id: 'n' }, staticResources: { clusters: [] } } },
        {
          '@type': admin('ListenersConfigDump'),
          static_listeners: [{ listener: any('envoy.config.listener.v3.Listener', { name: 'probe' }) }],
          dynamic_listeners: [
            {
              name: 'main',
              active_state: {
                version_info: '1',
                listener: any('envoy.config.listener.v3.Listener', LISTENER as never),
              },
              error_state: { details: 'no such filter' },
            },
            { name: 'new', warming_state: { listener: any('envoy.config.listener.v3.Listener', { name: 'new' }) } },
          ],
        },
        {
          '@type': admin('ClustersConfigDump'),
          static_clusters: [{ cluster: cluster('xds-grpc') }],
          dynamicActiveClusters: [{ cluster: cluster('a') }],
          dynamic_warming_clusters: [{ cluster: cluster('a') }],
        },
        {
          '@type': admin('RoutesConfigDump'),
          static_route_configs: [{ route_config: any('envoy.config.route.v3.RouteConfiguration', { name: 'inline' }) }],
          dynamic_route_configs: [{ route_config: any('envoy.config.route.v3.RouteConfiguration', { name: '80' }) }],
        },
        {
          '@type': admin('EndpointsConfigDump'),
          dynamic_endpoint_configs: [
            { endpoint_config: any('envoy.config.endpoint.v3.ClusterLoadAssignment', { clusterName: 'a' }) },
          ],
        },
        {
          '@type': admin('EcdsConfigDump'),
          ecds_filters: [{ ecds_filter: any('envoy.config.core.v3.TypedExtensionConfig', { name: 'wasm' }) }],
        },
      ],
    })
    expect(proxy.kind).toBe('config_dump')
    expect(proxy.listeners.map((each) => each.name)).toEqual(['probe', 'main', 'new'])
    expect(proxy.listeners[1]).toEqual(NORMALISED)
    expect(proxy.clusters.map((each) => each.name)).toEqual(['xds-grpc', 'a'])
    expect(proxy.statics).toEqual({ listeners: ['probe'], clusters: ['xds-grpc'] })
    expect(proxy.routes).toEqual([{ name: '80' }])
    expect(proxy.endpoints).toEqual([{ cluster_name: 'a' }])
    expect(proxy.extensions).toEqual([{ name: 'wasm' }])
    expect(proxy.bootstrap).toEqual({ node: { id: 'n' } })
    expect(proxy.notes).toEqual([
      'listener main: Envoy refused an update: no such filter',
      'listener new is warming: the proxy does not use it yet',
    ])
  })

  it('reads what istioctl prints for one section', () => {
    const proxy = read([LISTENER])
    expect(proxy).toMatchObject({
      kind: 'istioctl',
      listeners: [NORMALISED],
      notes: ['only listeners are in this document'],
    })
  })

  it('reads a case and keeps its traffic', () => {
    const proxy = read('config:\n  listeners: [{name: a}]\n  clusters: [{name: b}]\nrequests: [{path: /x}]\n')
    expect(proxy).toMatchObject({ kind: 'case', listeners: [{ name: 'a' }], traffic: { requests: [{ path: '/x' }] } })
    const whole = read('config: {admin: {}, static_resources: {listeners: [{name: a}]}}\nexpect: []\n')
    expect(whole).toMatchObject({ kind: 'case', listeners: [{ name: 'a' }], bootstrap: { admin: {} } })
  })

  it.each([
    ['prose', 'hello there', /^expected an Envoy bootstrap .*; found text \("hello there"\)$/, 1],
    ['another YAML', 'services: {}\nversion: 3\n', /found an object with services, version$/, 1],
    ['a resource', 'apiVersion: v1\nkind: Service\n', /^kind: this is a Service, which changes a proxy but is none/, 2],
    ['a half dump', '{"configs": [\n{"a": ', /^not valid JSON at line 2/, 2],
    ['nothing', '', /the text is empty/, 1],
    ['two documents', 'listeners: []\n---\nlisteners: []\n', /the text has 2 documents/, 3],
    ['a list that is none', 'listeners: []\nclusters: {a: b}\n', /^clusters: expected a list of clusters/, 2],
    ['an entry that is none', 'listeners:\n- a\n', /^listeners\[0\]: expected an object/, 2],
  ])('refuses %s', (_, text, message, line) => {
    const error = failure(text)
    expect(error.message).toMatch(message)
    expect(error.line).toBe(line)
  })

  it('names the file', () => {
    expect(failure('a: [', 'x.yaml').message).toMatch(/^x\.yaml:1:\d+: not valid YAML/)
  })
})
