import { fromLatin1, latin1 } from '../bytes.ts'
import type { HeaderPair } from '../http/header-map.ts'
import { caseBytes, http1Answer, type StubPeer, type StubServer, strip, type UpstreamRecord } from './stub.ts'

/** One connection to a stub, as bytes: it reads HTTP/1 requests leniently and answers each, or keeps what it was sent. */
export class StubConnection {
  private readonly server: StubServer
  private readonly peer: StubPeer
  private text = ''
  private open = true
  private busy = false
  private record: { cluster: string; received: Uint8Array } | undefined

  constructor(server: StubServer, peer: StubPeer) {
    this.server = server
    this.peer = peer
    const { tcp } = server
    if (!tcp) return
    this.record = { cluster: server.cluster, received: new Uint8Array(0) }
    server.log.push(this.record)
    const greeting = tcp.greeting
    if (greeting !== undefined && greeting !== null) server.loop.post(() => this.send(caseBytes(greeting)))
  }

  receive(bytes: Uint8Array): void {
    if (!this.open) return
    if (this.record) this.receiveTcp(bytes)
    else {
      this.text += latin1(bytes)
      if (!this.busy) this.readRequests()
    }
  }

  /** Envoy half-closed or closed: a byte server ends with it, an HTTP server has nothing more to read. */
  receiveEnd(): void {
    if (!this.open || this.busy) return
    // What it has to say to what it was sent before comes first.
    this.server.loop.post(() => {
      if (!this.open) return
      this.open = false
      this.peer.onClosed(false)
    })
  }

  /** Envoy is gone. */
  abandon(): void {
    this.open = false
  }

  private receiveTcp(bytes: Uint8Array): void {
    const record = this.record!
    const joined = new Uint8Array(record.received.length + bytes.length)
    joined.set(record.received)
    joined.set(bytes, record.received.length)
    record.received = joined
    const tcp = this.server.tcp!
    const { reply } = tcp
    const copy = bytes.slice()
    if (tcp.echo) this.server.loop.post(() => this.send(copy))
    else if (reply !== undefined && reply !== null) this.server.loop.post(() => this.send(caseBytes(reply)))
  }

  private send(bytes: Uint8Array): void {
    if (this.open && bytes.length > 0) this.peer.onData(bytes)
  }

  private readRequests(): void {
    while (this.open && !this.busy) {
      const request = takeRequest(this.text)
      if (!request) return
      this.text = request.rest
      this.answer(request)
    }
  }

  private answer(request: ParsedRequest): void {
    const { server } = this
    const record: UpstreamRecord = {
      cluster: server.cluster,
      method: request.method,
      path: request.path,
      authority: request.authority,
      headers: request.headers,
      body: request.body,
    }
    server.log.push(record)
    const answer = server.next()
    this.busy = true
    server.loop.timer(answer.delayMs ?? 0, () => {
      this.busy = false
      if (!this.open) return
      if (answer.reset) {
        this.open = false
        this.peer.onClosed(true)
        return
      }
      for (const part of http1Answer(answer, request.method)) this.send(part)
      this.readRequests()
    })
  }
}

interface ParsedRequest {
  method: string
  path: string
  authority: string
  headers: HeaderPair[]
  body: Uint8Array
  rest: string
}

function takeRequest(text: string): ParsedRequest | undefined {
  const headEnd = text.indexOf('\r\n\r\n')
  if (headEnd < 0) return undefined
  const lines = text.slice(0, headEnd).split('\r\n')
  const first = lines[0]!
  const space = first.indexOf(' ')
  const version = first.lastIndexOf(' ')
  const headers: HeaderPair[] = []
  let authority = ''
  let length: string | undefined
  let encoding = ''
  for (let i = 1; i < lines.length; i++) {
    const line = lines[i]!
    const colon = line.indexOf(':')
    const name = strip(line.slice(0, colon)).toLowerCase()
    const value = strip(line.slice(colon + 1))
    if (name === 'host') {
      authority = value
      continue
    }
    if (name === 'content-length') length = value
    else if (name === 'transfer-encoding') encoding = value.toLowerCase()
    headers.push([name, value])
  }
  const rest = text.slice(headEnd + 4)
  const body =
    length !== undefined
      ? takeLength(rest, Number(length))
      : encoding === 'chunked'
        ? takeChunks(rest)
        : { body: '', rest }
  if (!body) return undefined
  return {
    method: first.slice(0, space),
    path: first.slice(space + 1, version > space ? version : undefined),
    authority,
    headers,
    body: fromLatin1(body.body),
    rest: body.rest,
  }
}

function takeLength(text: string, length: number): { body: string; rest: string } | undefined {
  return text.length < length ? undefined : { body: text.slice(0, length), rest: text.slice(length) }
}

function takeChunks(text: string): { body: string; rest: string } | undefined {
  let body = ''
  let at = 0
  for (;;) {
    const end = text.indexOf('\r\n', at)
    if (end < 0) return undefined
    const size = Number.parseInt(text.slice(at, end).split(';')[0]!, 16)
    if (size === 0) {
      if (text.startsWith('\r\n', end + 2)) return { body, rest: text.slice(end + 4) }
      const trailersEnd = text.indexOf('\r\n\r\n', end)
      return trailersEnd < 0 ? undefined : { body, rest: text.slice(trailersEnd + 4) }
    }
    if (text.length < end + 2 + size + 2) return undefined
    body += text.slice(end + 2, end + 2 + size)
    at = end + 2 + size + 2
  }
}
