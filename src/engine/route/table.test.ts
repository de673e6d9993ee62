import { describe, expect, it } from 'vitest'
import { testInfo, testRequest, testRoutes, testServices, testTable } from './fixture.node.ts'

const toBackend = { route: { cluster: 'backend' } }

function host(name: string, ...domains: string[]) {
  return { name, domains, routes: [{ name, match: { prefix: '/' }, ...toBackend }] }
}

function routeOf(table: ReturnType<typeof testTable>, authority: string, path = '/') {
  const headers = testRequest(path, [], authority)
  return table.match(headers, testInfo(headers))
}

describe('virtual hosts', () => {
  const table = testTable({
    virtual_hosts: [
      host('any', '*'),
      host('suffix', '*.test'),
      host('longer', '*.a.test'),
      host('prefix', 'www.*'),
      host('exact', 'WWW.a.test'),
    ],
  })

  it.each([
    ['www.A.test', 'exact'],
    ['x.a.test', 'longer'],
    ['x.test', 'suffix'],
    ['www.org', 'prefix'],
    ['www.', 'any'],
    ['.test', 'any'],
    ['a.test:80', 'any'],
  ])('%s goes to %s', (authority, expected) => {
    expect(routeOf(table, authority).route?.virtualHostName).toBe(expected)
  })

  it('refuses a domain that stands twice, whatever its case', () => {
    expect(() => testTable({ virtual_hosts: [host('a', 'x.test'), host('b', 'X.TEST')] })).toThrow(
      "route_config.virtual_hosts[1].domains[0]: the domain 'X.TEST' stands twice; `a` has it already",
    )
  })

  it('finds one of 10,000 hosts without looking at the others', () => {
    const hosts = Array.from({ length: 10_000 }, (_, i) => host(`h${i}`, `h${i}.test`, `*.w${i}.test`))
    const large = testTable({ virtual_hosts: hosts })
    expect(routeOf(large, 'h9999.test').route?.name).toBe('h9999')
    expect(routeOf(large, 'x.w1234.test').route?.name).toBe('h1234')
    expect(routeOf(large, 'none.test').route).toBeUndefined()
  })
})

describe('reasons', () => {
  const table = testRoutes([
    { name: 'admin', match: { prefix: '/admin' }, ...toBackend },
    {
      name: 'json',
      match: { prefix: '/', headers: [{ name: 'accept', string_match: { exact: 'json' } }] },
      ...toBackend,
    },
    { match: { path: '/x' }, ...toBackend },
  ])

  it('names the route, what it matched, and why earlier ones did not', () => {
    expect(routeOf(table, 'a.test', '/x').reason).toBe(
      'virtual host `all`, route #3: path /x matched; 2 earlier routes did not: `admin` not prefix /admin, `json` header accept exact "json"',
    )
  })

  it('says that nothing matched, and stays short whatever the number of routes', () => {
    const many = testRoutes(Array.from({ length: 1000 }, (_, i) => ({ match: { path: `/${i}` }, ...toBackend })))
    const { route, reason } = routeOf(many, 'a.test', '/none')
    expect(route).toBeUndefined()
    expect(reason).toContain('none of 1000 routes matched')
    expect(reason.length).toBeLessThan(200)
  })

  it('tells of hosts that are not there', () => {
    const one = testTable({ virtual_hosts: [host('a', 'a.test')] })
    expect(routeOf(one, 'b.test').reason).toBe(
      'route configuration `local`: none of 1 virtual hosts has the domain b.test',
    )
  })
})

describe('what Envoy refuses', () => {
  it.each([
    [{ match: { prefix: '/' }, route: { cluster: 'gone' } }, "unknown cluster 'gone'; there are backend"],
    [{ match: {}, ...toBackend }, 'a route match needs one of'],
    [{ match: { safe_regex: { regex: '(' } }, ...toBackend }, "invalid regex '('"],
    [{ match: { path_separated_prefix: '/a/' }, ...toBackend }, 'has to have no ?, no # and no / at its end'],
    [
      { match: { prefix: '/' }, route: { cluster: 'backend', prefix_rewrite: '/a', path_rewrite: '/b' } },
      'only one of prefix_rewrite',
    ],
    [
      { match: { prefix: '/' }, direct_response: { status: 200, body: { inline_string: 'x'.repeat(5000) } } },
      'is 5000 bytes long',
    ],
    [
      { match: { prefix: '/' }, ...toBackend, request_headers_to_add: [{ header: { key: ':path', value: 'x' } }] },
      'pseudo headers and host cannot be set',
    ],
    [
      { match: { prefix: '/' }, route: { weighted_clusters: { clusters: [{ name: 'backend', weight: 0 }] } } },
      'the weights have to sum to more than 0',
    ],
  ])('%j', (route, message) => {
    expect(() => testRoutes([route])).toThrow(message)
    expect(() => testRoutes([route])).toThrow(/^route_config\.virtual_hosts\[0\]\.routes\[0\]/)
  })
})

describe('weighted clusters', () => {
  const services = testServices({ clusters: ['a', 'b'] })
  const table = testRoutes(
    [
      {
        match: { prefix: '/' },
        route: {
          weighted_clusters: {
            clusters: [
              { name: 'a', weight: 30 },
              { name: 'b', weight: 70 },
            ],
          },
        },
      },
    ],
    services,
  )

  it.each([
    [0, 'a'],
    [0.299, 'a'],
    [0.3, 'b'],
    [0.999, 'b'],
  ])('a draw of %d goes to %s', (random, cluster) => {
    const headers = testRequest('/')
    const info = testInfo(headers)
    info.random = random
    expect(table.match(headers, info).route?.clusterName).toBe(cluster)
  })

  it('draws once for a stream', () => {
    const headers = testRequest('/')
    const info = testInfo(headers)
    table.match(headers, info)
    const drawn = info.random
    table.match(headers, info)
    expect(info.random).toBe(drawn)
  })
})

describe('per-filter configuration', () => {
  it('comes least specific first, and a plain entry enables its filter', () => {
    const buffer = {
      '@type': 'type.googleapis.com/envoy.extensions.filters.http.buffer.v3.BufferPerRoute',
      disabled: true,
    }
    const off = { '@type': 'type.googleapis.com/envoy.config.route.v3.FilterConfig', disabled: true }
    const table = testTable({
      typed_per_filter_config: { f: buffer },
      virtual_hosts: [
        {
          name: 'all',
          domains: ['*'],
          typed_per_filter_config: { f: off },
          routes: [{ match: { prefix: '/' }, ...toBackend, typed_per_filter_config: { f: buffer } }],
        },
      ],
    })
    const entries = routeOf(table, 'a.test').route!.perFilterConfigs('f')
    expect(entries.map((entry) => entry.disabled)).toEqual([false, true, false])
    expect(entries[1]!.message).toBeUndefined()
    expect(entries[2]!.message).toMatchObject({ override: { case: 'disabled', value: true } })
    expect(routeOf(table, 'a.test').route!.perFilterConfigs('other')).toEqual([])
  })
})

describe('what is not modelled', () => {
  it('is said of the formats that a route would print', () => {
    const table = testRoutes([
      {
        match: { prefix: '/' },
        ...toBackend,
        request_headers_to_add: [{ header: { key: 'x-s', value: '%SPAN_ID% %REQ(x)%' } }],
      },
    ])
    expect(routeOf(table, 'a.test').reason).toBe(
      'virtual host `all`, route #1: prefix / matched; no value here for %SPAN_ID%',
    )
  })
})
