import { describe, expect, test } from 'vitest'
import { Buffer } from '../buffer.ts'
import { fromUtf8, utf8 } from '../bytes.ts'
import type { HttpFilterDefinition, HttpFilterFactoryContext } from '../catalogue.ts'
import { EventLoop } from '../event-loop.ts'
import { MemoryHost } from '../host.ts'
import { type ConnectionInfo, DynamicMetadata, FilterState, StreamInfo } from '../stream-info.ts'
import { Trace } from '../trace.ts'
import type { HttpFilter, HttpStream } from './filter.ts'
import { FilterManager } from './filter-manager.ts'
import { HeaderMap } from './header-map.ts'

const address = { ip: '127.0.0.1', port: 1 }
const connection: ConnectionInfo = {
  id: 1,
  remote: address,
  directRemote: address,
  local: address,
  directLocal: address,
  requestedServerName: '',
  transportProtocol: 'raw_buffer',
  applicationProtocols: [],
  dynamicMetadata: new DynamicMetadata(),
  typedMetadata: new Map(),
  filterState: new FilterState(),
  listenerName: 'l',
  filterChainName: '',
}

/** A stream through the given filters; `seen` is what happened, in order, and `out` what left. */
function stream(filters: HttpFilter[], options: { bufferLimit?: number } = {}) {
  const seen: string[] = []
  const out: string[] = []
  const loop = new EventLoop()
  const trace = new Trace()
  const info = new StreamInfo(connection, 0)
  const configured = filters.map((filter, i) => {
    const definition: HttpFilterDefinition = {
      kind: 'http',
      name: `f${i}`,
      config: '',
      title: '',
      group: 'other',
      summary: '',
      notModelled: [],
      create: () => watched(`f${i}`, filter, seen),
    }
    return {
      name: `f${i}`,
      path: `http_filters[${i}]`,
      definition,
      config: {},
      shared: undefined,
      context: {} as HttpFilterFactoryContext,
      disabled: false,
    }
  })
  const manager = new FilterManager({
    loop,
    host: new MemoryHost(),
    trace,
    info,
    filters: configured,
    bufferLimit: options.bufferLimit ?? 0,
    proxy100Continue: true,
    callbacks: {
      encode1xxHeaders: (headers) => void out.push(`1xx ${headers.get(':status')}`),
      encodeHeaders: (headers, end) => void out.push(`headers ${headers.get(':status')}${end ? ' end' : ''}`),
      encodeData: (data, end) => void out.push(`data ${fromUtf8(data.bytes())}${end ? ' end' : ''}`),
      encodeTrailers: () => void out.push('trailers'),
      endStream: () => void out.push('done'),
      resetStream: (reason) => void out.push(`reset ${reason}`),
      route: () => undefined,
      setRoute: () => {},
      clearRouteCache: () => {},
      onLocalReply: () => {},
      rewriteLocalReply: () => {},
      recreateStream: () => false,
      asyncClient: { hasCluster: () => false, send: () => undefined },
    },
  })
  manager.createFilterChain()
  return {
    seen,
    out,
    manager,
    info,
    loop,
    trace,
    request(options: { body?: string[]; trailers?: boolean } = {}) {
      const { body = [], trailers = false } = options
      manager.remoteDecodeComplete = body.length === 0 && !trailers
      manager.decodeHeaders(new HeaderMap('request', [[':method', 'GET']]), manager.remoteDecodeComplete)
      body.forEach((part, i) => {
        const end = i === body.length - 1 && !trailers
        if (end) manager.remoteDecodeComplete = true
        manager.decodeData(Buffer.of(utf8(part)), end)
      })
      if (trailers) {
        manager.remoteDecodeComplete = true
        manager.decodeTrailers(new HeaderMap('trailers', [['t', '1']]))
      }
    },
  }
}

