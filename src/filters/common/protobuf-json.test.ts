import { describe, expect, test } from 'vitest'
import { protobufString, readStruct } from './protobuf-json.ts'

describe('reading a Struct', () => {
  test.each([
    ['{"a":[1,2.5,-3e2,true,null,"x"],"b":{}}', { a: [1, 2.5, -300, true, null, 'x'], b: {} }],
    ["{'a': 'it\"s', b_1: [1,],}", { a: 'it"s', b_1: [1] }],
    ['{"a":"\\u00e9\\ud83d\\ude00\\/\\n"}', { a: 'é😀/\n' }],
    [' null ', {}],
    ['{"__proto__":1}', JSON.parse('{"__proto__":1}')],
  ])('%s', (text, value) => expect(readStruct(text)).toEqual(value))

  test.each([
    '',
    '[]',
    '"x"',
    '{',
    '{"a":1}x',
    '{"a":1,"a":2}',
    '{,}',
    '{"a":[,1]}',
    '{$a:1}',
    '{null:1}',
    '{"a":01}',
    '{"a":.5}',
    '{"a":NaN}',
    '{"a":1e400}',
    '{"a":"\\ud83d"}',
    '{"a":"\\x41"}',
    `{"a":${'['.repeat(105)}${']'.repeat(105)}}`,
  ])('%s is none', (text) => expect(readStruct(text)).toBeUndefined())
})

test('a string is written with everything escaped that protobuf escapes', () => {
  expect(protobufString('a"\\\n<>&é\u007f\u2028\u{e0001}')).toBe(
    '"a\\"\\\\\\n\\u003c\\u003e&é\\u007f\\u2028\\udb40\\udc01"',
  )
})
