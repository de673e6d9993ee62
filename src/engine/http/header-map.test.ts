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

  test('a name that is set goes to the end unless it is of the O(1) set; one that is replaced always does', () => {
    const pairs = [
      ['a', '1'],
      ['content-type', 'x'],
      ['b', '2'],
      ['a', '3'],
    ] as const
    const set = new HeaderMap('response', pairs)
    set.set('a', '4')
    set.set('content-type', 'y')
    expect(set.pairs()).toEqual([
      ['content-type', 'y'],
      ['b', '2'],
      ['a', '4'],
    ])
    const replaced = new HeaderMap('response', pairs)
    replaced.replace('content-type', 'y')
    expect(replaced.pairs()).toEqual([
      ['a', '1'],
      ['b', '2'],
      ['a', '3'],
      ['content-type', 'y'],
    ])
  })
})
