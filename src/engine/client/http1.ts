import { fromLatin1, latin1 } from '../bytes.ts'
import type { HeaderPair } from '../http/header-map.ts'
import { caseBytes, caseText, strip } from '../upstream/stub.ts'
import type { ClientResponse, RequestSpec } from './types.ts'

/** The bytes of a request as the recording client writes them. Texts are byte strings already. */
export function http1Request(spec: RequestSpec): Uint8Array {
  const body = caseBytes(spec.body)
  const headers = spec.headers ?? []
  const names = new Set(headers.map(([name]) => String(name).toLowerCase()))
  let head = `${spec.method ?? 'GET'} ${spec.path ?? '/'} HTTP/1.1\r\n`
  if (!names.has('host')) head += `host: ${spec.authority ?? 'example.com'}\r\n`
  for (const [name, value] of headers) head += `${name}: ${caseText(value)}\r\n`
  if (body.length > 0 && !names.has('content-length') && !names.has('transfer-encoding'))
    head += `content-length: ${body.length}\r\n`
  const start = fromLatin1(`${head}\r\n`)
  if (body.length === 0) return start
  const all = new Uint8Array(start.length + body.length)
  all.set(start)
  all.set(body, start.length)
  return all
}

/** Reads one response off the bytes of a server, as the recording client does. */
export class Http1ResponseReader {
  response: ClientResponse | undefined
  private text = ''
  private head: { status: number; headers: HeaderPair[] } | undefined
  private framing: { length: number } | 'chunked' | 'untilClose' = 'untilClose'
  private readonly method: string

  constructor(method: string) {
    this.method = method
  }

  onData(bytes: Uint8Array): void {
    if (this.response) return
    this.text += latin1(bytes)
    this.read(false)
  }

  onEnd(): void {
    if (this.response) return
    this.read(true)
    if (this.response) return
    // An answer that was cut off is what had come of it.
    this.response = this.text === '' ? { closed: true } : { closed: true, received: fromLatin1(this.text) }
  }

  private read(ended: boolean): void {
    while (!this.head) {
      const end = this.text.indexOf('\r\n\r\n')
      if (end < 0) return
      const lines = this.text.slice(0, end).split('\r\n')
      this.text = this.text.slice(end + 4)
      const status = Number.parseInt(lines[0]!.split(' ')[1] ?? '', 10)
      if (status < 200 && status !== 101) continue
      const headers = lines.slice(1).map((line): HeaderPair => {
        const colon = line.indexOf(':')
        return [strip(line.slice(0, colon)).toLowerCase(), strip(line.slice(colon + 1))]
      })
      this.head = { status, headers }
      this.framing = framingOf(headers)
    }
    const { status } = this.head
    if (this.method === 'HEAD' || status === 204 || status === 304) this.done('')
    else if (this.framing === 'chunked') this.readChunks(ended)
    else if (this.framing === 'untilClose') {
      if (ended) this.done(this.text)
    } else if (this.text.length >= this.framing.length || ended) this.done(this.text.slice(0, this.framing.length))
  }

  private readChunks(ended: boolean): void {
    let body = ''
    let at = 0
    for (;;) {
      const end = this.text.indexOf('\r\n', at)
      if (end < 0) break
      const size = Number.parseInt(this.text.slice(at, end), 16)
      if (this.text.length < end + 2 + size + 2 && !ended) return
      body += this.text.slice(end + 2, end + 2 + size)
      if (size === 0) {
        this.done(body)
        return
      }
      at = end + 2 + size + 2
    }
    if (ended) this.done(body)
  }

  private done(body: string): void {
    const { status, headers } = this.head!
    this.response = { status, headers, body: fromLatin1(body) }
  }
}

function framingOf(headers: readonly HeaderPair[]): { length: number } | 'chunked' | 'untilClose' {
  const last = new Map(headers)
  const length = last.get('content-length')
  if (length !== undefined) return { length: Number(length) }
  return last.get('transfer-encoding') === 'chunked' ? 'chunked' : 'untilClose'
}
