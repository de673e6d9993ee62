import { describe, expect, test } from 'vitest'
import { HeaderMap } from '../../engine/http/header-map.ts'
import { createLuaService } from '../index.ts'
import { loadLuaModule } from '../vm/vm.node.ts'
import { base64Decode, base64Encode } from './base64.ts'
import { readCertificate, urlEncodePem } from './certificate.ts'
import { lineIn } from './failure.ts'
import { isIpAddress } from './ip.ts'

describe('base64', () => {
  test('round trips every byte', () => {
    const all = Array.from({ length: 256 }, (_, i) => String.fromCharCode(i)).join('')
    expect(base64Decode(base64Encode(all))).toBe(all)
  })

  test.each([
    ['YQ', 'a'],
    ['YQ==', 'a'],
    ['YQ.', undefined],
    ['Y', undefined],
    ['YR==', 'a'],
    [' Y Q\n==', 'a'],
    ['_-8=', undefined],
    ['YQ==YQ==', undefined],
    ['', ''],
  ])('%j decodes to %j', (text, expected) => {
    expect(base64Decode(text)).toBe(expected)
  })
})

describe('ip addresses', () => {
  test.each(['1.2.3.4', '1.2.3.4:80', '[::1]', '[2001:db8::1]:443'])('%s is one', (text) =>
    expect(isIpAddress(text)).toBe(true),
  )
  test.each(['::1', 'localhost', '', '1.2.3', '999.1.1.1', '1.2.3.4:99999', '[x]:1'])('%j is none', (text) =>
    expect(isIpAddress(text)).toBe(false),
  )
})

describe('certificates', () => {
  // A self-signed test certificate: CN=alice, O=Acme, Inc, O=Second, with basicConstraints and subjectAltName.
  const pem = `-----BEGIN CERTIFICATE-----
MIIBqzCCAVGgAwIBAgIUd3uEkGNI5hJ9yTPNhd2vNwMjDdUwCgYIKoZIzj0EAwIw
-----END CERTIFICATE-----`

  test('what cannot be read is empty', () => {
    expect(readCertificate(pem)).toEqual({ commonName: '', organizationNames: [], extensionOids: [] })
    expect(readCertificate('')).toEqual({ commonName: '', organizationNames: [], extensionOids: [] })
  })

  test('PEM is escaped as Envoy does, in lines of 64', () => {
    const text = urlEncodePem(`-----BEGIN CERTIFICATE-----\n${'A+/='.repeat(20)}\n-----END CERTIFICATE-----`)
    expect(text.startsWith('-----BEGIN%20CERTIFICATE-----%0AA%2B%2F%3DA')).toBe(true)
    expect(text.endsWith('-----END%20CERTIFICATE-----%0A')).toBe(true)
    expect(decodeURIComponent(text).split('\n')[1]).toHaveLength(64)
  })
})

test('lines in error messages', () => {
  const chunk = '[string "a[1]:2: ]..."]'
  expect(lineIn(`${chunk}:12: boom`, chunk)).toBe(12)
  expect(lineIn(`${chunk}:12: ${chunk}:3: boom`, chunk)).toBe(3)
  expect(lineIn(`${chunk}:12: boom ${chunk}:3: no`, chunk)).toBe(12)
  expect(lineIn('[string "b"]:12: boom', chunk)).toBeUndefined()
  expect(lineIn('boom', chunk)).toBeUndefined()
})

describe('cluster specifier', () => {
  const load = (source: string) =>
    createLuaService(loadLuaModule()).clusterSpecifier(new TextEncoder().encode(source), { name: 's', now: () => 0 })
  const question = {
    headers: new HeaderMap('request', [['x-to', 'two']]),
    cluster: (name: string) => (name === 'two' ? { connections: 1, requests: 2, pendingRequests: 3 } : undefined),
  }

  test('returns what the script says', () => {
    const choose = load(
      'function envoy_on_route(r) local c = r:getCluster("two") r:logInfo(c:numRequests() .. tostring((r:getCluster("x")))) return r:headers():get("x-to") end',
    )
    expect(choose(question)).toEqual({ cluster: 'two', logs: ['info: 2nil'] })
  })

  test('says why it could not', () => {
    expect(load('function envoy_on_route() return nil end')(question)).toMatchObject({
      problem: 'return value is not string',
    })
    expect(load('function envoy_on_route() error("x", 0) end')(question)).toMatchObject({ problem: 'x' })
    expect(() => load('x = 1')).toThrow('envoy_on_route() function not found')
  })
})
