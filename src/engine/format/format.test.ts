import { describe, expect, it } from 'vitest'
import type { SubstitutionFormatString } from '../../envoy/types/envoy/config/core/v3/substitution_format_string_pb.d.ts'
import { HeaderMap, type HeaderPair } from '../http/header-map.ts'
import { testConnection, testInfo, testRequest, testServices } from '../route/fixture.node.ts'
import { createBodyFormatter } from './body.ts'
import { parseFormat } from './formatter.ts'
import { HeaderParser, translateLegacy } from './header-parser.ts'
import { numberText } from './json.ts'
import { parseTimeFormat } from './time.ts'

const services = testServices({ variables: { HOME: '/root' } })

function format(text: string, headers: HeaderPair[] = [], path = '/p?a=1&b=%41') {
  const request = testRequest(path, headers)
  return parseFormat(text, { path: 'at', services }).format({ info: testInfo(request), requestHeaders: request })
}

describe('text formats', () => {
  it.each([
    ['%REQ(x-a)%', 'alpha'],
    ['%REQ(none)%', '-'],
    ['%REQ(none?X-A):2%', 'al'],
    ['100%%', '100%'],
    ['a%%b%REQ(x-a)%%%', 'a%balpha%'],
    ['%PATH(NQ)% %QUERY_PARAM(b)% %QUERY_PARAMS%', '/p A a=1&b=%41'],
    ['%RESPONSE_CODE% %RESPONSE_FLAGS%', '0 -'],
    ['%DOWNSTREAM_REMOTE_ADDRESS% %DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT(8)%', '10.0.0.1:5000 10.0.0.0/8'],
    ['%ENVIRONMENT(HOME)% %ENVIRONMENT(NONE)%', '/root -'],
    ['%COALESCE({"operators":[{"command":"REQ","param":"none"},"PROTOCOL"]})%', 'HTTP/1.1'],
    ["%CEL(request.headers['x-a'])% %CEL(request.headers['none'])% %CEL(1 + 2)%", 'alpha - 3'],
    ['%CEL(null)% %CEL([1])%', 'NULL CelList value'],
    ['%CONNECTION_ID% %HOSTNAME%', '7 test-host'],
  ])('%s', (text, expected) => {
    expect(format(text, [['x-a', 'alpha']])).toBe(expected)
  })

  it('keeps fixed text as a constant of bytes', () => {
    expect(parseFormat('ü%%', { path: 'at' }).constant).toBe('\u00c3\u00bc%')
  })

  it.each([
    ['%', 'no valid command at position 0'],
    ['ab%REQ(x', 'no valid command at position 2'],
    ['%req(x)%', 'no valid command'],
    ['%REQ%', '%REQ% needs a parameter'],
    ['%PROTOCOL:3%', '%PROTOCOL% takes neither a parameter nor a length'],
    ['%REQ(a?b?c)%', 'more than one alternative header'],
    ['%ROUTENAME%', 'unknown command %ROUTENAME%; did you mean %ROUTE_NAME%?'],
    ['%FILTER_STATE(a:XX)%', "'XX' is not PLAIN, TYPED or FIELD"],
    ['%START_TIME(%n)%', 'prints a newline'],
    ['%CEL(a ++)%', 'is not a CEL expression'],
    ['%CEL([1].exists(x, x == 1))%', 'does not allow CEL comprehensions'],
    ['%CEL(string(1))%', "no function 'string'"],
    ['%COALESCE({"operators":[]})%', "'operators' is empty"],
    ['%METADATA(NOWHERE:a)%', 'expected one of DYNAMIC, CLUSTER, ROUTE'],
  ])('refuses %s', (text, message) => {
    expect(() => format(text)).toThrow(message)
    expect(() => format(text)).toThrow(/^at: /)
  })
})

