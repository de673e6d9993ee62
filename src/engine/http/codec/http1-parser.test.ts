import { describe, expect, it } from 'vitest'
import { fromLatin1, latin1 } from '../../bytes.ts'
import { Http1Parser, type ParserEvents } from './http1-parser.ts'
import { beginsRequest } from './http1-syntax.ts'
import { CodecError } from './types.ts'

function parse(chunks: readonly string[], maxHeaderBytes = 1024) {
  const seen: string[] = []
  const events: ParserEvents = {
    messageBegin: () => seen.push('begin'),
    firstLine: (a, b, c) => seen.push(`first ${a}|${b}|${c}`),
    header: (name, value) => seen.push(`header ${name}=${value}`),
    headersComplete: (framing) => {
      seen.push('headers')
      return framing.chunked || framing.contentLength ? 'body' : 'complete'
    },
    body: (bytes) => seen.push(`body ${latin1(bytes)}`),
    trailer: (name, value) => seen.push(`trailer ${name}=${value}`),
    messageComplete: () => seen.push('complete'),
  }
  const parser = new Http1Parser(events, { request: true, maxHeaderBytes, firstByteIsValid: beginsRequest })
  let rest = ''
  for (const chunk of chunks) {
    rest += chunk
    const used = parser.execute(fromLatin1(rest))
    rest = rest.slice(used)
  }
  return { seen, rest }
}

function refusal(text: string): CodecError {
  try {
    parse([text])
  } catch (error) {
    if (error instanceof CodecError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

describe('Http1Parser', () => {
  it('reads a request and stops behind it', () => {
    const { seen, rest } = parse(['GET /a HTTP/1.1\r\nHost: x\r\nY:  1 \r\n\r\nGET /b'])
    expect(seen).toEqual(['begin', 'first GET|/a|HTTP/1.1', 'header Host=x', 'header Y=1', 'headers', 'complete'])
    expect(rest).toBe('GET /b')
  })

  it('does not care how the bytes are cut', () => {
    const text = 'POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n3;x=1\r\nabc\r\n0\r\nt: 1\r\n\r\n'
    const whole = parse([text]).seen
    const single = parse([...text]).seen
    const bodies = (seen: string[]) =>
      seen
        .filter((each) => each.startsWith('body'))
        .map((each) => each.slice(5))
        .join('')
    expect(bodies(single)).toBe('abc')
    expect(bodies(single)).toBe(bodies(whole))
    expect(single.filter((each) => !each.startsWith('body'))).toEqual(whole.filter((each) => !each.startsWith('body')))
    expect(whole).toContain('trailer t=1')
  })

  it('joins a folded header', () => {
    expect(parse(['GET / HTTP/1.1\r\na: 1\r\n 2\r\n\r\n']).seen).toContain('header a=1 2')
  })

  it('takes a request without a version as complete at once', () => {
    expect(parse(['GET /\r\n']).seen).toEqual(['begin', 'first GET|/|', 'headers', 'complete'])
  })

  it.each([
    ['x y: 1', 'http1.codec_error'],
    ['x: \x01', 'http1.invalid_characters'],
    ['x', 'http1.codec_error'],
    ['content-length: 1, 1', 'http1.codec_error'],
    ['content-length: 1\r\ncontent-length: 1', 'http1.codec_error'],
  ])('refuses the header %j', (header, details) => {
    expect(refusal(`GET / HTTP/1.1\r\n${header}\r\n\r\n`).details).toBe(details)
  })

  it('refuses a first byte that begins no request before it has a line', () => {
    expect(refusal('\x16').details).toBe('http1.codec_error')
    expect(parse(['hi there']).seen).toEqual(['begin'])
  })

  it('refuses a chunk line that ends in a bare LF, and takes any end of a chunk', () => {
    const head = 'POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n'
    expect(refusal(`${head}1\na`).details).toBe('http1.codec_error')
    expect(parse([`${head}1\r\naX\r\n0\r\n\r\n`]).seen).toContain('complete')
  })

  it('limits headers to the bytes it was given', () => {
    const error = (() => {
      try {
        parse([`GET / HTTP/1.1\r\nx: ${'a'.repeat(100)}`], 64)
      } catch (caught) {
        return caught as CodecError
      }
      return undefined
    })()
    expect(error?.status).toBe(431)
  })
})
