import { isObject } from '../../model/json.ts'

/** A service that a filter asks about requests or connections. */
export interface AskedService {
  kind: 'authorization' | 'rate limit'
  protocol: 'grpc' | 'http'
}

const RATE_LIMIT = /^type\.googleapis\.com\/envoy\.extensions\.filters\.(?:http|network)\.ratelimit\.v3\.RateLimit$/
const AUTHZ =
  /^type\.googleapis\.com\/envoy\.extensions\.filters\.(?:http|network)\.ext_authz\.v3\.ExtAuthz(?:PerRoute)?$/

/** Resources never change: of a large configuration only what was edited is gone through again. */
const known = new WeakMap<object, ReadonlyMap<string, AskedService>>()

/** The clusters that filters of a configuration ask, by name: what stands there answers in its service's own words. */
export function askedServices(config: unknown): ReadonlyMap<string, AskedService> {
  const lists = isObject(config) ? Object.values(config) : []
  return new Map(lists.flatMap((list) => (Array.isArray(list) ? list : [list])).flatMap((one) => [...askedBy(one)]))
}

function askedBy(resource: unknown): ReadonlyMap<string, AskedService> {
  if (!isObject(resource)) return new Map()
  const before = known.get(resource)
  if (before) return before
  const found = new Map<string, AskedService>()
  const add = (kind: AskedService['kind'], holder: unknown): void => {
    if (!isObject(holder)) return
    const grpc = spelled(spelled(spelled(holder, 'grpc_service'), 'envoy_grpc'), 'cluster_name')
    if (typeof grpc === 'string') found.set(grpc, { kind, protocol: 'grpc' })
    const http = spelled(spelled(spelled(holder, 'http_service'), 'server_uri'), 'cluster')
    if (typeof http === 'string') found.set(http, { kind, protocol: 'http' })
  }
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(walk)
    if (!isObject(value)) return
    const type = value['@type']
    if (typeof type === 'string' && RATE_LIMIT.test(type)) add('rate limit', spelled(value, 'rate_limit_service'))
    if (typeof type === 'string' && AUTHZ.test(type)) {
      add('authorization', value)
      add('authorization', spelled(value, 'check_settings'))
    }
    Object.values(value).forEach(walk)
  }
  walk(resource)
  known.set(resource, found)
  return found
}

/** A member by its name in the .proto file, in either of proto3 JSON's spellings. */
function spelled(value: unknown, name: string): unknown {
  if (!isObject(value)) return undefined
  return value[name] ?? value[name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())]
}
