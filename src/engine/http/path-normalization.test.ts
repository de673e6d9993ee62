import { describe, expect, it } from 'vitest'
import { HeaderMap } from './header-map.ts'
import { canonicalPath, mergeSlashes, normalizePath, type PathOptions } from './path-normalization.ts'

const OFF: PathOptions = { normalize: false, mergeSlashes: false, escapedSlashes: 'keep' }

function normalised(path: string, options: Partial<PathOptions>): [action: string, path: string | undefined] {
  const headers = new HeaderMap('request', [[':path', path]])
  const action = normalizePath(headers, { ...OFF, ...options })
  return [action, headers.get(':path')]
}

describe('canonicalPath', () => {
  it.each([
    ['/a/../b', '/b'],
    ['/a/%2e%2E/b', '/b'],
    ['/a/.', '/a/'],
    ['/../..', '/'],
    ['/%41%7e%2d', '/A~-'],
    ['/a%2fb', '/a%2fb'],
    ['/a%zz', '/a%zz'],
    ['/a\\b', '/a/b'],
    ['/a b', '/a%20b'],
    ['/a?b/../c', '/a?b/../c'],
    ['/a/..;x/b', '/b'],
    ['/a/%2e%2e;/b', '/a/..;/b'],
    ['//a//b', '//a//b'],
  ])('%s becomes %s', (path, expected) => {
    expect(canonicalPath(path)).toBe(expected)
  })

  it('refuses an escaped NUL', () => {
    expect(canonicalPath('/a%00b')).toBeUndefined()
  })
})

describe('mergeSlashes', () => {
  it('keeps one slash at each end, and the query', () => {
    expect(mergeSlashes('//a///b//?x=//')).toBe('/a/b/?x=//')
    expect(mergeSlashes('///')).toBe('//')
  })
})

describe('normalizePath', () => {
  it('refuses a fragment whatever is configured', () => {
    expect(normalised('/a#b', {})[0]).toBe('reject')
  })

  it('unescapes slashes before the query only', () => {
    expect(normalised('/a%2Fb%5c?c=%2f', { escapedSlashes: 'forward' })).toEqual(['continue', '/a/b\\?c=%2f'])
    expect(normalised('/a%2Fb', { escapedSlashes: 'redirect' })).toEqual(['redirect', '/a/b'])
    expect(normalised('/a%2Fb', { escapedSlashes: 'reject' })[0]).toBe('reject')
    expect(normalised('/a', { escapedSlashes: 'reject' })[0]).toBe('continue')
  })

  it('normalises what was unescaped, then merges', () => {
    expect(normalised('/a%2F..%2F%2Fb', { escapedSlashes: 'forward', normalize: true, mergeSlashes: true })).toEqual([
      'continue',
      '/b',
    ])
  })
})
