import { describe, expect, it } from 'vitest'
import { grpcFrame } from '../../../engine/grpc/frame.ts'
import { MemoryHost } from '../../../engine/host.ts'
import { simulateCase } from '../../../engine/simulate.ts'
import { loadEnvoyRegistry } from '../../../envoy/load.node.ts'
import { simulatedFilters } from '../../index.ts'

// What a gRPC service is sent holds the time, ports and a random id, so these cannot be recorded cases: the outcomes
// are those that Envoy 1.40 showed for the same answers.
const registry = loadEnvoyRegistry()
const ANY = 'type.googleapis.com/'

interface Call {
  attributes: {
    request: { http: { method: string; path: string; headers: Record<string, string>; body: string } }
    contextExtensions: Record<string, string>
  }
}

const REQUEST = 'envoy.service.auth.v3.CheckRequest'
const RESPONSE = 'envoy.service.auth.v3.CheckResponse'

function answer(response: object) {
  const bytes = grpcFrame(registry.encode(RESPONSE, registry.decode(RESPONSE, response as never) as never))
  return {
    headers: [['content-type', 'application/grpc'] as const],
    body: { base64: Buffer.from(bytes).toString('base64') },
    trailers: [['grpc-status', '0'] as const],
  }
}

async function run(reply: object, filter: object = {}, request: object = {}) {
  const { results, traces } = await simulateCase(
    {
      config: {
        listeners: [
          {
            name: 'main',
            address: { socket_address: { address: '0.0.0.0', port_value: 10_000 } },
            filter_chains: [{ filters: [{ name: 'hcm', typed_config: manager(filter) }] }],
          },
        ],
        clusters: [{ name: 'backend' }, { name: 'authz', http2_protocol_options: {} }],
      },
      upstreams: { backend: [{ body: 'ok', headers: [['x-b', 'old']] }], authz: [reply as never] },
      requests: [{ path: '/a?b=1', ...request }],
    },
    { registry: registry as never, catalogue: simulatedFilters(), host: new MemoryHost(), trace: true },
  )
  const result = results[0]!
  const sent = result.upstream[0] as { body: string | { base64: string } } | undefined
  const body =
    sent && (typeof sent.body === 'string' ? Buffer.from(sent.body) : Buffer.from(sent.body.base64, 'base64'))
  const check = () => registry.decodeBinary(REQUEST, body!.subarray(5)) as unknown as Call
  return { result, check, steps: traces[0]!.steps }
}

