import { type HeaderPair, toBytes } from '../../src/cli/case-document.ts'
import { type ByteStream, sleep } from './byte-stream.ts'
import { H2Connection, type H2Event, requestProblem } from './h2-connection.ts'
import type { Received, StubHost } from './upstream.ts'

interface Stream {
  headers: HeaderPair[]
  body: Buffer[]
  trailers: HeaderPair[]
}

/** Serves h2 requests with prior knowledge, one answer at a time. A request that breaks the protocol ends it. */
export async function serveH2(stream: ByteStream, first: Buffer, host: StubHost): Promise<void> {
  const connection = new H2Connection(stream, 'server')
  const streams = new Map<number, Stream>()
  for (let bytes: Buffer | undefined = first; bytes !== undefined; bytes = await stream.read()) {
    for (const event of connection.receive(bytes)) await handle(event, connection, streams, host)
  }
}

async function handle(
  event: H2Event,
  connection: H2Connection,
  streams: Map<number, Stream>,
  host: StubHost,
): Promise<void> {
  const open = streams.get(event.stream)
  switch (event.type) {
    case 'headers': {
      if (open) {
        open.trailers = event.headers
        return
      }
      const problem = requestProblem(event.headers)
      if (problem) throw new Error(problem)
      streams.set(event.stream, { headers: event.headers, body: [], trailers: [] })
      return
    }
    case 'data':
      open?.body.push(event.bytes)
      return
    case 'reset':
      streams.delete(event.stream)
      return
    case 'end':
      if (!open) return
      streams.delete(event.stream)
      await answer(event.stream, open, connection, host)
  }
}

async function answer(id: number, request: Stream, connection: H2Connection, host: StubHost): Promise<void> {
  const get = (name: string) => request.headers.find((header) => header[0] === name)?.[1]
  const body = Buffer.concat(request.body)
  const length = get('content-length')
  if (length !== undefined && Number(length) !== body.length) throw new Error('content-length is not the length')
  const received: Received = {
    cluster: host.cluster,
    method: get(':method'),
    path: get(':path'),
    authority: get(':authority') ?? '',
    headers: request.headers.filter(([name]) => !name.startsWith(':')),
    body,
    ...(request.trailers.length > 0 && { trailers: request.trailers }),
  }
  host.log.push(received)
  const next = host.answer(received)
  if (next.delayMs) await sleep(next.delayMs)
  if (next.reset) return connection.sendReset(id)
  const bytes = toBytes(next.body)
  const trailers = next.trailers?.length ? next.trailers : undefined
  const status: HeaderPair = [':status', String(next.status ?? 200)]
  connection.sendHeaders(id, [status, ...(next.headers ?? [])], bytes.length === 0 && !trailers)
  if (bytes.length > 0) connection.sendData(id, bytes, !trailers)
  if (trailers) connection.sendHeaders(id, trailers, true)
}
