import { expect, test } from 'vitest'
import { loadEnvoyRegistry } from '../../envoy/load.node.ts'
import type { Cluster } from '../../envoy/types/envoy/config/cluster/v3/cluster_pb.d.ts'
import { simulatedFilters } from '../../filters/index.ts'
import { MemoryHost } from '../host.ts'
import type { MessageRegistry } from '../services.ts'
import { simulateCase } from '../simulate.ts'
import { speaksTls } from './transport.ts'

const registry = loadEnvoyRegistry() as unknown as MessageRegistry
const socket = (type: string, more: object = {}) => ({
  name: 'socket',
  typed_config: { '@type': `type.googleapis.com/envoy.extensions.transport_sockets.${type}`, ...more },
})
const TLS = socket('tls.v3.UpstreamTlsContext')
const RAW = socket('raw_buffer.v3.RawBuffer')

test.each([
  ['nothing', {}, false],
  ['TLS', { transport_socket: TLS }, true],
  ['plain text', { transport_socket: RAW }, false],
  [
    'TLS within PROXY protocol',
    { transport_socket: socket('proxy_protocol.v3.ProxyProtocolUpstreamTransport', { transport_socket: TLS }) },
    true,
  ],
  [
    'what an endpoint without metadata matches',
    {
      transport_socket: TLS,
      transport_socket_matches: [
        { name: 'mtls', match: { tlsMode: 'istio' }, transport_socket: TLS },
        { name: 'plain', match: {}, transport_socket: RAW },
      ],
    },
    false,
  ],
  [
    'the socket of the cluster when no match fits',
    { transport_socket: TLS, transport_socket_matches: [{ name: 'm', match: { a: 'b' }, transport_socket: RAW }] },
    true,
  ],
])('a cluster with %s', (_, fields, expected) => {
  const cluster = registry.decode<Cluster>('envoy.config.cluster.v3.Cluster', { name: 'c', ...fields })
  expect(speaksTls(cluster, registry)).toBe(expected)
})

test.each([
  [undefined, 503],
  [true, 200],
])('a server behind a TLS cluster that speaks TLS or not: %s', async (serversSpeakTls, status) => {
  const type = 'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'
  const route = { match: { prefix: '/' }, route: { cluster: 'c' } }
  const router = {
    name: 'router',
    typed_config: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router' },
  }
  const manager = {
    '@type': type,
    stat_prefix: 's',
    route_config: { virtual_hosts: [{ name: 'v', domains: ['*'], routes: [route] }] },
    http_filters: [router],
  }
  const address = { socket_address: { address: '0.0.0.0', port_value: 80 } }
  const config = {
    listeners: [{ name: 'l', address, filter_chains: [{ filters: [{ name: 'hcm', typed_config: manager }] }] }],
    clusters: [{ name: 'c', transport_socket: TLS }],
  }
  const deps = {
    registry,
    catalogue: simulatedFilters(),
    host: new MemoryHost(),
    ...(serversSpeakTls ? { serversSpeakTls } : {}),
  }
  const { results } = await simulateCase({ config, requests: [{ path: '/' }] }, deps)
  expect(results[0]?.response.status).toBe(status)
})