/** Notes each callback, then asks the filter itself; a filter that has no hook continues. */
function watched(name: string, filter: HttpFilter, seen: string[]): HttpFilter {
  const end = (is: boolean) => (is ? ' end' : '')
  return {
    decodeHeaders(headers, s, endStream) {
      seen.push(`${name} > headers${end(endStream)}`)
      return filter.decodeHeaders?.(headers, s, endStream) ?? 'Continue'
    },
    decodeData(data, s, endStream) {
      seen.push(`${name} > data ${fromUtf8(data.bytes())}${end(endStream)}`)
      return filter.decodeData?.(data, s, endStream) ?? 'Continue'
    },
    decodeTrailers(trailers, s) {
      seen.push(`${name} > trailers`)
      return filter.decodeTrailers?.(trailers, s) ?? 'Continue'
    },
    encodeHeaders(headers, s, endStream) {
      seen.push(`${name} < headers ${headers.get(':status')}${end(endStream)}`)
      return filter.encodeHeaders?.(headers, s, endStream) ?? 'Continue'
    },
    encodeData(data, s, endStream) {
      seen.push(`${name} < data ${fromUtf8(data.bytes())}${end(endStream)}`)
      return filter.encodeData?.(data, s, endStream) ?? 'Continue'
    },
    encodeTrailers(trailers, s) {
      seen.push(`${name} < trailers`)
      return filter.encodeTrailers?.(trailers, s) ?? 'Continue'
    },
    onLocalReply(reply, s) {
      return filter.onLocalReply?.(reply, s) ?? 'Continue'
    },
    onDestroy(s) {
      filter.onDestroy?.(s)
    },
  }
}

/** A terminal filter that answers once the request has come. */
function upstream(body?: string): HttpFilter {
  const answer = (s: HttpStream) => {
    s.encodeHeaders(new HeaderMap('response', [[':status', '200']]), body === undefined, 'via_upstream')
    if (body !== undefined) s.encodeData(Buffer.of(utf8(body)), true)
  }
  return {
    decodeHeaders(_headers, s, endStream) {
      if (endStream) answer(s)
      return 'StopIteration'
    },
    decodeData(_data, s, endStream) {
      if (endStream) answer(s)
      return 'StopIterationNoBuffer'
    },
    decodeTrailers(_trailers, s) {
      answer(s)
      return 'StopIteration'
    },
  }
}

describe('order', () => {
  test('requests run down the chain and responses up', () => {
    const s = stream([{}, {}, upstream('hi')])
    s.request()
    expect(s.seen).toEqual([
      'f0 > headers end',
      'f1 > headers end',
      'f2 > headers end',
      'f2 < headers 200',
      'f1 < headers 200',
      'f0 < headers 200',
      'f2 < data hi end',
      'f1 < data hi end',
      'f0 < data hi end',
    ])
    expect(s.out).toEqual(['headers 200', 'data hi end', 'done'])
  })

  test('trailers end the request, not the last data', () => {
    const s = stream([{}, upstream()])
    s.request({ body: ['a', 'b'], trailers: true })
    expect(s.seen.filter((line) => line.startsWith('f1 >'))).toEqual([
      'f1 > headers',
      'f1 > data a',
      'f1 > data b',
      'f1 > trailers',
    ])
    expect(s.out).toEqual(['headers 200 end', 'done'])
  })
})

