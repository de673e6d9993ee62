import { describe, expect, test } from 'vitest'
import { fromLatin1, latin1, textOf, toByteString, utf8 } from './bytes.ts'

describe('text of bytes', () => {
  test('gives every byte string back', () => {
    const all = Uint8Array.from({ length: 256 }, (_, i) => i)
    expect(utf8(textOf(all))).toEqual(all)
    expect(toByteString(textOf(all))).toBe(latin1(all))
  })

  test('is plain text for UTF-8, the replacement character and characters past U+FFFF among it', () => {
    for (const text of ['Grüße', '\ufffd', '𝄞 €', '']) expect(textOf(new TextEncoder().encode(text))).toBe(text)
  })

  test('keeps truncated and overlong sequences', () => {
    for (const bytes of ['\xe2\x82', 'a\xf0\x9d\x84', '\xc0\xaf', '\xed\xa0\x80', '\xe2\x82\xac\xff'])
      expect(utf8(textOf(fromLatin1(bytes)))).toEqual(fromLatin1(bytes))
  })
})
