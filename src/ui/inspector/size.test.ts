import { expect, test } from 'vitest'
import { isLarger } from './size.ts'

test('a value is measured as far as the limit', () => {
  expect(isLarger({ a: 'x' }, 20)).toBe(false)
  expect(isLarger({ a: 'x'.repeat(30) }, 20)).toBe(true)
  expect(
    isLarger(
      Array.from({ length: 100 }, () => 1),
      200,
    ),
  ).toBe(true)
  expect(isLarger(undefined, 20)).toBe(false)
})
