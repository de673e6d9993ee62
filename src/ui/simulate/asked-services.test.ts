import { describe, expect, it } from 'vitest'
import { askedServices } from './asked-services.ts'

const HTTP = 'type.googleapis.com/envoy.extensions.filters.http.'

describe('askedServices', () => {
  it('finds authorization and rate limit services wherever they stand', () => {
    const config = {
      listeners: [
        {
          filters: [
            {
              typed_config: {
                '@type': `${HTTP}ext_authz.v3.ExtAuthz`,
                grpc_service: { envoy_grpc: { cluster_name: 'authz' } },
              },
            },
            {
              typedConfig: { '@type': `${HTTP}ext_authz.v3.ExtAuthz`, httpService: { serverUri: { cluster: 'web' } } },
            },
            {
              typed_config: {
                '@type': `${HTTP}ratelimit.v3.RateLimit`,
                rate_limit_service: { grpc_service: { envoy_grpc: { cluster_name: 'rls' } } },
              },
            },
          ],
        },
      ],
    }
    expect([...askedServices(config)]).toEqual([
      ['authz', { kind: 'authorization', protocol: 'grpc' }],
      ['web', { kind: 'authorization', protocol: 'http' }],
      ['rls', { kind: 'rate limit', protocol: 'grpc' }],
    ])
  })

  it('finds the service of a route', () => {
    const perRoute = {
      '@type': `${HTTP}ext_authz.v3.ExtAuthzPerRoute`,
      check_settings: { grpc_service: { envoy_grpc: { cluster_name: 'own' } } },
    }
    expect(askedServices({ routes: [perRoute] }).get('own')).toEqual({ kind: 'authorization', protocol: 'grpc' })
  })

  it('passes over everything else', () => {
    expect(askedServices({ a: [{ grpc_service: { envoy_grpc: { cluster_name: 'logs' } } }] }).size).toBe(0)
    expect(askedServices(undefined).size).toBe(0)
  })
})
