import { createServer, type Server, type Socket } from 'node:net'
import type { HeaderPair, StubAnswer, StubScript, TcpStub } from '../../src/cli/case-document.ts'
import { ByteStream } from './byte-stream.ts'
import { serveH2 } from './upstream-h2.ts'
import { serveHttp1 } from './upstream-http1.ts'
import { serveTcp } from './upstream-tcp.ts'

/** What a stub server was sent. Bodies are bytes here; a result writes them as text or base64. */
export interface Received {
  cluster: string
  method?: string
  path?: string
  authority?: string
  headers?: HeaderPair[]
  body?: Buffer
  trailers?: HeaderPair[]
  received?: Buffer
}

/** What an HTTP stub answers to a request. */
export type Answers = (request: Received) => StubAnswer

/** What a protocol of the stub server needs: where to keep requests and what to answer. */
export interface StubHost {
  cluster: string
  log: Received[]
  answer: Answers
}

/** A case's script as answers in sequence: each entry once, the last one again and again. */
export function inSequence(script: StubAnswer | StubAnswer[]): Answers {
  if (!Array.isArray(script)) return () => script
  let used = 0
  return () => script[Math.min(used++, script.length - 1)] ?? {}
}

export interface Upstream {
  port: number
  close: () => void
}

/**
 * Starts a cluster's stub server on 127.0.0.1: HTTP/1.1 or h2 with prior knowledge, told apart by the first bytes, or a
 * raw byte server. Every request goes to `log` in the order it was complete.
 */
export async function startUpstream(
  cluster: string,
  script: Exclude<StubScript, 'down'> | Answers,
  log: Received[],
): Promise<Upstream> {
  const tcp = isTcp(script) ? script : undefined
  const answer = typeof script === 'function' ? script : inSequence(tcp ? {} : (script as StubAnswer | StubAnswer[]))
  const host: StubHost = { cluster, log, answer }
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    const stream = new ByteStream(socket)
    // A stub that cannot make sense of what it got hangs up, as a server would.
    serve(stream, tcp, host)
      .catch(() => undefined)
      .finally(() => stream.close())
  })
  const port = await listen(server)
  const close = () => {
    server.close()
    for (const socket of sockets) socket.destroy()
  }
  return { port, close }
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      if (address === null || typeof address === 'string') reject(new Error('the stub server has no port'))
      else resolve(address.port)
    })
  })
}

async function serve(stream: ByteStream, tcp: TcpStub | undefined, host: StubHost): Promise<void> {
  if (tcp) return serveTcp(stream, tcp, host)
  const first = await stream.read()
  if (first === undefined) return
  if (first.toString('latin1', 0, 14) === 'PRI * HTTP/2.0') return serveH2(stream, first, host)
  return serveHttp1(stream, first, host)
}

function isTcp(script: StubScript | Answers): script is TcpStub {
  return typeof script === 'object' && !Array.isArray(script) && 'tcp' in script
}