function manager(filter: object) {
  return {
    '@type': `${ANY}envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: 'test',
    route_config: {
      virtual_hosts: [
        { name: 'all', domains: ['*'], routes: [{ match: { prefix: '/' }, route: { cluster: 'backend' } }] },
      ],
    },
    http_filters: [
      {
        name: 'ext_authz',
        typed_config: {
          '@type': `${ANY}envoy.extensions.filters.http.ext_authz.v3.ExtAuthz`,
          grpc_service: { envoy_grpc: { cluster_name: 'authz' }, timeout: '1s' },
          ...filter,
        },
      },
      { name: 'router', typed_config: { '@type': `${ANY}envoy.extensions.filters.http.router.v3.Router` } },
    ],
  }
}

const option = (key: string, value: string, more: object = {}) => ({ header: { key, value }, ...more })

describe('ext_authz with a gRPC service', () => {
  it('tells the service of the request', async () => {
    const { result, check } = await run(
      answer({ status: {} }),
      {},
      {
        headers: [
          ['x-a', '1'],
          ['x-a', '2'],
        ],
      },
    )
    expect(result.upstream.map((each) => each.cluster)).toEqual(['authz', 'backend'])
    const { http } = check().attributes.request
    expect(http).toMatchObject({ method: 'GET', path: '/a?b=1' })
    expect(http.headers['x-a']).toBe('1,2')
  })

  it('cuts the body and says so', async () => {
    const filter = { with_request_body: { max_request_bytes: 4, allow_partial_message: true } }
    const { check } = await run(answer({ status: {} }), filter, { method: 'POST', body: 'abcdef' })
    const { http } = check().attributes.request
    expect(http.body).toBe('abcd')
    expect(http.headers['x-envoy-auth-partial-body']).toBe('true')
  })

  it('sets request headers whatever append_action says, and appends only by the deprecated append', async () => {
    const headers = [
      option('x-add', 'n'),
      option('x-absent', 'n', { append_action: 'ADD_IF_ABSENT' }),
      option('x-old', 'n', { append: true }),
      option('x-none', 'n', { append: true }),
    ]
    const { result } = await run(
      answer({ status: {}, ok_response: { headers } }),
      {},
      {
        headers: ['x-add', 'x-absent', 'x-old'].map((name) => [name, 'o']),
      },
    )
    const seen = result.upstream[1]?.headers ?? []
    expect(seen).toContainEqual(['x-add', 'n'])
    expect(seen).toContainEqual(['x-absent', 'n'])
    expect(seen).toContainEqual(['x-old', 'o,n'])
    expect(seen.map(([name]) => name)).not.toContain('x-none')
  })

  it('follows append_action for response headers', async () => {
    const headers = [
      option('x-b', 'absent', { append_action: 'ADD_IF_ABSENT' }),
      option('x-c', 'exists', { append_action: 'OVERWRITE_IF_EXISTS' }),
      option('x-d', 'added'),
    ]
    const { result } = await run(answer({ status: {}, ok_response: { response_headers_to_add: headers } }))
    expect(result.response.headers).toContainEqual(['x-b', 'old'])
    expect(result.response.headers).toContainEqual(['x-d', 'added'])
    expect(result.response.headers?.map(([name]) => name)).not.toContain('x-c')
  })

  it('denies with what the service says, and shows why', async () => {
    const denied = { status: { code: 401 }, headers: [option('x-why', 'y')], body: '{}' }
    const { result, steps } = await run(answer({ status: { code: 16 }, denied_response: denied }))
    expect(result).toMatchObject({ details: 'ext_authz_denied', flags: 'UAEX', response: { status: 401, body: '{}' } })
    expect(result.response.headers).toContainEqual(['x-why', 'y'])
    expect(steps.some(({ reason }) => reason?.includes('UNAUTHENTICATED (16)'))).toBe(true)
  })

  it.each([
    [
      'a status in trailers only',
      {
        headers: [
          ['content-type', 'application/grpc'],
          ['grpc-status', '14'],
        ],
      },
    ],
    ['no message', { headers: [['content-type', 'application/grpc']], trailers: [['grpc-status', '0']] }],
    ['a compressed message', { body: { base64: 'AQAAAAEA' }, trailers: [['grpc-status', '0']] }],
    ['no trailers', { body: { base64: 'AAAAAAA=' } }],
    ['an HTTP error', { status: 503 }],
    ['a reset', { reset: true }],
  ])('takes %s for an error', async (_, reply) => {
    const { result } = await run(reply)
    expect(result).toMatchObject({ details: 'ext_authz_error', flags: 'UAEX', response: { status: 403 } })
  })

  it('lets an error pass with failure_mode_allow', async () => {
    const { result } = await run({ status: 503 }, { failure_mode_allow: true, failure_mode_allow_header_add: true })
    expect(result.upstream[1]?.headers).toContainEqual(['x-envoy-auth-failure-mode-allowed', 'true'])
  })

  it('refuses a query parameter that would need encoding', async () => {
    const ok = { query_parameters_to_set: [{ key: 'a', value: 'b%20' }] }
    const { result } = await run(answer({ status: {}, ok_response: ok }), { validate_mutations: true })
    expect(result).toMatchObject({ details: 'ext_authz_invalid', response: { status: 500 } })
  })

  it('writes query parameters back in the order of their names', async () => {
    const ok = { query_parameters_to_set: [{ key: 'new', value: 'v' }], query_parameters_to_remove: ['gone'] }
    const { result } = await run(answer({ status: {}, ok_response: ok }), {}, { path: '/p?z=1&gone=2&a=3' })
    expect(result.upstream[1]).toMatchObject({ path: '/p?a=3&new=v&z=1' })
  })
})
