import {
  type CaseRequest,
  type CaseResponse,
  fromBytes,
  type HeaderPair,
  toBytes,
} from '../../src/cli/case-document.ts'
import type { ByteStream } from './byte-stream.ts'
import { type OnConnect, openConnection } from './client-connect.ts'
import { ANSWER_TIMEOUT_MS } from './client-http1.ts'
import { H2Connection } from './h2-connection.ts'

const STREAM = 1

/** Sends one request over h2 (prior knowledge, or after TLS) on a connection of its own and reads the answer. */
export async function requestH2(port: number, request: CaseRequest, onConnect?: OnConnect): Promise<CaseResponse> {
  const stream = await openConnection(port, request, onConnect)
  try {
    const connection = new H2Connection(stream, 'client')
    const body = toBytes(request.body)
    const trailers = request.trailers?.length ? request.trailers : undefined
    connection.sendHeaders(STREAM, requestHeaders(request), body.length === 0 && !trailers)
    if (body.length > 0) connection.sendData(STREAM, body, !trailers)
    if (trailers) connection.sendHeaders(STREAM, trailers, true)
    return await readAnswer(stream, connection)
  } finally {
    stream.close()
  }
}

function requestHeaders(request: CaseRequest): HeaderPair[] {
  return [
    [':method', request.method ?? 'GET'],
    [':scheme', request.scheme ?? (request.tls ? 'https' : 'http')],
    [':authority', request.authority ?? 'example.com'],
    [':path', request.path ?? '/'],
    ...(request.headers ?? []),
  ]
}

async function readAnswer(stream: ByteStream, connection: H2Connection): Promise<CaseResponse> {
  const response: CaseResponse = { status: null, headers: [], body: '' }
  const body: Buffer[] = []
  let trailers: HeaderPair[] | undefined
  let done = false
  while (!done) {
    const bytes = await stream.read(ANSWER_TIMEOUT_MS)
    if (bytes === undefined) return { closed: true }
    for (const event of connection.receive(bytes)) {
      // A stream that ended both ways is over: Envoy's reset after it says nothing more.
      if (event.stream !== STREAM || done) continue
      if (event.type === 'data') body.push(event.bytes)
      else if (event.type === 'end') done = true
      else if (event.type === 'reset') {
        response.reset = true
        done = true
      } else if (response.status !== null) trailers = event.headers
      else {
        const status = Number(event.headers.find(([name]) => name === ':status')?.[1])
        if (status < 200) continue
        response.status = status
        response.headers = event.headers.filter(([name]) => !name.startsWith(':'))
      }
    }
  }
  response.body = fromBytes(Buffer.concat(body))
  if (trailers?.length) response.trailers = trailers
  return response
}
