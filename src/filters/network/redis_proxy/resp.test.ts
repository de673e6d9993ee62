import { describe, expect, test } from 'vitest'
import { fromLatin1, latin1 } from '../../../engine/bytes.ts'
import { encodeResp, RespDecoder, type RespValue } from './resp.ts'

function decode(...parts: string[]): RespValue[] {
  const values: RespValue[] = []
  const decoder = new RespDecoder((value) => values.push(value))
  for (const part of parts) decoder.decode(fromLatin1(part))
  return values
}

const EVERYTHING =
  '*10\r\n+OK\r\n-ERR no\r\n:-9223372036854775808\r\n$3\r\na\r\n\r\n#t\r\n,1.5\r\n(12345678901234567890\r\n=5\r\ntxt:a\r\n%1\r\n+k\r\n_\r\n~1\r\n!1\r\ne\r\n'

describe('RESP', () => {
  test('every type survives a round trip in version 3', () => {
    const [value] = decode(EVERYTHING)
    expect(latin1(encodeResp(value!, 3))).toBe(EVERYTHING)
  })

  test('version 2 has a type for everything', () => {
    const [value] = decode('*6\r\n#f\r\n,1.5\r\n(12\r\n=5\r\ntxt:a\r\n%1\r\n+k\r\n_\r\n~1\r\n:1\r\n')
    expect(latin1(encodeResp(value!))).toBe(
      '*6\r\n:0\r\n$3\r\n1.5\r\n$2\r\n12\r\n$1\r\na\r\n*2\r\n+k\r\n$-1\r\n*1\r\n:1\r\n',
    )
  })

  test('values are found however the bytes are cut', () => {
    const whole = decode(EVERYTHING + EVERYTHING)
    for (let at = 1; at < EVERYTHING.length; at++)
      expect(decode(EVERYTHING.slice(0, at), EVERYTHING.slice(at) + EVERYTHING)).toEqual(whole)
  })

  test.each([
    ['SET  a  b\r\n', ['SET', 'a', 'b']],
    ["ECHO \"a \\x41\\n\\q\" 'it\\'s'\r\n", ['ECHO', 'a A\nq', "it's"]],
    ['\r\n', []],
  ])('an inline command: %j', (text, words) => {
    expect(decode(text)).toEqual([{ type: 'array', items: words.map((word) => ({ type: 'bulk', text: word })) }])
  })

  test.each(['?\r\n', '*-2\r\n', '$-2\r\n', ':\r\n', ':1x', '$1\r\nab', '#x', ',one\r\n', 'ECHO "a\r\n', 'a"b'])(
    'is refused as soon as it cannot be: %j',
    (text) => {
      expect(() => decode(text)).toThrow()
    },
  )

  test('nesting is bounded', () => {
    expect(() => decode('*1\r\n'.repeat(10_000))).toThrow('nesting')
  })
})
