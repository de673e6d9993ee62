import fc from 'fast-check'
import type { CaseDocument, CaseRequest, JsonObject, StubScript } from '../../../src/cli/case-document.ts'
import { httpFilters, perFilterConfig } from '../filters.ts'
import { clusters } from '../program.ts'
import { boolean, headerPairs, list, MIRROR, merged, message, sometimes, typed, word } from '../words.ts'
import { reporter } from './prelude.ts'
import { script } from './script.ts'

const source = (code: string): JsonObject => ({ inline_string: code })
const lua = (config: JsonObject): JsonObject => ({
  name: 'lua',
  typed_config: typed('envoy.extensions.filters.http.lua.v3.Lua', config),
})

const context = { k: 'context', n: 1.5, deep: { list: [1, 'a', null, true] } }

const luaFilter = (name: string): fc.Arbitrary<JsonObject> =>
  fc
    .record({
      code: fc.oneof(
        { weight: 8, arbitrary: script(name).map((code) => ({ default_source_code: source(code) })) },
        { weight: 1, arbitrary: script(name).map((code) => ({ inline_code: code })) },
        { weight: 1, arbitrary: fc.constant({}) },
      ),
      named: sometimes(script(`${name}n`), 4),
      rest: message({
        clear_route_cache: sometimes(boolean, 5),
        stat_prefix: sometimes(word(['p']), 6),
        filter_context: sometimes(fc.constant(context), 4),
      }),
    })
    .map(({ code, named, rest }) =>
      lua({ ...code, ...(named !== undefined && { source_codes: { other: source(named) } }), ...rest }),
    )

const perRoute = fc
  .oneof(
    { weight: 5, arbitrary: fc.constant<JsonObject | undefined>(undefined) },
    { weight: 1, arbitrary: fc.constant<JsonObject | undefined>({ disabled: true }) },
    { weight: 2, arbitrary: word(['other', 'missing']).map((name): JsonObject | undefined => ({ name })) },
    { weight: 2, arbitrary: script('r').map((code): JsonObject | undefined => ({ source_code: source(code) })) },
    { weight: 1, arbitrary: fc.constant<JsonObject | undefined>({ filter_context: { k: 'of the route' } }) },
  )
  .map(
    (config): JsonObject => (config ? { lua: typed('envoy.extensions.filters.http.lua.v3.LuaPerRoute', config) } : {}),
  )

const perFilter = fc
  .tuple(perRoute, sometimes(perFilterConfig, 4))
  .map(([own, others]): JsonObject => ({ typed_per_filter_config: { ...others, ...own } }))

const struct = { k: 'v', n: 2, deep: { list: ['a', true, null] }, list: [1, [2]], é: 'ü' }
const metadata = word<JsonObject>([
  {},
  { filter_metadata: { fuzz: struct } },
  { filter_metadata: { lua: { k: 'of lua' } } },
])

const forward = message({
  cluster: word(['backend', 'other']),
  prefix_rewrite: sometimes(fc.constant('/rewritten'), 8),
  host_rewrite_literal: sometimes(fc.constant('rewritten.test'), 8),
  retry_policy: sometimes(
    fc.constant({ retry_on: '5xx', num_retries: 1, retry_back_off: { base_interval: '0.001s' } }),
    6,
  ),
  timeout: fc.constant('0s'),
  request_mirror_policies: sometimes(fc.constant([{ cluster: MIRROR }]), 10),
  internal_redirect_policy: sometimes(fc.constant({ redirect_response_codes: [302] }), 10),
}).map((route): JsonObject => ({ route }))

const action = fc.oneof(
  { weight: 8, arbitrary: forward },
  { weight: 1, arbitrary: fc.constant<JsonObject>({ route: { cluster: 'down' } }) },
  { weight: 1, arbitrary: fc.constant<JsonObject>({ direct_response: { status: 200, body: source('direct') } }) },
)

const route = fc.tuple(word(['r1', 'r2', '']), word(['/', '/', '/b', '/new']), action, perFilter, metadata).map(
  ([name, prefix, act, override, meta]): JsonObject => ({
    ...(name && { name }),
    match: { prefix },
    ...act,
    ...override,
    ...(Object.keys(meta).length > 0 && { metadata: meta }),
  }),
)

