import { expect, test } from 'vitest'
import { decodeCookie, encodeCookie } from './cookie-message.ts'

test('writes and reads an address with and without an end', () => {
  for (const cookie of [
    { address: '10.0.0.1:80', expires: 0 },
    { address: '[2001:db8::1]:8080', expires: 1_800_000_000 },
  ])
    expect(decodeCookie(encodeCookie(cookie))).toEqual(cookie)
})

test('writes what protobuf writes', () => {
  expect(encodeCookie({ address: 'a:1', expires: 300 })).toBe('\x0a\x03a:1\x10\xac\x02')
})

test.each(['junk', '\x0a', '\x0a\x05abc', '\x10\xff'])('%j is no message', (bytes) => {
  expect(decodeCookie(bytes)).toBeUndefined()
})
