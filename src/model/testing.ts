import type { Design } from './design.ts'
import { openDesign } from './migrations.ts'

/** A small proxy with one of everything, for tests. */
export function sampleDesign(): Design {
  const http = (name: string, extra = {}) => ({
    name,
    typed_config: { '@type': `type.googleapis.com/${name}` },
    ...extra,
  })
  return openDesign({
    format: 1,
    name: 'sample',
    config: {
      listeners: [
        {
          name: 'main',
          address: { socket_address: { address: '0.0.0.0', port_value: 8080 } },
          listener_filters: [{ name: 'tls' }],
          filter_chains: [
            { filters: [{ name: 'stats' }, { name: 'tcp', typed_config: { '@type': 'x/TcpProxy', cluster: 'a' } }] },
            {
              name: 'web',
              filters: [
                {
                  name: 'hcm',
                  typed_config: {
                    '@type': 'type.googleapis.com/x.HttpConnectionManager',
                    rds: { route_config_name: 'r' },
                    http_filters: [http('one'), http('two'), http('two', { unknown: 1 }), http('router')],
                  },
                },
              ],
            },
          ],
          default_filter_chain: {
            filters: [
              {
                name: 'hcm',
                typed_config: {
                  '@type': 'type.googleapis.com/x.HttpConnectionManager',
                  route_config: {
                    virtual_hosts: [{ name: 'v', domains: ['*'], routes: [{ match: { prefix: '/' } }] }],
                  },
                  http_filters: [http('router')],
                },
              },
            ],
          },
        },
      ],
      routes: [
        {
          name: 'r',
          virtual_hosts: [
            {
              name: 'shop/eu~1',
              domains: ['*'],
              routes: [
                { name: 'x', match: { prefix: '/x' }, route: { cluster: 'a' } },
                {
                  match: { prefix: '/' },
                  route: {
                    weighted_clusters: {
                      clusters: [
                        { name: 'a', weight: 1 },
                        { name: 'b', weight: 2 },
                      ],
                    },
                  },
                },
              ],
            },
          ],
        },
      ],
      clusters: [{ name: 'a' }, { name: 'b' }],
      secrets: [{ name: 'kept' }],
    },
    upstreams: { a: [{ status: 200 }], b: 'down' },
    requests: [{ path: '/x', listener: 'main' }],
    connections: [{ send: ['PING'] }],
  })
}
