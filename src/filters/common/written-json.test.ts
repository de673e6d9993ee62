import { expect, test } from 'vitest'
import { isWhole, parseWritten, writtenNumber } from './written-json.ts'

test('keeps numbers as they were written', () => {
  const body = parseWritten('{"a":1.0,"b":"1.0","c":9007199254740993}')
  const json = typeof body === 'string' ? {} : (body.json as Record<string, never>)
  expect(writtenNumber(json.a)).toBe('1.0')
  expect(writtenNumber(json.b)).toBeUndefined()
  expect(writtenNumber(json.c)).toBe('9007199254740993')
})

test('refuses numbers that do not fit, and what is no JSON', () => {
  for (const text of ['{"a":12345678901234567890}', '1e400', '{"a":1} x', '{a:1}'])
    expect(parseWritten(text)).toBe('invalid')
  expect(parseWritten('{"a":99999999999999999999}')).not.toBe('invalid')
})

test('a whole number has no fraction and fits 64 bits', () => {
  expect(['1', '-5', '18446744073709551615', '18446744073709551616', '1.0', '1e3'].map(isWhole)).toEqual([
    true,
    true,
    true,
    false,
    false,
    false,
  ])
})
