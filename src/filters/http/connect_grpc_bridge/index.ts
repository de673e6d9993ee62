import { Buffer } from '../../../engine/buffer.ts'
import { fromLatin1 } from '../../../engine/bytes.ts'
import { GRPC_FRAME_HEADER, grpcFrameHeader } from '../../../engine/grpc/frame.ts'
import type { HttpFilter, HttpStream } from '../../../engine/http/filter.ts'
import type { HeaderMap } from '../../../engine/http/header-map.ts'
import { unsigned } from '../../../engine/http/header-utility.ts'
import { isGrpcContentType } from '../../../engine/match/grpc.ts'
import { percentDecode } from '../../../engine/match/query.ts'
import type { FilterConfig } from '../../../envoy/types/envoy/extensions/filters/http/connect_grpc_bridge/v3/config_pb.d.ts'
import { strictBase64Decode } from '../../common/base64.ts'
import { defineHttpFilter } from '../../define.ts'
import { about } from './about.ts'
import { endOfStreamJson, errorJson, isMetadata, statusOf, unaryHttpStatus } from './status.ts'

const STREAM = 'application/connect+'
const GRPC = 'application/grpc+'
const UNARY = 'application/'
const END_OF_STREAM = 2

/**
 * Serves clients of Buf's Connect protocol from a gRPC server: unary calls, by POST or GET, lose and get their frame and
 * their status becomes the HTTP status; streams end with a frame of JSON in place of trailers.
 * Envoy: source/extensions/filters/http/connect_grpc_bridge/filter.cc.
 */
export const connectGrpcBridge = defineHttpFilter<FilterConfig>({ ...about, create: () => connectFilter() })

function connectFilter(): HttpFilter {
  let kind: 'unary' | 'stream' | undefined
  let isGrpc = false
  let frameDrained = false
  let frameFlags = 0
  /** A unary response has said grpc-encoding. */
  let isEncoded = false
  let responseHeaders: HeaderMap | undefined
  const held = new Buffer()
  const response = new Buffer()

  const tooLong = (stream: HttpStream, length: number, what: 'request' | 'response'): boolean => {
    if (stream.bufferLimit === 0 || length <= stream.bufferLimit) return false
    const isRequest = what === 'request'
    stream.reply(
      isRequest ? 413 : 500,
      `${isRequest ? 'Request rejected' : 'Response discarded'} because the filter's internal buffer size exceeds the configured limit.`,
      { details: `connect_bridge_unary_${what}_too_large` },
    )
    return true
  }

  /** Status and trailers of a unary call go into the headers; an error has a body of its own. */
  const finishUnary = (headers: HeaderMap, trailers: HeaderMap): Uint8Array | undefined => {
    headers.remove('trailer')
    const status = statusOf(trailers)
    const failed = status !== undefined && status !== 0
    const body = failed ? errorJson(status, trailers) : undefined
    if (failed) {
      headers.set(':status', String(unaryHttpStatus(status)))
      headers.set('content-type', 'application/json')
      headers.remove('content-encoding')
    }
    if (headers === trailers) for (const name of ['grpc-status', 'grpc-message']) headers.remove(name)
    else
      trailers.forEach((name, value) => {
        if (isMetadata(name)) headers.add(`trailer-${name}`, value)
      })
    return body
  }

  return {
    decodeHeaders(headers, stream, endStream) {
      const query = connectQuery(headers)
      if (query) {
        kind = 'unary'
        stream.addDecodedData(Buffer.of(byGet(headers, query)), true)
      } else kind = kindOf(headers)
      if (!kind) {
        stream.note('not a Connect request')
        return 'Continue'
      }
      stream.note(`a ${kind === 'unary' ? 'unary' : 'streaming'} Connect request becomes gRPC`)
      const type = headers.get('content-type') ?? ''
      const prefix = kind === 'unary' ? UNARY : STREAM
      if (!query) headers.set('content-type', `${GRPC}${type.slice(prefix.length)}`)
      toGrpcTimeout(headers)
      for (const name of ['connect-protocol-version', 'content-length']) headers.remove(name)
      const encodings = kind === 'unary' ? '' : 'connect-'
      if (kind === 'unary' && (headers.get('content-encoding') ?? 'identity') !== 'identity') frameFlags = 1
      rename(headers, `${encodings}content-encoding`, 'grpc-encoding')
      rename(headers, `${encodings}accept-encoding`, 'grpc-accept-encoding')
      headers.set('te', 'trailers')
      if (kind === 'unary' && endStream && !query)
        stream.addDecodedData(Buffer.of(grpcFrameHeader(0, frameFlags)), true)
      return 'Continue'
    },

    decodeData(data, stream, endStream) {
      if (kind !== 'unary') return 'Continue'
      held.moveFrom(data)
      if (tooLong(stream, held.length, 'request')) return 'StopIterationNoBuffer'
      if (!endStream) return 'StopIterationAndBuffer'
      held.prepend(grpcFrameHeader(held.length, frameFlags))
      data.moveFrom(held)
      return 'Continue'
    },

    decodeTrailers(_trailers, stream) {
      if (kind !== 'unary') return 'Continue'
      held.prepend(grpcFrameHeader(held.length, frameFlags))
      stream.addDecodedData(held, true)
      return 'Continue'
    },

    encodeHeaders(headers, stream, endStream) {
      const type = headers.get('content-type')
      isGrpc = endStream ? headers.has('grpc-status') : headers.get(':status') === '200' && isGrpcContentType(type)
      if (!kind || !isGrpc) {
        isGrpc = false
        return 'Continue'
      }
      const suffix = type?.startsWith(GRPC) ? type.slice(GRPC.length) : 'proto'
      headers.set('content-type', `${kind === 'unary' ? UNARY : STREAM}${suffix}`)
      if (kind === 'unary') {
        isEncoded = headers.has('grpc-encoding')
        rename(headers, 'grpc-encoding', 'content-encoding')
        responseHeaders = headers
        headers.remove('content-length')
        if (!endStream) return 'StopIteration'
        const body = finishUnary(headers, headers)
        if (body) stream.addEncodedData(Buffer.of(body), true)
        return 'Continue'
      }
      rename(headers, 'grpc-encoding', 'connect-content-encoding')
      rename(headers, 'grpc-accept-encoding', 'connect-accept-encoding')
      if (endStream) {
        const end = endOfStreamJson(grpcPart(headers))
        for (const name of ['grpc-status', 'grpc-message', 'content-length']) headers.remove(name)
        stream.addEncodedData(Buffer.of(grpcFrameHeader(end.length, END_OF_STREAM), end), true)
      }
      return 'Continue'
    },

    encodeData(data, stream, endStream) {
      if (kind !== 'unary' || !isGrpc) return 'Continue'
      if (!frameDrained) {
        // What is announced for all messages need not be true of this one.
        if (isEncoded && data.bytes()[0] === 0) responseHeaders?.remove('content-encoding')
        data.drain(GRPC_FRAME_HEADER)
        frameDrained = true
      }
      response.moveFrom(data)
      if (tooLong(stream, response.length, 'response')) return 'StopIterationNoBuffer'
      if (!endStream) return 'StopIterationAndBuffer'
      data.moveFrom(response)
      return 'Continue'
    },

    encodeTrailers(trailers, stream) {
      if (!isGrpc) return 'Continue'
      if (kind === 'unary') {
        const body = finishUnary(responseHeaders!, trailers)
        stream.addEncodedData(body ? Buffer.of(body) : response, true)
      } else {
        const end = endOfStreamJson(trailers)
        stream.addEncodedData(Buffer.of(grpcFrameHeader(end.length, END_OF_STREAM), end), true)
      }
      trailers.clear()
      return 'Continue'
    },
  }
}