describe('JSON formats', () => {
  const write = (json_format: object, omit_empty_values = false) => {
    const config = services.registry.decode<SubstitutionFormatString>('envoy.config.core.v3.SubstitutionFormatString', {
      json_format,
      omit_empty_values,
    })
    const request = testRequest('/p', [['x-a', 'q"\\']])
    return createBodyFormatter(config, 'at', services).format({ info: testInfo(request), requestHeaders: request })
  }

  it('keep types, sort keys and escape', () => {
    expect(
      write({ z: '%RESPONSE_CODE%', a: ['%REQ(none)%', 1.5, { k: '%REQ(x-a)%' }], m: '%REQ(x-a)%/%RESPONSE_CODE%' }),
    ).toBe('{"a":[null,1.5,{"k":"q\\"\\\\"}],"m":"q\\"\\\\/0","z":0}\n')
  })

  it('leave out nulls and empty objects when told to', () => {
    expect(write({ a: '%REQ(none)%', b: { c: '%REQ(none)%' }, d: ['%REQ(none)%'], e: '' }, true)).toBe(
      '{"d":[],"e":""}\n',
    )
  })

  it('prints the shorter form of a number', () => {
    expect([100000, 10000, 0.001, 0.0001, 1e21, 1.5, -0, 123456789012].map(numberText)).toEqual([
      '1e+05',
      '10000',
      '0.001',
      '1e-04',
      '1e+21',
      '1.5',
      '-0',
      '123456789012',
    ])
  })
})

describe('header changes', () => {
  const parser = (...options: object[]) =>
    new HeaderParser(
      options.map((option) => services.registry.decode('envoy.config.core.v3.HeaderValueOption', option as never)),
      ['x-gone'],
      { path: 'at', addField: 'request_headers_to_add', removeField: 'request_headers_to_remove', services },
    )
  const apply = (parser: HeaderParser, ...pairs: HeaderPair[]) => {
    const headers = new HeaderMap('request', pairs)
    parser.evaluate(headers, { info: testInfo(headers), requestHeaders: headers })
    return headers.pairs()
  }

  it('format every value before any change is made, overwrite before they add', () => {
    const changes = parser(
      { header: { key: 'x-a', value: 'new' } },
      { header: { key: 'x-b', value: '%REQ(x-a)%' }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' },
      { header: { key: 'x-c', value: 'c' }, append_action: 'ADD_IF_ABSENT' },
      { header: { key: 'x-d', value: '%REQ(none)%' } },
    )
    expect(apply(changes, ['x-a', 'old'], ['x-c', 'kept'], ['x-gone', '1'])).toEqual([
      ['x-a', 'old'],
      ['x-c', 'kept'],
      ['x-b', 'old'],
      ['x-a', 'new'],
    ])
  })

  it('refuse pseudo headers, host, and two ways of appending at once', () => {
    expect(() => parser({ header: { key: ':path', value: 'x' } })).toThrow('at.request_headers_to_add[0].header.key')
    expect(() => parser({ header: { key: 'Host', value: 'x' } })).toThrow('pseudo headers and host')
    expect(() => parser({ header: { key: 'x', value: 'x' }, append: false, append_action: 'ADD_IF_ABSENT' })).toThrow(
      'exclude each other',
    )
  })

  it('read old spellings', () => {
    expect(translateLegacy('%DYNAMIC_METADATA(["a", "b"])% %PER_REQUEST_STATE(k)%')).toBe(
      '%DYNAMIC_METADATA(a:b)% %FILTER_STATE(k:PLAIN)%',
    )
  })
})

describe('times', () => {
  const at = Date.UTC(2026, 0, 5, 3, 4, 5) + 6.789
  it.each([
    ['', '2026-01-05T03:04:05.006Z'],
    ['%Y/%m/%d %H:%M:%S', '2026/01/05 03:04:05'],
    ['%s.%3f', '1767582245.006'],
    ['%E6S', '05.006789'],
    ['%a %b %e %j %p %I', 'Mon Jan  5 005 AM 03'],
  ])('%j', (format, expected) => {
    expect(parseTimeFormat(format, 'at')(at)).toBe(expected)
  })
})

describe('TLS commands', () => {
  it('print nothing without a peer', () => {
    const request = testRequest('/')
    const info = testInfo(request, testConnection({ requestedServerName: 'a_b.test' }))
    const print = (text: string) => parseFormat(text, { path: 'at', services }).format({ info })
    expect(print('%DOWNSTREAM_PEER_SUBJECT% %DOWNSTREAM_TLS_VERSION%')).toBe('- -')
    expect(print('%REQUESTED_SERVER_NAME%')).toBe('a_b.test')
  })
})
