import { type HeaderPair, type StubAnswer, toBytes } from '../../src/cli/case-document.ts'
import { type ByteStream, sleep } from './byte-stream.ts'
import { type Head, Incoming, latin1, parseHead, readChunked } from './http1.ts'
import type { Received, StubHost } from './upstream.ts'

/** Serves HTTP/1.1 requests one after another: keeps each, then gives the next scripted answer. */
export async function serveHttp1(stream: ByteStream, first: Buffer, host: StubHost): Promise<void> {
  const input = new Incoming(() => stream.read(), first)
  for (;;) {
    const text = await input.until('\r\n\r\n')
    if (text === undefined) return
    const head = parseHead(text)
    const body = await readBody(input, head)
    if (body === undefined) return
    const { method, path } = requestLine(head.firstLine)
    const received: Received = {
      cluster: host.cluster,
      method,
      path,
      authority: head.get('host') ?? '',
      headers: head.headers
        .map(([name, value]): HeaderPair => [name.toLowerCase(), value])
        .filter(([name]) => name !== 'host'),
      body,
    }
    host.log.push(received)
    const answer = host.answer(received)
    if (answer.delayMs) await sleep(answer.delayMs)
    if (answer.reset) {
      stream.abort()
      return
    }
    stream.write(encodeAnswer(answer, method))
  }
}

/** The method up to the first blank, the path up to the last: a path with blanks in it stays whole. */
function requestLine(line: string): { method: string; path: string } {
  const blank = line.indexOf(' ')
  if (blank < 0) throw new Error(`not a request line: ${line}`)
  const rest = line.slice(blank + 1)
  const last = rest.lastIndexOf(' ')
  return { method: line.slice(0, blank), path: last < 0 ? rest : rest.slice(0, last) }
}

async function readBody(input: Incoming, head: Head): Promise<Buffer | undefined> {
  const length = head.get('content-length')
  if (length !== undefined) {
    const bytes = Number.parseInt(length, 10)
    return (await input.fill(bytes)) ? Buffer.from(input.take(bytes)) : undefined
  }
  if (head.get('transfer-encoding')?.toLowerCase() !== 'chunked') return Buffer.alloc(0)
  const { body, complete } = await readChunked(input, true)
  return complete ? body : undefined
}

function encodeAnswer(answer: StubAnswer, method: string): Buffer {
  const body = toBytes(answer.body)
  const status = answer.status ?? 200
  const headers = answer.headers ?? []
  let head = `HTTP/1.1 ${status} X\r\n`
  for (const [name, value] of headers) head += `${name}: ${value}\r\n`
  if (answer.chunked) {
    const chunk = body.length > 0 ? [latin1(`${body.length.toString(16)}\r\n`), body, latin1('\r\n')] : []
    return Buffer.concat([latin1(`${head}transfer-encoding: chunked\r\n\r\n`), ...chunk, latin1('0\r\n\r\n')])
  }
  const counted = headers.some(([name]) => name.toLowerCase() === 'content-length')
  if (!counted && status !== 204) head += `content-length: ${body.length}\r\n`
  const bodiless = status === 204 || status === 304 || status < 200 || method === 'HEAD'
  return Buffer.concat([latin1(`${head}\r\n`), bodiless ? Buffer.alloc(0) : body])
}
