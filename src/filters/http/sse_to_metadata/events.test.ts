import { expect, test } from 'vitest'
import { dataOf, EventSplitter } from './events.ts'

test('cuts at blank lines of all three kinds', () => {
  const splitter = new EventSplitter()
  expect(splitter.add('data: a\n\ndata: b\r\n\r\ndata: c\r\rdata: d', true)).toEqual([
    ['data: a'],
    ['data: b'],
    ['data: c'],
  ])
  expect(splitter.waiting).toBe('data: d'.length)
})

test('waits for the other half of a line end, and skips a byte order mark', () => {
  const splitter = new EventSplitter()
  expect(splitter.add('\xef\xbb\xbfdata: a\r\n\r', false)).toEqual([])
  expect(splitter.add('\ndata: b\r\n\r\n', false)).toEqual([['data: a'], ['data: b']])
})

test('joins the lines of data, without the one blank in front', () => {
  expect(dataOf(['event: x', 'data: {', 'data:  1', 'data:}', 'data'])).toBe('{\n 1\n}\n')
  expect(dataOf(['id: 5', ': data: no'])).toBeUndefined()
})
