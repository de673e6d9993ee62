import { fromLatin1, joinBytes, toByteString } from '../bytes.ts'
import {
  HTTP2_PREFACE,
  type Http2Peer,
  type Http2StreamEvents,
  type Http2StreamSink,
} from '../http/codec/http2-peer.ts'
import type { HeaderPair } from '../http/header-map.ts'
import { caseBytes, caseText, strip } from '../upstream/stub.ts'
import type { ClientResponse, RequestSpec } from './types.ts'

// The recording client's library takes these off before it sends.
const CONNECTION_HEADERS = new Set(['connection', 'proxy-connection', 'keep-alive', 'transfer-encoding', 'upgrade'])

/** What an HTTP/2 client sends when it has connected: the preface and an empty SETTINGS frame. */
export const CLIENT_PREFACE = fromLatin1(`${HTTP2_PREFACE}\0\0\0\x04\0\0\0\0\0`)

/** One request over HTTP/2, as streams without frames. */
export class Http2Exchange implements Http2Peer, Http2StreamEvents {
  response: ClientResponse | undefined
  private readonly spec: RequestSpec
  private status: number | null = null
  private readonly pairs: HeaderPair[] = []
  private body: Uint8Array[] = []
  private received: HeaderPair[] = []

  constructor(spec: RequestSpec) {
    this.spec = spec
  }

  attach(open: (events: Http2StreamEvents) => Http2StreamSink): void {
    const { spec } = this
    const body = caseBytes(spec.body)
    const trailers = (spec.trailers ?? []).map(
      ([name, value]): HeaderPair => [toByteString(String(name)), toByteString(caseText(value))],
    )
    const stream = open(this)
    stream.headers(requestPairs(spec), body.length === 0 && trailers.length === 0)
    if (this.response) return
    if (body.length > 0) stream.data(body, trailers.length === 0)
    if (this.response) return
    if (trailers.length > 0) stream.trailers(trailers)
  }

  goAway(): void {
    // The connection is closed next; that is what counts.
  }

  /** The connection is gone. */
  onEnd(): void {
    this.response ??= { closed: true }
  }

  headers(pairs: readonly HeaderPair[], endStream: boolean): void {
    const status = Number(pairs.find(([name]) => name === ':status')?.[1])
    // Informational answers are passed over.
    if (status >= 100 && status < 200 && status !== 101) return
    this.status = status
    for (const pair of pairs) if (pair[0][0] !== ':') this.pairs.push(pair)
    if (endStream) this.done()
  }

  data(bytes: Uint8Array, endStream: boolean): void {
    if (bytes.length > 0) this.body.push(bytes)
    if (endStream) this.done()
  }

  trailers(pairs: readonly HeaderPair[]): void {
    this.received = [...pairs]
    this.done()
  }

  reset(): void {
    this.done(true)
  }

  private done(reset = false): void {
    if (this.response) return
    this.response = {
      status: this.status,
      headers: this.pairs,
      body: joinBytes(this.body),
      ...(reset ? { reset: true } : {}),
      ...(this.received.length > 0 ? { trailers: this.received } : {}),
    }
  }
}

function requestPairs(spec: RequestSpec): HeaderPair[] {
  const pairs: HeaderPair[] = [
    [':method', spec.method ?? 'GET'],
    [':scheme', spec.scheme ?? (spec.tls ? 'https' : 'http')],
    [':authority', spec.authority ?? 'example.com'],
    [':path', spec.path ?? '/'],
  ]
  for (const [name, value] of spec.headers ?? []) pairs.push([String(name).toLowerCase(), caseText(value)])
  return pairs
    .map(([name, value]): HeaderPair => [toByteString(strip(name)), toByteString(strip(value))])
    .filter(([name]) => !CONNECTION_HEADERS.has(name))
}
