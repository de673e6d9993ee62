import { expect, test } from 'vitest'
import gateway from '../istio/bases/gateway.json' with { type: 'json' }
import sidecar from '../istio/bases/sidecar.json' with { type: 'json' }
import waypoint from '../istio/bases/waypoint.json' with { type: 'json' }
import type { EnvoyConfig } from './design.ts'
import { sampleRequests, sampleTraffic } from './sample-requests.ts'

const of = (config: unknown) => sampleRequests(config as EnvoyConfig)

test('a gateway is asked for a host that it routes', () => {
  expect(of(gateway)).toEqual([{ method: 'GET', authority: 'shop.example.com', path: '/api/items' }])
})

test('a sidecar makes a call and gets one', () => {
  expect(of(sidecar)).toEqual([
    {
      name: 'call httpbin',
      method: 'GET',
      authority: 'httpbin.default.svc.cluster.local:8000',
      path: '/get',
      listener: 'virtualOutbound',
      originalDestination: { ip: '10.96.0.10', port: 8000 },
    },
    {
      name: 'be called at 8080',
      method: 'GET',
      authority: 'example.com',
      path: '/get',
      listener: 'virtualInbound',
      originalDestination: { ip: '10.0.0.1', port: 8080 },
    },
  ])
})

test('servers that only a design can know of are there', () => {
  const { upstreams } = sampleTraffic(sidecar as unknown as EnvoyConfig)
  expect(Object.keys(upstreams)).toContain('inbound|8080||')
  expect(Object.keys(upstreams)).not.toContain('outbound|8000||httpbin.default.svc.cluster.local')
})

test('a waypoint sees what comes out of the tunnel', () => {
  expect(of(waypoint)).toEqual([
    {
      name: 'out of the tunnel',
      method: 'GET',
      authority: 'orders.default.svc.cluster.local',
      path: '/',
      listener: 'main_internal',
      originalDestination: { ip: '10.96.0.30', port: 80 },
    },
  ])
})

test('plain Envoy is asked at its first listener, if that speaks HTTP', () => {
  const type = 'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'
  const http = { name: 'main', filter_chains: [{ filters: [{ typed_config: { '@type': type } }] }] }
  expect(of({ listeners: [http], clusters: [] })).toEqual([{ method: 'GET', path: '/' }])
  expect(of({ listeners: [{ name: 'raw' }, http], clusters: [] })).toEqual([
    { method: 'GET', path: '/', listener: 'main' },
  ])
  expect(of({ listeners: [], clusters: [] })).toEqual([])
})
