import { expect, test } from 'vitest'
import { fromLatin1, latin1 } from '../bytes.ts'
import { refusePlainText } from './plain-to-tls.ts'

test.each(['', 'G', 'GET', 'abcd', '\x16\x03\x01\x00\x05\x01'])('%j may still become a record', (text) => {
  expect(refusePlainText(fromLatin1(text))).toBeUndefined()
})

test.each([
  ['GET / HTTP/1.1', 'HTTP_REQUEST', ''],
  ['PUT /', 'HTTP_REQUEST', ''],
  ['DELETE / HTTP/1.1', 'WRONG_VERSION_NUMBER', '\x15\x03\x01\x00\x02\x02\x46'],
  ['\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00', 'DECODE_ERROR', '\x15\x03\x01\x00\x02\x02\x32'],
])('%j is refused as %s', (text, failure, alert) => {
  const refusal = refusePlainText(fromLatin1(text))
  expect(refusal?.failure).toMatch(new RegExp(`:${failure}$`))
  expect(latin1(refusal!.alert)).toBe(alert)
})
