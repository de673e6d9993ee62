import { describe, expect, it } from 'vitest'
import { encodeRequest } from './client-http1.ts'
import { Incoming, parseHead, readChunked } from './http1.ts'

/** A stream that arrives in the given pieces. */
function pieces(...texts: string[]): Incoming {
  return new Incoming(async () => {
    const text = texts.shift()
    return text === undefined ? undefined : Buffer.from(text, 'latin1')
  })
}

describe('HTTP/1.1 on the wire', () => {
  it('reads a head that arrives in pieces and leaves the rest', async () => {
    const input = pieces('HTTP/1.1 200 OK\r\nA: 1\r', '\nb:2\r\n\r', '\nbody')
    const head = parseHead((await input.until('\r\n\r\n'))!)
    expect(head.headers).toEqual([
      ['A', '1'],
      ['b', '2'],
    ])
    expect(head.get('a')).toBe('1')
    expect(input.bytes.toString()).toBe('body')
  })

  it('reads chunks across pieces, with extensions and trailers', async () => {
    const input = pieces('3;x=1\r\nab', 'c\r\n2\r\nde\r\n0\r\nt: 1\r\n', '\r\nnext')
    expect((await readChunked(input, true)).body.toString()).toBe('abcde')
    expect(input.bytes.toString()).toBe('next')
  })

  it('says when a chunked body was cut short', async () => {
    const { body, complete } = await readChunked(pieces('5\r\nab'), true)
    expect(body.toString()).toBe('ab')
    expect(complete).toBe(false)
  })

  it('writes host and content-length only where the case does not', () => {
    expect(encodeRequest({ method: 'POST', authority: 'a.com', path: '/x', body: 'é' }).toString()).toBe(
      'POST /x HTTP/1.1\r\nhost: a.com\r\ncontent-length: 2\r\n\r\né',
    )
    const headers: [string, string][] = [
      ['Host', 'b.com'],
      ['Transfer-Encoding', 'chunked'],
    ]
    expect(encodeRequest({ headers, body: '0\r\n\r\n' }).toString()).toBe(
      'GET / HTTP/1.1\r\nHost: b.com\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    )
  })

  it('sends a header character as one byte and refuses wider ones', () => {
    expect(encodeRequest({ headers: [['x', '\xff']] }).includes(0xff)).toBe(true)
    expect(() => encodeRequest({ headers: [['x', '漢']] })).toThrow('not one byte')
  })
})
