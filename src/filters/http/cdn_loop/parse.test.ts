import { expect, test } from 'vitest'
import { isCdnId, parseCdnLoop } from './parse.ts'

test.each([
  ['a', ['a']],
  ['a, b:80 ; x=y;z="q,\\"r" ,[::1]:8', ['a', 'b:80', '[::1]:8']],
  ['a,,b', ['a', 'b']],
  [' , ', []],
  ['', []],
])('reads %j', (header, ids) => {
  expect(parseCdnLoop(header)).toEqual(ids)
})

test.each(['a b', 'a;b', 'a;b=', 'a;b="x', '[::1', '"a"', 'a; b = c', '\xe9'])('refuses %j', (header) => {
  expect(parseCdnLoop(header)).toBeUndefined()
})

test('a CDN identifier is one and nothing else', () => {
  expect(isCdnId('cdn.example.com:8080')).toBe(true)
  expect(isCdnId('a, b')).toBe(false)
  expect(isCdnId('')).toBe(false)
})
