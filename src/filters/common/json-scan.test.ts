import { expect, test } from 'vitest'
import { scanJson } from './json-scan.ts'

test('keeps what was understood of a text that is cut off', () => {
  const scan = scanJson('{"a":1,"b":{"c":"x","d":"half', true)
  expect(scan.status).toBe('partial')
  expect(scan.root).toEqual({ a: 1, b: { c: 'x' } })
})

test('leaves lists out, however deep', () => {
  expect(scanJson('{"a":[1,{"b":2},[3]],"c":true}', true)).toMatchObject({ status: 'complete', root: { c: true } })
})

test('keeps lists when asked to', () => {
  const scan = scanJson('{"a":[1,{"b":[]},[3]],"c":[4,', true, true)
  expect(scan.root).toEqual({ a: [1, { b: [] }, [3]], c: [4] })
})

test('lets single quotes, bare keys and a last comma through', () => {
  expect(scanJson("{'a':'b',c:null,}", true)).toMatchObject({ status: 'complete', root: { a: 'b', c: null } })
})

test.each([
  ['{"a":01}', 'error'],
  ['{"a":1} x', 'error'],
  ['not json', 'error'],
  ['nul', 'partial'],
  ['{"a":12', 'partial'],
  ['5', 'complete'],
])('%s is %s', (text, status) => {
  expect(scanJson(text, true).status).toBe(status)
})

test('notices a member that stands twice in any object', () => {
  expect(scanJson('{"a":{"b":1,"b":2}}', true).duplicates).toBe(true)
  expect(scanJson('{"a":{"b":1},"b":2}', true).duplicates).toBe(false)
})
