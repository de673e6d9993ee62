import { describe, expect, it } from 'vitest'
import { type CertificateInfo, type ConnectionInfo, DynamicMetadata, FilterState } from '../stream-info.ts'
import { HeaderMap } from './header-map.ts'
import { type ClientCertPolicy, mutateXfcc } from './xfcc.ts'

const certificate = (over: Partial<CertificateInfo>): CertificateInfo => ({
  pem: '-----BEGIN CERTIFICATE-----\nAA+=\n-----END CERTIFICATE-----\n',
  sha256: 'abc',
  sha1: '',
  serial: '1',
  subject: 'CN=a',
  issuer: 'CN=root',
  uriSans: [],
  dnsSans: [],
  ipSans: [],
  emailSans: [],
  validFrom: 0,
  validUntil: 0,
  ...over,
})

const none = { ip: '127.0.0.1', port: 1 }

function connection(peer?: CertificateInfo): ConnectionInfo {
  return {
    id: 1,
    remote: none,
    directRemote: none,
    local: none,
    directLocal: none,
    requestedServerName: '',
    transportProtocol: 'tls',
    applicationProtocols: [],
    tls: { peerValidated: true, local: certificate({ uriSans: ['spiffe://gw'] }), ...(peer ? { peer } : {}) },
    dynamicMetadata: new DynamicMetadata(),
    typedMetadata: new Map(),
    filterState: new FilterState(),
    listenerName: '',
    filterChainName: '',
  }
}

function written(
  policy: Partial<ClientCertPolicy>,
  old: string | undefined,
  peer?: CertificateInfo,
): string | undefined {
  const headers = new HeaderMap('request', old === undefined ? [] : [['x-forwarded-client-cert', old]])
  const nothing = { cert: false, chain: false, subject: false, uri: false, dns: false, issuer: false, json: false }
  mutateXfcc(headers, connection(peer), { mode: 'SANITIZE', ...nothing, ...policy })
  return headers.get('x-forwarded-client-cert')
}

describe('mutateXfcc', () => {
  const peer = certificate({ uriSans: ['spiffe://a'], dnsSans: ['x', 'y'] })

  it('takes the header off unless the client proved itself, or it is always forwarded', () => {
    expect(written({}, 'By=a', peer)).toBeUndefined()
    expect(written({ mode: 'FORWARD_ONLY' }, 'By=a')).toBeUndefined()
    expect(written({ mode: 'FORWARD_ONLY' }, 'By=a', peer)).toBe('By=a')
    expect(written({ mode: 'ALWAYS_FORWARD_ONLY' }, 'By=a')).toBe('By=a')
  })

  it('writes the parts in their order', () => {
    const all = { mode: 'SANITIZE_SET', subject: true, uri: true, dns: true, issuer: true } as const
    expect(written(all, 'By=old', peer)).toBe(
      'By=spiffe://gw;Hash=abc;Subject="CN=a";URI=spiffe://a;DNS=x;DNS=y;Issuer="CN=root"',
    )
  })

  it('appends to what is there, and keeps to its form', () => {
    expect(written({ mode: 'APPEND_FORWARD' }, 'By=old', peer)).toBe('By=old,By=spiffe://gw;Hash=abc')
    expect(written({ mode: 'APPEND_FORWARD', json: true }, 'By=old', peer)).toBe('By=old,By=spiffe://gw;Hash=abc')
    expect(written({ mode: 'APPEND_FORWARD', json: true }, '[{"hash":"z"}]', peer)).toBe(
      '[{"hash":"z"},{"by":["spiffe://gw"],"hash":"abc"}]',
    )
  })

  it('says that there is no URI', () => {
    expect(written({ mode: 'SANITIZE_SET', uri: true }, undefined, certificate({}))).toBe(
      'By=spiffe://gw;Hash=abc;URI=',
    )
  })
})