describe('holding back', () => {
  test('StopIteration on headers and Buffer on data: those behind get everything at the end, joined', () => {
    const s = stream([
      {
        decodeHeaders: () => 'StopIteration',
        decodeData: (_data, _s, end) => (end ? 'Continue' : 'StopIterationAndBuffer'),
      },
      upstream(),
    ])
    s.request({ body: ['a', 'b', 'c'] })
    expect(s.seen.filter((line) => line.startsWith('f1 >'))).toEqual(['f1 > headers', 'f1 > data abc end'])
  })

  test('StopAllIteration: the filter itself gets nothing either until it continues', () => {
    let held: HttpStream | undefined
    const s = stream([
      {
        decodeHeaders(_headers, own) {
          held = own
          return 'StopAllIterationAndBuffer'
        },
      },
      upstream(),
    ])
    s.request({ body: ['a', 'b'] })
    expect(s.seen).toEqual(['f0 > headers'])
    held!.continueDecoding()
    expect(s.seen.slice(1, 4)).toEqual(['f1 > headers', 'f0 > data ab end', 'f1 > data ab end'])
  })

  test('NoBuffer on the last data: a later continue still passes an end', () => {
    let held: HttpStream | undefined
    const s = stream([
      {
        decodeHeaders(_headers, own) {
          held = own
          return 'StopIteration'
        },
        decodeData: () => 'StopIterationNoBuffer',
      },
      upstream(),
    ])
    s.request({ body: ['a'] })
    held!.continueDecoding()
    expect(s.seen.filter((line) => line.startsWith('f1 >'))).toEqual(['f1 > headers', 'f1 > data  end'])
  })

  test('a body added to a request without one comes after the headers', () => {
    const s = stream([
      {
        decodeHeaders(_headers, own) {
          own.addDecodedData(Buffer.of(utf8('new')), false)
          return 'Continue'
        },
      },
      {},
      upstream(),
    ])
    s.request()
    expect(s.seen.filter((line) => line.includes('>'))).toEqual([
      'f0 > headers end',
      'f1 > headers',
      'f2 > headers',
      'f1 > data new end',
      'f2 > data new end',
    ])
  })

  test('trailers added with the last data end the message', () => {
    const s = stream([
      {
        decodeData(_data, own, end) {
          if (end) own.addDecodedTrailers().add('x', '1')
          return 'Continue'
        },
      },
      upstream(),
    ])
    s.request({ body: ['a'] })
    expect(s.seen.filter((line) => line.startsWith('f1 >'))).toEqual(['f1 > headers', 'f1 > data a', 'f1 > trailers'])
  })

  test('a response held back and continued later', () => {
    let held: HttpStream | undefined
    const s = stream([
      {
        encodeHeaders(_headers, own) {
          held = own
          return 'StopIteration'
        },
        encodeData: () => 'StopIterationAndBuffer',
      },
      upstream('hi'),
    ])
    s.request()
    expect(s.out).toEqual([])
    held!.continueEncoding()
    expect(s.out).toEqual(['headers 200', 'data hi end', 'done'])
  })
})

describe('limits', () => {
  test('a request past the buffer limit is answered with 413', () => {
    const s = stream(
      [{ decodeHeaders: () => 'StopIteration', decodeData: () => 'StopIterationAndBuffer' }, upstream()],
      {
        bufferLimit: 3,
      },
    )
    s.request({ body: ['ab', 'cd', 'ef'] })
    expect(s.out).toEqual(['headers 413', 'data Payload Too Large end', 'done'])
    expect(s.info.responseCodeDetails).toBe('request_payload_too_large')
  })

  test('with a watermark it waits instead', () => {
    const s = stream(
      [{ decodeHeaders: () => 'StopIteration', decodeData: () => 'StopIterationAndWatermark' }, upstream()],
      {
        bufferLimit: 3,
      },
    )
    s.request({ body: ['ab', 'cd'] })
    expect(s.out).toEqual([])
  })

  test('a response past the limit becomes a 500', () => {
    const s = stream(
      [{ encodeHeaders: () => 'StopIteration', encodeData: () => 'StopIterationAndBuffer' }, upstream('hello')],
      {
        bufferLimit: 3,
      },
    )
    s.request()
    expect(s.out).toEqual(['headers 500', 'data Internal Server Error end', 'done'])
    expect(s.info.responseCodeDetails).toBe('response_payload_too_large')
  })
})

