import { describe, expect, it } from 'vitest'
import { chainMatch, chainTitle, clusterTitle, configHint, listenerTitle, routeAction, routeMatch } from './describe.ts'

describe('in a few words', () => {
  it.each([
    ['outbound|8000||httpbin.default.svc.cluster.local', 'httpbin.default:8000'],
    ['outbound|80|v2|web.ns.svc.cluster.local', 'web.ns:80 v2'],
    ['inbound|8080||', 'inbound :8080'],
    ['outbound_.80_._.x', 'outbound_.80_._.x'],
    ['a|b', 'a|b'],
    ['plain', 'plain'],
  ])('cluster %s is %s', (name, title) => expect(clusterTitle(name)).toBe(title))

  it('listeners', () => {
    expect(listenerTitle({ address: { socket_address: { address: '::', port_value: 80 } } })).toBe(
      '::80'.replace('::', ':::'),
    )
    expect(listenerTitle({ name: 'main_internal', internal_listener: {} })).toBe('main_internal')
    expect(listenerTitle({ address: { pipe: { path: '/tmp/x' } } })).toBe('/tmp/x')
  })

  it('chains', () => {
    const match = {
      destination_port: 8080,
      server_names: ['a.com', 'b.com'],
      transport_protocol: 'raw_buffer',
      application_protocols: ['h2'],
      source_prefix_ranges: [{ address_prefix: '10.0.0.0', prefix_len: 8 }],
      source_type: 'EXTERNAL',
    }
    expect(chainMatch({ filter_chain_match: match })).toBe(
      'port 8080 · SNI a.com +1 · plaintext · h2 · from 10.0.0.0/8 · external',
    )
    expect(chainMatch({})).toBe('')
    expect(chainTitle({ filter_chain_match: null }, 0)).toBe('default')
    expect(chainTitle({}, 'default')).toBe('default chain')
    expect(chainTitle({}, 2)).toBe('chain 3')
  })

  it.each([
    [{ match: { prefix: '/api' } }, '/api*'],
    [{ match: { prefix: '' } }, '*'],
    [{ match: { path: '/x', headers: [{}, {}], query_parameters: [{}] } }, '/x + 2 headers + 1 query'],
    [{ match: { safe_regex: { regex: '^/a' } } }, '~ ^/a'],
    [{ match: { path_separated_prefix: '/a' } }, '/a/…'],
    [{ match: { connect_matcher: {} } }, 'CONNECT'],
    [{ match: { path_match_policy: { typed_config: { path_template: '/a/{b}' } } } }, '/a/{b}'],
    [{}, 'any path'],
  ])('route match %j', (route, text) => expect(routeMatch(route as never)).toBe(text))

  it.each([
    [{ route: { cluster: 'a', prefix_rewrite: '/', timeout: '15s' } }, 'rewrite / · 15 s', '→ a', ['a']],
    [
      { route: { weighted_clusters: { clusters: [{ name: 'a', weight: 9 }, { name: 'b' }] } } },
      '',
      '→ a 9, b 0',
      ['a', 'b'],
    ],
    [{ route: { cluster_header: 'x-c' } }, '', '→ by header x-c', []],
    [{ redirect: { https_redirect: true, host_redirect: 'h' } }, 'redirect', '⇒ https h', []],
    [{ direct_response: { status: 404 } }, 'answers itself', '⇒ 404', []],
    [{}, '', 'no action', []],
  ])('route action %j', (route, detail, target, clusters) => {
    expect(routeAction(route as never)).toEqual({ detail, target, clusters })
  })

  it('filters', () => {
    expect(configHint('x.RBAC', { rules: { policies: { a: {}, b: {} } } })).toBe('2 policies')
    expect(configHint('x.TcpProxy', { cluster: 'inbound|1||' })).toBe('→ inbound :1')
    expect(configHint('x.LocalRateLimit', { token_bucket: { max_tokens: 5, fill_interval: '1s' } })).toBe('5 per 1s')
    expect(configHint('x.Other', {})).toBe('')
  })
})
