import { describe, expect, test } from 'vitest'
import { HeaderMap } from './header-map.ts'

describe('header map', () => {
  test('keeps some names once, appending with a comma, and others as often as they come', () => {
    const request = new HeaderMap('request', [
      ['accept', 'a'],
      ['accept', 'b'],
      ['x-any', '1'],
      ['x-any', '2'],
      ['server', '1'],
      ['server', '2'],
    ])
    expect(request.getAll('accept')).toEqual(['a,b'])
    expect(request.getAll('x-any')).toEqual(['1', '2'])
    expect(request.getAll('server')).toEqual(['1', '2'])
    const response = new HeaderMap('response', [
      ['server', '1'],
      ['server', '2'],
      ['set-cookie', 'a'],
      ['set-cookie', 'b'],
    ])
    expect(response.getAll('server')).toEqual(['1,2'])
    expect(response.getAll('set-cookie')).toEqual(['a', 'b'])
  })

  test('takes host for :authority in requests only', () => {
    const request = new HeaderMap('request', [[':authority', 'a']])
    expect(request.get('host')).toBe('a')
    request.set('host', 'b')
    request.add('host', 'c')
    expect(request.pairs()).toEqual([[':authority', 'b,c']])
    expect(request.remove('host')).toBe(1)
    expect(request.has(':authority')).toBe(false)
    expect(new HeaderMap('response', [['host', 'x']]).pairs()).toEqual([['host', 'x']])
  })

  test('puts pseudo headers first', () => {
    const map = new HeaderMap('request', [
      ['x', '1'],
      [':path', '/'],
      [':method', 'GET'],
    ])
    expect(map.pairs().map(([name]) => name)).toEqual([':path', ':method', 'x'])
  })

  test('set keeps the place of the first value and drops the rest', () => {
    const map = new HeaderMap('response', [
      ['a', '1'],
      ['b', '2'],
      ['a', '3'],
    ])
    map.set('a', '4')
    expect(map.pairs()).toEqual([
      ['a', '4'],
      ['b', '2'],
    ])
  })
})
