import { afterEach, describe, expect, it } from 'vitest'
import { requestH2 } from './client-h2.ts'
import { requestHttp1 } from './client-http1.ts'
import { exchangeBytes } from './client-tcp.ts'
import { freePort } from './ports.ts'
import { type Received, startUpstream, type Upstream } from './upstream.ts'

let upstream: Upstream
afterEach(() => upstream.close())

async function stub(script: Parameters<typeof startUpstream>[1]): Promise<Received[]> {
  const log: Received[] = []
  upstream = await startUpstream('backend', script, log)
  return log
}

describe('stub servers and clients, face to face', () => {
  it('speaks HTTP/1.1: a body both ways, answers in sequence, the last one again', async () => {
    const log = await stub([{ status: 201, headers: [['X-A', '1']], body: 'one', chunked: true }, { body: 'two' }])
    const request = { method: 'POST', path: '/a b', headers: [['X-Q', 'é']] as [string, string][], body: 'hello' }
    const first = await requestHttp1(upstream.port, request)
    expect(first).toEqual({
      status: 201,
      headers: [
        ['x-a', '1'],
        ['transfer-encoding', 'chunked'],
      ],
      body: 'one',
    })
    expect((await requestHttp1(upstream.port, {})).body).toBe('two')
    expect((await requestHttp1(upstream.port, {})).body).toBe('two')
    expect(log[0]).toMatchObject({ cluster: 'backend', method: 'POST', path: '/a b', authority: 'example.com' })
    expect(log[0]!.headers).toEqual([
      ['x-q', 'é'],
      ['content-length', '5'],
    ])
    expect(log[0]!.body?.toString()).toBe('hello')
  })

  it('speaks h2: trailers both ways and a body larger than the first window', async () => {
    const body = 'x'.repeat(200_000)
    const log = await stub([{ body, trailers: [['grpc-status', '0']] }])
    const answer = await requestH2(upstream.port, { method: 'POST', body, trailers: [['t', '1']] })
    expect(answer.status).toBe(200)
    expect(answer.trailers).toEqual([['grpc-status', '0']])
    expect(answer.body).toBe(body)
    expect(log[0]!.body?.length).toBe(body.length)
    expect(log[0]!.trailers).toEqual([['t', '1']])
  })

  it('joins cookies and leaves connection fields out over h2', async () => {
    const log = await stub([{}])
    const headers: [string, string][] = [
      ['cookie', 'a=1'],
      ['Connection', 'close'],
      ['cookie', 'b=2'],
      ['x', ' 1 '],
    ]
    await requestH2(upstream.port, { headers })
    expect(log[0]!.headers).toEqual([
      ['x', '1'],
      ['cookie', 'a=1; b=2'],
    ])
  })

  it('resets a stream or a connection where the script says so', async () => {
    await stub([{ reset: true }])
    expect(await requestH2(upstream.port, {})).toMatchObject({ status: null, reset: true })
    expect(await requestHttp1(upstream.port, {})).toEqual({ closed: true })
  })

  it('hangs up on an h2 request that breaks the protocol', async () => {
    const log = await stub([{}])
    const headers: [string, string][] = [['te', 'gzip']]
    expect(await requestH2(upstream.port, { headers })).toEqual({ closed: true })
    expect(log).toEqual([])
  })

  it('greets, echoes and tells a closed connection from an open one', async () => {
    const log = await stub({ tcp: { greeting: 'hi ', echo: true } })
    const answer = await exchangeBytes(upstream.port, { send: ['a', { base64: '/w==' }], waitMs: 40 })
    expect(answer).toEqual({ received: { base64: 'aGkgYf8=' }, closed: false })
    expect(log[0]!.received).toEqual(Buffer.from([0x61, 0xff]))
    expect(await exchangeBytes(await freePort(), { send: ['a'], waitMs: 40 })).toEqual({ received: '', closed: true })
  })
})
