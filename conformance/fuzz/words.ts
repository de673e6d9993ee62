import fc from 'fast-check'
import type { HeaderPair, JsonObject } from '../../src/cli/case-document.ts'

// Small vocabularies on purpose: requests have to hit what the configuration asks for, and to miss it narrowly.

export const CLUSTERS = ['backend', 'other', 'down'] as const

/** Gets copies of requests only: when a copy arrives says nothing, so what it got is compared apart. */
export const MIRROR = 'mirror'

const HEADER_NAMES = ['x-a', 'x-b', 'x-c', 'x-under_score', 'user-agent', 'accept', 'x-env'] as const
const HEADER_VALUES = [
  '1',
  'a',
  'b',
  'abc',
  'ABC',
  '10',
  '-3',
  '',
  'a,b',
  'a b',
  'true',
  '%41',
  'x'.repeat(40),
] as const

export const HOSTS = [
  'example.com',
  'www.example.com',
  'a.b.example.com',
  'b.org',
  'www.b.org',
  'Example.COM',
  'example.com:8080',
  'b.org.',
  'unknown.test',
] as const

export const DOMAINS = [
  'example.com',
  '*.example.com',
  'www.*',
  'b.org',
  '*.org',
  '*-x.example.com',
  'example.com:8080',
] as const

export const PATHS = [
  '/',
  '/a',
  '/a/',
  '/a/b',
  '/a/b/c',
  '/A/B',
  '/api/v1/items',
  '/api/v12',
  '/api',
  '/b',
  '/a//b',
  '/a/../b',
  '/a/./b',
  '/a%2Fb',
  '/a%2fb/c',
  '/a%5Cb',
  '/a%41',
  '/a/%2e%2e/b',
  '/a/b/',
  '/api/v1/items/7',
  '/a/b;p=1/c',
  '/a/é',
  '/a|b',
  '//a',
  '/b/%zz',
  '/a;v=1',
  '/a/b.txt',
] as const

export const QUERIES = [
  '',
  '?',
  '?q=1',
  '?q=2&r=a',
  '?r=&q=1',
  '?q',
  '?r=a%20b',
  '?q=1&q=2',
  '?x=/a/../b',
  '?q=a+b&&=',
  '?q=%31',
] as const

/** What a value formatter may show here: nothing that changes from run to run, such as ports and times. */
export const FORMATS = [
  'v',
  '%REQ(:path)%',
  '%REQ(x-a?x-b)%',
  '%REQ(x-a):2%',
  '%REQ(:authority)%-%REQ(:method)%',
  '%PROTOCOL%',
  '%ROUTE_NAME%',
  '%VIRTUAL_CLUSTER_NAME%',
  '%UPSTREAM_CLUSTER%',
  '%RESPONSE_CODE%',
  '%RESPONSE_CODE_DETAILS%',
  '%RESPONSE_FLAGS%',
  '%RESP(x-up)%',
  '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%',
  '%DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT%',
  '%REQ(x-envoy-original-path?:path)%',
  '%DYNAMIC_METADATA(envoy.lb:key)%',
  '%REQ(missing)%',
  '100%%',
  '%PATH(NQ)%|%PATH(WQ:ORIG)%',
  '%QUERY_PARAM(q)%|%QUERY_PARAMS%',
  '%METADATA(ROUTE:fuzz:k)%|%METADATA(ROUTE:fuzz)%',
  '%DYNAMIC_METADATA(fuzz)%',
  '%DYNAMIC_METADATA(envoy.lb)%',
  '%DYNAMIC_METADATA(envoy.filters.http.rbac)%',
  '%DYNAMIC_METADATA(fuzz:other:n)%',
  '%FILTER_STATE(fuzz.key:PLAIN)%',
  '%UPSTREAM_REQUEST_ATTEMPT_COUNT%',
  '%UPSTREAM_PROTOCOL%|%UPSTREAM_CLUSTER_RAW%',
  '%GRPC_STATUS%|%GRPC_STATUS_NUMBER%',
  '%BYTES_RECEIVED%',
  '%RESP(x-up?content-type):3%',
  '%CONNECTION_TERMINATION_DETAILS%|%REQUESTED_SERVER_NAME%',
  '%CEL(request.path)%',
  '%CEL(request.headers["x-a"])%',
  '[%REQ(x-b)%]',
] as const

export const word = <T>(list: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...list)
export const headerName = word(HEADER_NAMES)
export const headerValue = word(HEADER_VALUES)
export const format = word(FORMATS)
export const boolean = fc.boolean()

/** Present once in `times` draws: a chain that sets everything tells little. */
export function sometimes<T>(arbitrary: fc.Arbitrary<T>, times = 4): fc.Arbitrary<T | undefined> {
  return fc.oneof({ weight: times - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary })
}

/** An object whose fields may be undefined: those are left out, as JSON does. */
export function message(fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<JsonObject> {
  return fc.record(fields).map((value) => JSON.parse(JSON.stringify(value)) as JsonObject)
}

/** Exactly one of the fields: a oneof. */
export function oneof(fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<JsonObject> {
  return fc.oneof(
    ...Object.entries(fields).map(([name, value]) => value.map((chosen) => ({ [name]: chosen }) as JsonObject)),
  )
}

/** Fields of several messages in one. */
export function merged(...parts: fc.Arbitrary<JsonObject>[]): fc.Arbitrary<JsonObject> {
  return fc.tuple(...parts).map((all) => Object.assign({}, ...all) as JsonObject)
}

export function list<T>(arbitrary: fc.Arbitrary<T>, maxLength = 2, minLength = 0): fc.Arbitrary<T[]> {
  return fc.array(arbitrary, { minLength, maxLength })
}

export function typed(type: string, config: JsonObject): JsonObject {
  return { '@type': `type.googleapis.com/${type}`, ...config }
}

export const headerPairs: fc.Arbitrary<HeaderPair[]> = list(fc.tuple(headerName, headerValue), 4)
