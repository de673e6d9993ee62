import { Buffer } from '../../../engine/buffer.ts'
import { fromLatin1, latin1, toBase64 } from '../../../engine/bytes.ts'
import { grpcFrameHeader } from '../../../engine/grpc/frame.ts'
import type { HttpFilter, HttpStream } from '../../../engine/http/filter.ts'
import type { HeaderMap } from '../../../engine/http/header-map.ts'
import { percentEncode } from '../../../engine/http/local-reply.ts'
import { httpToGrpcStatus, isGrpcContentType } from '../../../engine/match/grpc.ts'
import type { GrpcWeb } from '../../../envoy/types/envoy/extensions/filters/http/grpc_web/v3/grpc_web_pb.d.ts'
import { strictBase64Decode } from '../../common/base64.ts'
import { GrpcFrameDecoder } from '../../common/grpc-frame.ts'
import { defineHttpFilter } from '../../define.ts'
import { about } from './about.ts'

const TEXT_TYPES = ['application/grpc-web-text', 'application/grpc-web-text+proto']
const BINARY_TYPES = ['application/grpc-web', 'application/grpc-web+proto']
const TRAILERS_FRAME = 0x80
/** Of a response that is no gRPC, as much goes into grpc-message when it came in several pieces. */
const MESSAGE_LIMIT = 16384

/**
 * Turns gRPC-Web into gRPC and back: base64 where the client asks for text, trailers as a last frame of the body, and
 * answers that are no gRPC as grpc-status and grpc-message.
 * Envoy: source/extensions/filters/http/grpc_web/grpc_web_filter.cc.
 */
export const grpcWeb = defineHttpFilter<GrpcWeb>({ ...about, create: () => grpcWebFilter() })

function grpcWebFilter(): HttpFilter {
  let isGrpcWeb = false
  let textRequest = false
  let textResponse = false
  let notGrpc = false
  let responseHeaders: HeaderMap | undefined
  let undecoded = ''
  const frames = new GrpcFrameDecoder()

  const refuse = (stream: HttpStream, details: string) => {
    stream.note('the body is not base64')
    stream.reply(400, 'Bad gRPC-web request, invalid base64 data.', { details })
    return 'StopIterationNoBuffer' as const
  }

  // The body goes into grpc-message: held back in pieces and then cut, or taken whole when it came as one.
  const explain = (stream: HttpStream, last: Buffer | undefined) => {
    const held = stream.encodingBuffer()
    if (held && last) stream.addEncodedData(last, false)
    const body = held ? held.bytes().slice(0, MESSAGE_LIMIT) : (last?.bytes() ?? new Uint8Array(0))
    held?.clear()
    last?.clear()
    const headers = responseHeaders!
    const status = httpToGrpcStatus(Number(headers.get(':status')))
    headers.set('grpc-message', percentEncode(body))
    headers.set('grpc-status', String(status))
    headers.set('content-length', '0')
    stream.note(`the response is no gRPC: its status becomes grpc-status ${status}, its body grpc-message`)
  }

  return {
    decodeHeaders(headers, stream) {
      const type = headers.get('content-type') ?? ''
      textRequest = TEXT_TYPES.includes(type)
      isGrpcWeb = headers.has(':path') && (textRequest || BINARY_TYPES.includes(type))
      if (!isGrpcWeb) {
        stream.note('not a gRPC-Web request')
        return 'Continue'
      }
      headers.remove('content-length')
      headers.set('content-type', 'application/grpc')
      textResponse = TEXT_TYPES.includes(headers.get('accept') ?? '')
      headers.set('te', 'trailers')
      if (!headers.has('grpc-accept-encoding')) headers.set('grpc-accept-encoding', 'identity')
      const form = (text: boolean) => (text ? 'base64 text' : 'binary')
      stream.note(`gRPC-Web: the request is ${form(textRequest)}, the response will be ${form(textResponse)}`)
      return 'Continue'
    },

    decodeData(data, stream, endStream) {
      if (!isGrpcWeb || !textRequest) return 'Continue'
      const text = undecoded + latin1(data.bytes())
      if (endStream) {
        if (text === '') return 'Continue'
        if (text.length % 4 !== 0) return refuse(stream, 'grpc_base_64_decode_failed_bad_size')
      } else if (text.length < 4) {
        undecoded = text
        data.clear()
        return 'StopIterationNoBuffer'
      }
      const whole = text.length - (text.length % 4)
      const decoded = strictBase64Decode(text.slice(0, whole))
      if (!decoded) return refuse(stream, 'grpc_base_64_decode_failed')
      undecoded = text.slice(whole)
      data.set(fromLatin1(decoded))
      return 'Continue'
    },

    encodeHeaders(headers, stream, endStream) {
      if (!isGrpcWeb) return 'Continue'
      notGrpc = !isGrpcResponse(headers, endStream) && !isGrpcWebResponse(headers)
      headers.remove('content-length')
      headers.set('content-type', textResponse ? TEXT_TYPES[1]! : BINARY_TYPES[1]!)
      if (endStream || !notGrpc) return 'Continue'
      responseHeaders = headers
      stream.note('the response is no gRPC: waits for its body')
      return 'StopIteration'
    },

    encodeData(data, stream, endStream) {
      if (!isGrpcWeb) return 'Continue'
      if (notGrpc) {
        if (!endStream)
          return (stream.encodingBuffer()?.length ?? 0) >= MESSAGE_LIMIT
            ? 'StopIterationNoBuffer'
            : 'StopIterationAndBuffer'
        notGrpc = false
        explain(stream, data)
        return 'Continue'
      }
      if (!textResponse) return 'Continue'
      const decoded = frames.decode(data) ?? []
      if (decoded.length === 0) return 'StopIterationNoBuffer'
      for (const frame of decoded)
        data.append(base64(Buffer.of(grpcFrameHeader(frame.data.length, frame.flags), frame.data)))
      return 'Continue'
    },

    encodeTrailers(trailers, stream) {
      if (!isGrpcWeb) return 'Continue'
      if (notGrpc) {
        explain(stream, undefined)
        return 'Continue'
      }
      let text = ''
      trailers.forEach((name, value) => {
        text += `${name}:${value}\r\n`
      })
      trailers.clear()
      const frame = Buffer.of(grpcFrameHeader(text.length, TRAILERS_FRAME), fromLatin1(text))
      stream.note('the trailers are the last frame of the body')
      stream.addEncodedData(textResponse ? Buffer.of(base64(frame)) : frame, true)
      return 'Continue'
    },
  }
}

function base64(data: Buffer): Uint8Array {
  return fromLatin1(toBase64(data.bytes()))
}

/** Grpc::Common::isGrpcResponseHeaders: one without a body is gRPC by its grpc-status. */
function isGrpcResponse(headers: HeaderMap, endStream: boolean): boolean {
  if (endStream) return headers.has('grpc-status')
  return headers.get(':status') === '200' && isGrpcContentType(headers.get('content-type'))
}

/** A server that speaks binary gRPC-Web itself; parameters of the media type do not matter. */
function isGrpcWebResponse(headers: HeaderMap): boolean {
  const type = (headers.get('content-type') ?? '').split(';')[0]!.trimEnd().toLowerCase()
  return headers.get(':status') === '200' && BINARY_TYPES.includes(type)
}
