import { describe, expect, it } from 'vitest'
import { HpackDecoder, hpackEncode } from './hpack.ts'

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')

describe('HPACK', () => {
  // The examples of RFC 7541, C.4: three requests on one connection, Huffman coded.
  it('decodes Huffman strings and keeps the dynamic table between blocks', () => {
    const decoder = new HpackDecoder()
    const request = [
      [':method', 'GET'],
      [':scheme', 'http'],
      [':path', '/'],
      [':authority', 'www.example.com'],
    ]
    expect(decoder.decode(hex('8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff'))).toEqual(request)
    expect(decoder.decode(hex('8286 84be 5886 a8eb 1064 9cbf'))).toEqual([...request, ['cache-control', 'no-cache']])
    expect(decoder.decode(hex('8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf'))).toEqual([
      [':method', 'GET'],
      [':scheme', 'https'],
      [':path', '/index.html'],
      [':authority', 'www.example.com'],
      ['custom-key', 'custom-value'],
    ])
  })

  it('evicts the oldest entries when the table is made smaller', () => {
    const decoder = new HpackDecoder()
    decoder.decode(hex('400a 637573746f6d2d6b6579 0d 637573746f6d2d686561646572'))
    expect(decoder.decode(hex('be'))).toEqual([['custom-key', 'custom-header']])
    expect(() => decoder.decode(hex('20 be'))).toThrow('no table entry 62')
  })

  it('refuses a string that ends early', () => {
    expect(() => new HpackDecoder().decode(hex('400a 6375'))).toThrow('ends early')
  })

  it('encodes any bytes so that they decode to the same', () => {
    const long = 'v'.repeat(5000)
    const block = hpackEncode([
      [Buffer.from('x-Bad Name'), Buffer.from('\xff\x00', 'latin1')],
      [Buffer.from('long'), Buffer.from(long)],
    ])
    expect(new HpackDecoder().decode(block)).toEqual([
      ['x-Bad Name', '\xff\x00'],
      ['long', long],
    ])
  })
})
