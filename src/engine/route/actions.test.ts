import { describe, expect, it } from 'vitest'
import { testInfo, testRequest, testRoutes } from './fixture.node.ts'
import { parseUriTemplate } from './uri-template.ts'

const rewritten = (match: object, action: object, path: string) => {
  const table = testRoutes([{ match, route: { cluster: 'backend', ...action } }])
  const headers = testRequest(path)
  const info = testInfo(headers)
  table.match(headers, info).route!.entry!.finalizeRequestHeaders(headers, info, { insertOriginalPath: true })
  return headers.get(':path')
}

describe('path rewrites', () => {
  it.each([
    ['/api/x?q', { prefix: '/api' }, { prefix_rewrite: '/' }, '//x?q'],
    ['/API/x', { prefix: '/api', case_sensitive: false }, { prefix_rewrite: '/v' }, '/v/x'],
    ['/a/b?q', { safe_regex: { regex: '/a/.*' } }, { prefix_rewrite: '/all' }, '/all?q'],
    ['/a/b', { prefix: '/' }, { regex_rewrite: { pattern: { regex: '/a/(.*)' }, substitution: '/\\1/a' } }, '/b/a'],
    ['/aaa', { prefix: '/' }, { regex_rewrite: { pattern: { regex: 'a*' }, substitution: '-' } }, '-/-'],
    ['/x', { prefix: '/' }, { regex_rewrite: { pattern: { regex: '.*' }, substitution: '' } }, '/x'],
    ['/x', { prefix: '/' }, { regex_rewrite: { pattern: { regex: 'x' }, substitution: '\\1' } }, '/x'],
    ['/x?a=b', { prefix: '/' }, { path_rewrite: '/%REQ(:method)%' }, '/GET?a=b'],
  ])('%s', (path, match, action, expected) => {
    expect(rewritten(match, action, path)).toBe(expected)
  })
})

const location = (redirect: object, path: string, authority: string, proto = 'http') => {
  const table = testRoutes([{ match: { prefix: '/' }, redirect }])
  const headers = testRequest(path, [], authority)
  headers.set('x-forwarded-proto', proto)
  headers.set(':scheme', proto)
  const info = testInfo(headers)
  const direct = table.match(headers, info).route!.directResponse!
  direct.rewritePathHeader(headers, false)
  return direct.newUri(headers, info)
}

describe('redirects', () => {
  it.each([
    [{ https_redirect: true }, '/a?b', 'h.test:80', 'https://h.test/a?b'],
    [{ https_redirect: true }, '/', 'h.test:8080', 'https://h.test:8080/'],
    [{ https_redirect: true }, '/', '[::1]:80', 'https://[::1]/'],
    [{ port_redirect: 9 }, '/', 'h.test:8080', 'http://h.test:9/'],
    [{ host_redirect: 'n.test' }, '/a', 'h.test:8080', 'http://n.test/a'],
    [{ path_redirect: '/n' }, '/a?b', 'h.test', 'http://h.test/n?b'],
    [{ path_redirect: '/n?own' }, '/a?b', 'h.test', 'http://h.test/n?own'],
    [{ path_redirect: '/n', strip_query: true }, '/a?b', 'h.test', 'http://h.test/n'],
    [{ prefix_rewrite: '/n/' }, '/a?b', 'h.test', 'http://h.test/n/a?b'],
  ])('%j', (redirect, path, authority, expected) => {
    expect(location(redirect, path, authority)).toBe(expected)
  })

  it('strips 443 when https is left', () => {
    expect(location({ scheme_redirect: 'http' }, '/', 'h.test:443', 'https')).toBe('http://h.test/')
  })
})

describe('URI templates', () => {
  it.each([
    ['/a/*', '/a/b', {}],
    ['/a/*', '/a/b/c', undefined],
    ['/a/**', '/a/b/c', {}],
    ['/u/{id}/x', '/u/7/x', { id: '7' }],
    ['/{p=a/*}/{rest=**}', '/a/b/c/d', { p: 'a/b', rest: 'c/d' }],
    ['/m/**.js', '/m/a/b.js', {}],
    ['/m/**.js', '/m/a/b.ts', undefined],
  ])('%s against %s', (template, path, expected) => {
    expect(parseUriTemplate(template, 'at').match(path)).toEqual(expected)
  })

  it.each([
    ['a', 'begin with /'],
    ['/{a', 'not closed'],
    ['/**/*', 'may follow **'],
    ['/{a}/{a}', 'stands twice'],
    ['/{1a}', "'1a' is not a variable's name"],
    ['/{a=}', 'is empty'],
  ])('refuses %s', (template, message) => {
    expect(() => parseUriTemplate(template, 'at')).toThrow(message)
  })
})