describe('local replies', () => {
  test('from a request callback: every encoder filter sees it, no further decoder does', () => {
    const s = stream([{}, { decodeHeaders: (_h, own) => own.reply(403, 'no', { details: 'd' }) }, upstream()])
    s.request({ body: ['a'] })
    expect(s.seen).toEqual([
      'f0 > headers',
      'f1 > headers',
      'f2 < headers 403',
      'f1 < headers 403',
      'f0 < headers 403',
      'f2 < data no end',
      'f1 < data no end',
      'f0 < data no end',
    ])
    expect(s.out).toEqual(['headers 403', 'data no end', 'done'])
    expect(s.info.responseCodeDetails).toBe('d')
  })

  test('from a response callback: the encoder filters are passed by', () => {
    const s = stream([{}, { encodeHeaders: (_h, own) => own.reply(502, 'bad', { details: 'd' }) }, upstream('hi')])
    s.request()
    expect(s.seen.filter((line) => line.includes('<'))).toEqual(['f2 < headers 200', 'f1 < headers 200'])
    expect(s.out).toEqual(['headers 502', 'data bad end', 'done'])
  })

  test('after the response has begun the stream is reset', () => {
    const s = stream([
      {
        encodeData(_data, own) {
          own.reply(502, 'late', { details: 'd' })
          return 'Continue'
        },
      },
      upstream('hi'),
    ])
    s.request()
    expect(s.out.slice(0, 2)).toEqual(['headers 200', 'reset local_reset'])
  })

  test('a filter may turn the reply into a reset', () => {
    const s = stream([
      { onLocalReply: () => 'ContinueAndResetStream' },
      { decodeHeaders: (_h, own) => own.reply(403, 'no', { details: 'd' }) },
      upstream(),
    ])
    s.request()
    expect(s.out).toEqual(['reset local_reset'])
  })

  test('a reply to a gRPC request is in its trailers-only headers', () => {
    const s = stream([{ decodeHeaders: (_h, own) => own.reply(403, 'no way', { details: 'd' }) }, upstream()])
    s.manager.isGrpcRequest = true
    s.request()
    expect(s.out).toEqual(['headers 200 end', 'done'])
    expect(s.manager.responseHeaders?.pairs()).toEqual([
      [':status', '200'],
      ['content-type', 'application/grpc'],
      ['grpc-status', '7'],
      ['grpc-message', 'no way'],
    ])
  })

  test('a response without :status is replaced by a 502', () => {
    const s = stream([
      {
        encodeHeaders(headers) {
          headers.remove(':status')
          return 'Continue'
        },
      },
      upstream('hi'),
    ])
    s.request()
    expect(s.out[0]).toBe('headers 502')
    expect(s.info.responseCodeDetails).toBe(
      'filter_removed_required_response_headers{missing_required_header:_:status}',
    )
  })
})

describe('the trace', () => {
  test('names each filter in order with what it changed', () => {
    const s = stream([
      {
        decodeHeaders(headers) {
          headers.add('x-a', '1')
          headers.set(':method', 'POST')
          return 'Continue'
        },
      },
      upstream(),
    ])
    s.request()
    expect(s.trace.steps.map((step) => `${step.phase} ${step.name} ${step.status}`)).toEqual([
      'request f0 Continue',
      'request f1 StopIteration',
      'response f1 Continue',
      'response f0 Continue',
    ])
    expect(s.trace.steps[0]!.changes).toEqual({
      added: [['x-a', '1']],
      changed: [{ name: ':method', before: 'GET', after: 'POST' }],
      removed: [],
    })
  })
})

test('after destruction nothing runs any more', () => {
  const destroyed: string[] = []
  const s = stream([{ onDestroy: () => void destroyed.push('f0') }, upstream()])
  s.manager.destroy()
  s.request()
  s.manager.reply(500, '', { details: 'd' })
  expect(destroyed).toEqual(['f0'])
  expect(s.out).toEqual([])
})
