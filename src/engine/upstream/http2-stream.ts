import { Buffer } from '../buffer.ts'
import { toByteString } from '../bytes.ts'
import { requestProblem } from '../http/codec/http1-client.ts'
import { HeaderMap, type HeaderPair } from '../http/header-map.ts'
import { headerValueIsValid, isUpgrade } from '../http/header-utility.ts'
import type { Cluster, UpstreamCallbacks, UpstreamStream } from './cluster.ts'
import { caseBytes, caseText, type StubAnswer, strip, type UpstreamRecord } from './stub.ts'

// An HTTP/2 stub does not let these out, whatever the case says.
const CONNECTION_HEADERS = new Set(['connection', 'proxy-connection', 'keep-alive', 'transfer-encoding', 'upgrade'])

/** A request to a stub in HTTP/2: headers, data and trailers without frames. */
export class Http2UpstreamStream implements UpstreamStream {
  readonly protocol = 'HTTP/2'
  private readonly cluster: Cluster
  private readonly callbacks: UpstreamCallbacks
  private readonly onDone: (kept: boolean) => void
  private pairs: HeaderPair[] = []
  private readonly body = new Buffer()
  private trailers: HeaderPair[] = []
  private done = false
  private upgrade: string | undefined

  constructor(cluster: Cluster, callbacks: UpstreamCallbacks, onDone: (kept: boolean) => void) {
    this.cluster = cluster
    this.callbacks = callbacks
    this.onDone = onDone
  }

  encodeHeaders(headers: HeaderMap, endStream: boolean): string | undefined {
    const problem = requestProblem(headers)
    if (problem) return problem
    const sent = isUpgrade(headers) ? this.asConnect(headers) : headers
    this.pairs = sent.pairs()
    if (endStream) this.arrived()
    return undefined
  }

  encodeData(data: Buffer, endStream: boolean): void {
    this.body.moveFrom(data)
    if (endStream) this.arrived()
  }

  encodeTrailers(trailers: HeaderMap): void {
    this.trailers = trailers.pairs()
    this.arrived()
  }

  resetStream(): void {
    if (!this.done) this.finish()
  }

  // RFC 8441: an HTTP/1.1 upgrade travels as CONNECT with :protocol.
  private asConnect(headers: HeaderMap): HeaderMap {
    const copy = headers.clone()
    this.upgrade = copy.get('upgrade')
    copy.set(':method', 'CONNECT')
    copy.set(':protocol', this.upgrade ?? '')
    copy.remove('upgrade')
    copy.remove('connection')
    if (copy.get('content-length') === '0') copy.remove('content-length')
    return copy
  }

  private arrived(): void {
    const { stub } = this.cluster
    stub.loop.post(() => {
      if (this.done) return
      const pseudo = new Map(this.pairs.filter(([name]) => name[0] === ':'))
      const record: UpstreamRecord = {
        cluster: stub.cluster,
        method: pseudo.get(':method') ?? '',
        path: pseudo.get(':path') ?? '',
        authority: pseudo.get(':authority') ?? '',
        headers: this.pairs.filter(([name]) => name[0] !== ':'),
        body: this.body.bytes(),
        ...(this.trailers.length > 0 ? { trailers: this.trailers } : {}),
      }
      stub.log.push(record)
      const answer = stub.next()
      stub.loop.timer(answer.delayMs ?? 0, () => this.answer(answer))
    })
  }

  private answer(answer: StubAnswer): void {
    if (this.done) return
    if (answer.reset) {
      this.finish(false)
      this.callbacks.onResetStream('RemoteReset', '')
      return
    }
    const headers = new HeaderMap('response', [[':status', String(answer.status ?? 200)]])
    for (const [name, value] of answer.headers ?? []) {
      const lower = strip(name).toLowerCase()
      if (CONNECTION_HEADERS.has(lower)) continue
      const text = toByteString(strip(caseText(value)))
      if (!headerValueIsValid(text)) {
        this.finish()
        this.callbacks.onResetStream('ProtocolError', '')
        return
      }
      headers.add(lower, text)
    }
    const status = Number(headers.get(':status'))
    if (this.upgrade !== undefined && status === 200) {
      headers.set(':status', '101')
      headers.set('upgrade', this.upgrade)
      headers.set('connection', 'upgrade')
    }
    this.respond(headers, caseBytes(answer.body), answer, status)
  }

  private respond(headers: HeaderMap, body: Uint8Array, answer: StubAnswer, status: number): void {
    const { callbacks } = this
    const trailers = (answer.trailers ?? []).map(
      ([name, value]): HeaderPair => [name.toLowerCase(), toByteString(caseText(value))],
    )
    const ended = body.length === 0 && trailers.length === 0
    if (status < 200 && status >= 100) {
      // The stub's library does not send an informational answer that ends the stream: it gives the connection up.
      this.finish()
      callbacks.onResetStream('ConnectionTermination', '')
      return
    }
    const length = headers.get('content-length')
    const head = this.pairs.some(([name, value]) => name === ':method' && value === 'HEAD')
    const broken = head ? body.length > 0 : length !== undefined && length !== String(body.length)
    if (broken && !ended) {
      callbacks.decodeHeaders(headers, false)
      if (this.done) return
      this.finish()
      callbacks.onResetStream('ProtocolError', '')
      return
    }
    if (ended) this.finish()
    callbacks.decodeHeaders(headers, ended)
    if (ended || this.done) return
    if (body.length > 0) {
      if (trailers.length === 0) this.finish()
      callbacks.decodeData(Buffer.of(body), trailers.length === 0)
      if (this.done) return
    }
    this.finish()
    callbacks.decodeTrailers(new HeaderMap('trailers', trailers))
  }

  private finish(kept = true): void {
    this.done = true
    this.onDone(kept)
  }
}
