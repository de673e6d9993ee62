import {
  type CaseRequest,
  type CaseResponse,
  fromBytes,
  type HeaderPair,
  toBytes,
} from '../../src/cli/case-document.ts'
import type { ByteStream } from './byte-stream.ts'
import { type OnConnect, openConnection } from './client-connect.ts'
import { type Head, Incoming, latin1, parseHead, readChunked } from './http1.ts'

/** How long a client waits for the next byte of an answer, in milliseconds. */
export const ANSWER_TIMEOUT_MS = 20_000

/** Sends one HTTP/1.1 request on a connection of its own and reads the answer; informational answers are skipped. */
export async function requestHttp1(port: number, request: CaseRequest, onConnect?: OnConnect): Promise<CaseResponse> {
  const stream = await openConnection(port, request, onConnect)
  try {
    stream.write(encodeRequest(request))
    return await readAnswer(stream, request.method ?? 'GET')
  } finally {
    stream.close()
  }
}

/**
 * The request as bytes: `host` from the authority unless a header says otherwise, and a content-length if there is a
 * body that nothing else delimits.
 */
export function encodeRequest(request: CaseRequest): Buffer {
  const body = toBytes(request.body)
  const headers = request.headers ?? []
  const names = new Set(headers.map(([name]) => name.toLowerCase()))
  let head = `${request.method ?? 'GET'} ${request.path ?? '/'} HTTP/1.1\r\n`
  if (!names.has('host')) head += `host: ${request.authority ?? 'example.com'}\r\n`
  for (const [name, value] of headers) head += `${name}: ${value}\r\n`
  if (body.length > 0 && !names.has('content-length') && !names.has('transfer-encoding')) {
    head += `content-length: ${body.length}\r\n`
  }
  return Buffer.concat([latin1(`${head}\r\n`), body])
}

async function readAnswer(stream: ByteStream, method: string): Promise<CaseResponse> {
  const input = new Incoming(() => stream.read(ANSWER_TIMEOUT_MS))
  for (;;) {
    const text = await input.until('\r\n\r\n')
    if (text === undefined) {
      return input.bytes.length > 0 ? { closed: true, received: fromBytes(input.bytes) } : { closed: true }
    }
    const head = parseHead(text)
    const status = Number.parseInt(head.firstLine.split(' ')[1] ?? '', 10)
    if (status < 200 && status !== 101) continue
    const headers = head.headers.map(([name, value]): HeaderPair => [name.toLowerCase(), value])
    return { status, headers, body: fromBytes(await readBody(input, head, status, method)) }
  }
}

async function readBody(input: Incoming, head: Head, status: number, method: string): Promise<Buffer> {
  if (method === 'HEAD' || status === 204 || status === 304) return Buffer.alloc(0)
  const length = head.get('content-length')
  if (length !== undefined) {
    const bytes = Number.parseInt(length, 10)
    await input.fill(bytes)
    return input.take(bytes)
  }
  if (head.get('transfer-encoding') === 'chunked') return (await readChunked(input, false)).body
  while (await input.more());
  return input.bytes
}
