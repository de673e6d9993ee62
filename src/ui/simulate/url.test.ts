import { describe, expect, test } from 'vitest'
import { urlOf, withUrl } from './url.ts'

describe('a request’s URL', () => {
  test.each([
    ['http://a.com/x?y=1', { authority: 'a.com', path: '/x?y=1' }],
    ['http://a.com', { authority: 'a.com', path: '/' }],
    ['a.com:8080/x', { authority: 'a.com:8080', path: '/x' }],
    ['/only/path', { authority: '', path: '/only/path' }],
    ['http://a.com?q', { authority: 'a.com', path: '/?q' }],
  ])('%s', (text, expected) => {
    expect(withUrl({}, text)).toEqual(expected)
  })

  test('https speaks TLS and names the host; http takes it back', () => {
    const secure = withUrl({}, 'https://a.com:443/')
    expect(secure).toEqual({ authority: 'a.com:443', path: '/', tls: { sni: 'a.com' } })
    expect(urlOf(secure)).toBe('https://a.com:443/')
    expect(withUrl(secure, 'http://a.com/')).toEqual({ authority: 'a.com', path: '/' })
  })
})