const virtualHost = fc.tuple(list(route, 3, 1), perFilter, metadata).map(
  ([routes, override, meta]): JsonObject => ({
    name: 'all',
    domains: ['*'],
    routes,
    ...override,
    ...(Object.keys(meta).length > 0 && { metadata: meta }),
  }),
)

const answer = message({
  status: sometimes(word([200, 201, 204, 302, 304, 404, 500]), 3),
  headers: sometimes(
    list(
      fc.tuple(word(['x-up', 'x-a', 'set-cookie', 'content-type', 'location']), word(['1', 'a', '/b', 'text/plain'])),
      3,
    ),
    2,
  ),
  body: sometimes(word(['', 'hi', 'a longer answer', 'y'.repeat(2000)]), 2),
  chunked: sometimes(fc.constant(true), 4),
  reset: sometimes(fc.constant(true), 40),
})

const upstreams = message({ backend: list(answer, 3, 1), other: list(answer, 2, 1) }).map((scripts) => ({
  ...scripts,
  down: 'down',
}))

const request: fc.Arbitrary<CaseRequest> = merged(
  message({
    method: fc.oneof(
      { weight: 4, arbitrary: fc.constant(undefined) },
      { weight: 3, arbitrary: word(['POST', 'POST', 'PUT', 'HEAD']) },
    ),
    path: word(['/', '/a?q=1', '/b', '/new']),
    body: sometimes(word(['b', 'hello body', 'x'.repeat(300)]), 2),
    protocol: sometimes(fc.constant('http2'), 3),
    trailers: sometimes(fc.constant([['x-t', '1']]), 3),
    sourceAddress: word(['127.0.0.2', '127.0.0.3']),
  }),
  fc
    .tuple(headerPairs, sometimes(fc.constant(['content-type', 'application/grpc']), 8))
    .map(([plain, grpc]) => ({ headers: grpc ? [...plain, grpc] : plain }) as unknown as JsonObject),
).map((value) => {
  // Only over HTTP/2 does the recording client send trailers.
  if (value.protocol !== 'http2') delete value.trailers
  return value as unknown as CaseRequest
})

const ROUTER: JsonObject = {
  name: 'envoy.filters.http.router',
  typed_config: typed('envoy.extensions.filters.http.router.v3.Router', {}),
}

const filters = fc
  .record({
    wait: boolean,
    first: luaFilter('a'),
    second: sometimes(luaFilter('b'), 3),
    beside: fc.oneof({ weight: 2, arbitrary: fc.constant<JsonObject[]>([]) }, { weight: 1, arbitrary: httpFilters }),
    before: fc.nat({ max: 4 }),
  })
  .map(({ wait, first, second, beside, before }) => {
    const own = [first, ...(second ? [{ ...second, name: 'second' }] : [])]
    return [
      { ...lua({ default_source_code: source(reporter(wait)) }), name: 'reporter' },
      ...beside.slice(0, before),
      ...own,
      ...beside.slice(before),
      ROUTER,
    ]
  })

/** A whole case around random Lua scripts: one to two filters, per-route scripts, and requests. */
export function luaProgram(maxRequests: number): fc.Arbitrary<CaseDocument> {
  return fc
    .record({
      filters,
      host: virtualHost,
      scripts: upstreams,
      requests: fc.array(request, { minLength: 2, maxLength: maxRequests }),
      // The counters of scripts are those of the connection manager's prefix, and a batch shares one Envoy.
      stats: fc.nat(),
      limit: sometimes(word([400, 1000]), 10),
    })
    .map(({ filters: httpFilters, host, scripts, requests, limit, stats }) => ({
      config: {
        listeners: [
          {
            name: 'main',
            address: { socket_address: { address: '127.0.0.1', port_value: 10000 } },
            ...(limit !== undefined && { per_connection_buffer_limit_bytes: limit }),
            filter_chains: [
              {
                filters: [
                  {
                    name: 'hcm',
                    typed_config: typed(
                      'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
                      {
                        stat_prefix: `fuzz${stats}`,
                        route_config: { virtual_hosts: [host] },
                        http_filters: httpFilters,
                      },
                    ),
                  },
                ],
              },
            ],
          },
        ],
        clusters: structuredClone(clusters),
      },
      upstreams: scripts as unknown as Record<string, StubScript>,
      requests,
    }))
}
