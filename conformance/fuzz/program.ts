import fc from 'fast-check'
import type { CaseDocument, CaseRequest, HeaderPair, JsonObject, StubScript } from '../../src/cli/case-document.ts'
import { upstreams } from './actions.ts'
import { connectionManager } from './manager.ts'
import { HOSTS, headerPairs, list, MIRROR, merged, message, PATHS, QUERIES, sometimes, word } from './words.ts'

/** A request carries its own name, by which its trace at the servers is found again. */
export const ID_HEADER = 'x-fuzz-id'

/** The clusters that every program may use. */
export const clusters: JsonObject[] = [{ name: 'backend' }, { name: 'other' }, { name: 'down' }, { name: MIRROR }]

const wellKnown: fc.Arbitrary<HeaderPair> = fc.oneof(
  fc.tuple(fc.constant('x-forwarded-for'), word(['10.0.0.1', '1.2.3.4, 10.0.0.1', '1.2.3.4,5.6.7.8', 'junk'])),
  fc.tuple(fc.constant('x-forwarded-proto'), word(['https', 'http', 'ftp', 'HTTPS'])),
  fc.tuple(fc.constant('x-forwarded-host'), word(['fwd.test'])),
  fc.tuple(fc.constant('x-request-id'), word(['not-a-uuid', '0f0f0f0f-0000-4000-8000-00000000000a'])),
  fc.tuple(fc.constant('x-cluster'), word(['backend', 'other', 'nowhere', ''])),
  fc.tuple(fc.constant('cookie'), word(['c=a', 'c=b; d=1', 'd="abc"'])),
  fc.tuple(fc.constant('origin'), word(['a', 'http://shop.test', 'null'])),
  fc.tuple(fc.constant('access-control-request-method'), word(['GET'])),
  fc.tuple(fc.constant('content-type'), word(['application/grpc', 'text/plain'])),
  fc.tuple(fc.constant('x-envoy-fault-abort-request'), word(['429', '200', 'x'])),
  fc.tuple(fc.constant('x-envoy-original-path'), word(['/orig'])),
  fc.tuple(fc.constant('x-envoy-internal'), word(['true'])),
  fc.tuple(fc.constant('x-envoy-external-address'), word(['9.9.9.9'])),
  fc.tuple(fc.constant('x-envoy-upstream-rq-timeout-ms'), word(['4000', 'x'])),
  fc.tuple(fc.constant('via'), word(['1.0 before'])),
  fc.tuple(fc.constant('te'), word(['trailers', 'gzip', 'gzip, trailers;q=0.5'])),
  fc.tuple(fc.constant('expect'), word(['100-continue'])),
  fc.tuple(fc.constant('x-envoy-original-host'), word(['orig.test'])),
  fc.tuple(fc.constant('x-forwarded-port'), word(['8443'])),
  fc.tuple(fc.constant('x-forwarded-client-cert'), word(['By=spiffe://a;Hash=1'])),
  fc.tuple(fc.constant('x-envoy-retry-on'), word(['5xx', 'retriable-4xx,nonsense'])),
  fc.tuple(fc.constant('x-envoy-max-retries'), word(['2', '-1'])),
  fc.tuple(fc.constant('x-envoy-retriable-status-codes'), word(['404', '201,x'])),
  fc.tuple(fc.constant('x-envoy-attempt-count'), word(['5'])),
  fc.tuple(fc.constant('x-envoy-decorator-operation'), word(['op'])),
  fc.tuple(fc.constant('x-envoy-force-trace'), word(['1'])),
  fc.tuple(fc.constant('x-client-trace-id'), word(['trace-1'])),
  fc.tuple(fc.constant('x-envoy-expected-rq-timeout-ms'), word(['700'])),
  fc.tuple(fc.constant('x-envoy-downstream-service-cluster'), word(['caller'])),
  fc.tuple(fc.constant('x-envoy-ip-tags'), word(['tag'])),
  fc.tuple(fc.constant('referer'), word(['http://a.test/', 'junk'])),
  fc.tuple(fc.constant('grpc-timeout'), word(['9S', 'x'])),
  fc.tuple(fc.constant('accept-encoding'), word(['gzip'])),
  fc.tuple(fc.constant('x-ünï'), word(['1'])),
  fc.tuple(fc.constant('x-a'), word(['é', 'a\tb'])),
)

const path = fc.tuple(word(PATHS), word(QUERIES)).map(([path, query]) => path + query)

const request: fc.Arbitrary<CaseRequest> = merged(
  message({
    method: fc.oneof(
      { weight: 6, arbitrary: fc.constant(undefined) },
      { weight: 4, arbitrary: word(['POST', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'PATCH', 'get']) },
    ),
    authority: fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 4, arbitrary: word(HOSTS) }),
    path,
    body: sometimes(word(['b', 'hello body', 'x'.repeat(50)]), 4),
    protocol: sometimes(fc.constant('http2'), 4),
    trailers: sometimes(fc.constant([['x-t', '1']]), 8),
    sourceAddress: word(['127.0.0.2', '127.0.0.3']),
  }),
  fc
    .tuple(headerPairs, list(wellKnown, 2))
    .map(([plain, known]) => ({ headers: [...plain, ...known] as unknown as JsonObject['headers'] }) as JsonObject),
).map((value) => {
  // Only over HTTP/2 does the recording client send trailers.
  if (value.protocol !== 'http2') delete value.trailers
  return value as unknown as CaseRequest
})

/**
 * A whole case: one listener with a random chain, stub answers, and requests that may or may not fit it.
 */
export function program(maxRequests: number): fc.Arbitrary<CaseDocument> {
  return fc
    .tuple(connectionManager, upstreams, fc.array(request, { minLength: 4, maxLength: maxRequests }))
    .map(([manager, scripts, requests]) => ({
      config: {
        listeners: [
          {
            name: 'main',
            address: { socket_address: { address: '127.0.0.1', port_value: 10000 } },
            filter_chains: [{ filters: [manager] }],
          },
        ],
        clusters: structuredClone(clusters),
      },
      upstreams: scripts as unknown as Record<string, StubScript>,
      requests,
    }))
}

/** The document with every request named `PREFIX-N`. */
export function withIds(document: CaseDocument, prefix: string): CaseDocument {
  const requests = (document.requests ?? []).map((request, index): CaseRequest => {
    const headers = (request.headers ?? []).filter(([name]) => name !== ID_HEADER)
    return { ...request, headers: [...headers, [ID_HEADER, `${prefix}-${index}`]] }
  })
  return { ...document, requests }
}