function kindOf(headers: HeaderMap): 'unary' | 'stream' | undefined {
  const type = headers.get('content-type') ?? ''
  if (type.startsWith(STREAM)) return 'stream'
  const isUnary = headers.has('connect-protocol-version') && type.startsWith(UNARY)
  return isUnary && !type.startsWith('application/connect') ? 'unary' : undefined
}

/** The parameters of a unary call by GET, if it is one. */
function connectQuery(headers: HeaderMap): Map<string, string> | undefined {
  const path = headers.get(':path') ?? ''
  const mark = path.indexOf('?')
  if (!['GET', 'HEAD'].includes(headers.get(':method') ?? '') || mark < 0) return undefined
  const parameters = path.slice(mark + 1).split('&')
  // The first of a name counts.
  const query = new Map(
    parameters.reverse().map((each): [string, string] => {
      const [name = '', ...value] = each.split('=')
      return [percentDecode(name), percentDecode(value.join('='))]
    }),
  )
  return query.get('connect') === 'v1' ? query : undefined
}

/** Makes the request the POST that it stands for; returns its one frame. */
function byGet(headers: HeaderMap, query: Map<string, string>): Uint8Array {
  const compression = query.get('compression')
  const text = query.get('message') ?? ''
  const message = fromLatin1(query.get('base64') === '1' ? urlBase64(text) : text)
  headers.set(':method', 'POST')
  headers.set(':path', headers.get(':path')!.replace(/\?.*$/s, ''))
  headers.set('content-type', `${GRPC}${query.get('encoding') ?? ''}`)
  headers.set('content-encoding', compression ?? 'identity')
  const frame = new Uint8Array(GRPC_FRAME_HEADER + message.length)
  frame.set(grpcFrameHeader(message.length, compression === undefined || compression === 'identity' ? 0 : 1))
  frame.set(message, GRPC_FRAME_HEADER)
  return frame
}

function urlBase64(text: string): string {
  const standard = text.replaceAll('-', '+').replaceAll('_', '/')
  if (standard.includes('=')) return ''
  return strictBase64Decode(standard.padEnd(Math.ceil(standard.length / 4) * 4, '=')) ?? ''
}

function rename(headers: HeaderMap, from: string, to: string): void {
  const values = headers.getAll(from)
  headers.remove(from)
  for (const value of values) headers.add(to, value)
}

/** At most eight digits: milliseconds as long as they do, else seconds, minutes, hours. */
function toGrpcTimeout(headers: HeaderMap): void {
  let left = unsigned(headers.getAll('connect-timeout-ms').at(-1))
  if (left === undefined) return
  for (const [unit, next] of [
    ['m', 1000],
    ['S', 60],
    ['M', 60],
    ['H', 0],
  ] as const) {
    if (left <= 99_999_999) {
      headers.add('grpc-timeout', `${left}${unit}`)
      headers.remove('connect-timeout-ms')
      return
    }
    left = Math.floor(left / next)
  }
}

/** Of headers that stand for trailers too, only gRPC's own speak of the call. */
function grpcPart(headers: HeaderMap): HeaderMap {
  const copy = headers.clone()
  copy.removeIf((name) => !name.startsWith('grpc-'))
  return copy
}
