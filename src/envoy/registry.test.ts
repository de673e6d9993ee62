import type { Any } from '@bufbuild/protobuf/wkt'
import { beforeAll, describe, expect, it } from 'vitest'
import { loadEnvoyRegistry } from './load.node.ts'
import type { EnvoyRegistry } from './registry.ts'
import type { CorsPolicy } from './types/envoy/extensions/filters/http/cors/v3/cors_pb.d.ts'
import type {
  HttpConnectionManager,
  HttpFilter,
} from './types/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.d.ts'

const HCM = 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'
const FILTER = 'envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter'
const CORS_POLICY = 'envoy.extensions.filters.http.cors.v3.CorsPolicy'
const TYPED_STRUCT = 'type.googleapis.com/xds.type.v3.TypedStruct'

let registry: EnvoyRegistry
beforeAll(() => {
  registry = loadEnvoyRegistry()
})

function typedConfig(filter: HttpFilter): Any {
  if (filter.configType.case !== 'typedConfig') throw new Error('no typed_config')
  return filter.configType.value
}

describe('types', () => {
  it('has Envoy, contrib, Istio and nested types, and no v2', () => {
    for (const name of [
      HCM,
      `${HCM}.UpgradeConfig`,
      'envoy.extensions.filters.network.kafka_broker.v3.KafkaBroker',
      'envoy.extensions.filters.network.rocketmq_proxy.v3.RocketmqProxy',
      'stats.PluginConfig',
      'istio.envoy.config.filter.http.alpn.v2alpha1.FilterConfig',
      'io.istio.http.peer_metadata.Config',
      'envoy.tcp.metadataexchange.config.MetadataExchange',
      'istio.networking.v1alpha3.EnvoyFilter',
      'istio.extensions.v1alpha1.TrafficExtension',
    ]) {
      expect(registry.message(name)?.typeName).toBe(name)
    }
    expect(registry.message('envoy.api.v2.Listener')).toBeUndefined()
    expect(registry.message('envoy.extensions.filters.http.cors.v3.Nope')).toBeUndefined()
  })

  it('links every file of the set', () => {
    const names = new Set([...registry.types].map((type) => type.typeName))
    expect(names.size).toBeGreaterThan(1800)
    for (const name of registry.messageNames) expect(names).toContain(name)
  })

  it('agrees with the generated TypeScript types', () => {
    // Compiled against cors_pb.d.ts; fails to compile, or here, when descriptors and types part ways.
    const policy: CorsPolicy = registry.decode<CorsPolicy>(CORS_POLICY, {
      allow_methods: 'GET',
      allow_credentials: true,
    })
    const fields: (keyof CorsPolicy)[] = ['allowMethods', 'allowCredentials', 'maxAge', 'allowOriginStringMatch']
    for (const field of fields) expect(registry.message(CORS_POLICY)?.field[field]).toBeDefined()
    expect(policy.allowCredentials).toBe(true)
    expect(policy.allowMethods).toBe('GET')
  })
})

describe('decode', () => {
  it('takes .proto names and camelCase, and gives .proto names back', () => {
    const json = { statPrefix: 'a', http_filters: [{ name: 'f', disabled: true }], delayedCloseTimeout: '1.5s' }
    const message = registry.decode<HttpConnectionManager>(HCM, json)
    expect(message.delayedCloseTimeout).toMatchObject({ seconds: 1n, nanos: 500_000_000 })
    expect(registry.toJson(message)).toEqual({
      stat_prefix: 'a',
      http_filters: [{ name: 'f', disabled: true }],
      delayed_close_timeout: '1.500s',
    })
  })

  it('takes what only Envoy takes', () => {
    const message = registry.decode<HttpConnectionManager>(HCM, {
      codec_type: 'http2',
      generate_request_id: 'yes',
      max_request_headers_kb: '0x3c',
      drain_timeout: { seconds: 5 },
      http_filters: { name: 'one' },
      server_name: 1.5,
    })
    expect(message).toMatchObject({ codecType: 2, generateRequestId: true, maxRequestHeadersKb: 60, serverName: '1.5' })
    expect(message.drainTimeout?.seconds).toBe(5n)
    expect(message.httpFilters.map((filter) => filter.name)).toEqual(['one'])
  })

  it.each([
    [{ stat_prefx: 'a' }, 'stat_prefx: no such field in HttpConnectionManager; did you mean stat_prefix?'],
    [{ http_filters: [{ nme: 'a' }] }, 'http_filters[0].nme: no such field in HttpFilter; did you mean name?'],
    [{ server_name: 5 }, 'server_name: expected a string, found 5; put it in quotes'],
    [{ drain_timeout: 5 }, 'drain_timeout: expected a duration such as "1.5s", found 5'],
    [{ codec_type: 'HTTP4' }, 'codec_type: "HTTP4" is no value of CodecType; did you mean HTTP1?'],
    [{ route_config: {}, rds: {} }, 'rds: route_config and rds exclude each other; keep one of them'],
    [
      { http_filters: [{ name: 'a', typed_config: { '@type': `x/${CORS_POLICY}`, maxage: '1' } }] },
      'http_filters[0].typed_config.maxage: no such field in CorsPolicy; did you mean max_age?',
    ],
  ])('says where %j is wrong', (json, message) => {
    expect(() => registry.decode(HCM, json)).toThrow(message)
  })
})

describe('Any', () => {
  it('unpacks a message once', () => {
    const filter = registry.decode<HttpFilter>(FILTER, {
      name: 'cors',
      typed_config: { '@type': `type.googleapis.com/${CORS_POLICY}`, max_age: '10' },
    })
    const unpacked = registry.unpack(typedConfig(filter))
    expect(unpacked).toMatchObject({ typeName: CORS_POLICY, message: { maxAge: '10' } })
    expect(registry.unpack(typedConfig(filter))).toBe(unpacked)
  })

  it('looks through a TypedStruct', () => {
    const filter = registry.decode<HttpFilter>(FILTER, {
      name: 'cors',
      typed_config: { '@type': TYPED_STRUCT, type_url: `type.googleapis.com/${CORS_POLICY}`, value: { max_age: '10' } },
    })
    expect(registry.unpack(typedConfig(filter))).toMatchObject({ typeName: CORS_POLICY, message: { maxAge: '10' } })
  })

  it("keeps another vendor's type with its fields", () => {
    const filter = registry.decode<HttpFilter>(FILTER, {
      name: 'x',
      typed_config: { '@type': 'type.googleapis.com/acme.Filter', nested: { list: [1, 'a', null] } },
    })
    const unpacked = registry.unpack(typedConfig(filter))
    expect(unpacked).toEqual({ typeName: 'acme.Filter', json: { nested: { list: [1, 'a', null] } } })
    expect(registry.toJson(filter)).toMatchObject({
      typed_config: { '@type': TYPED_STRUCT, type_url: 'type.googleapis.com/acme.Filter' },
    })
  })

  it('says why a TypedStruct does not fit the type it names', () => {
    const filter = registry.decode<HttpFilter>(FILTER, {
      name: 'cors',
      typed_config: { '@type': TYPED_STRUCT, type_url: `type.googleapis.com/${CORS_POLICY}`, value: { max_ago: '10' } },
    })
    const unpacked = registry.unpack(typedConfig(filter))
    expect(unpacked?.message).toBeUndefined()
    expect(unpacked?.error).toMatch(/max_ago: no such field in CorsPolicy/)
  })

  it('is undefined for an empty one', () => {
    expect(registry.unpack(undefined)).toBeUndefined()
  })
})
