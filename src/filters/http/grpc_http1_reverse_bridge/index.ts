import { Buffer } from '../../../engine/buffer.ts'
import { toByteString } from '../../../engine/bytes.ts'
import { GRPC_FRAME_HEADER, grpcFrameHeader } from '../../../engine/grpc/frame.ts'
import type { HttpFilter } from '../../../engine/http/filter.ts'
import type { HeaderMap } from '../../../engine/http/header-map.ts'
import { httpToGrpcStatus, isGrpcRequest } from '../../../engine/match/grpc.ts'
import type {
  FilterConfig,
  FilterConfigPerRoute,
} from '../../../envoy/types/envoy/extensions/filters/http/grpc_http1_reverse_bridge/v3/config_pb.d.ts'
import { defineHttpFilter } from '../../define.ts'
import { about } from './about.ts'

const UNKNOWN = 2
const INTERNAL = 13
const PREFIX = 'envoy reverse bridge:'

/**
 * Serves gRPC clients from a server of plain HTTP: the content type is exchanged, gRPC frames are taken off the request and
 * put around the response when asked, and the HTTP status becomes a gRPC status in trailers.
 * Envoy: source/extensions/filters/http/grpc_http1_reverse_bridge/filter.cc.
 */
export const grpcHttp1ReverseBridge = defineHttpFilter<FilterConfig>({
  ...about,
  create: ({ config }) => reverseBridge(config),
})

function reverseBridge(config: FilterConfig): HttpFilter {
  const upstreamType = toByteString(config.contentType)
  const withhold = config.withholdGrpcFrames
  const sizeHeader = config.responseSizeHeader.toLowerCase()
  const held = new Buffer()
  let enabled = false
  let clientType = ''
  let prefixStripped = false
  let frameAdded = false
  let grpcStatus = 0
  let announced = 0
  let received = 0

  const addFrame = (body: Buffer, length: number) => body.prepend(grpcFrameHeader(length))

  return {
    decodeHeaders(headers, stream, endStream) {
      if (endStream) {
        stream.note('no body: not a call')
        return 'Continue'
      }
      if (stream.perRoute<FilterConfigPerRoute>()?.disabled) {
        stream.note('disabled for this route')
        return 'Continue'
      }
      if (!isGrpcRequest(headers)) {
        stream.note('not a gRPC request')
        return 'Continue'
      }
      enabled = true
      clientType = headers.get('content-type')!
      headers.set('content-type', upstreamType)
      headers.set('accept', upstreamType)
      if (withhold) adjustLength(headers, -GRPC_FRAME_HEADER)
      stream.clearRouteCache()
      stream.note(
        `gRPC goes on as ${config.contentType}${withhold ? ', without frames' : ''}; the route is chosen anew`,
      )
      return 'Continue'
    },

    decodeData(data, stream) {
      if (!enabled || !withhold || prefixStripped) return 'Continue'
      if (data.length < GRPC_FRAME_HEADER) {
        stream.note('the body is too short for a gRPC frame')
        stream.reply(200, 'invalid request body', { details: 'grpc_bridge_data_too_small', grpcStatus: UNKNOWN })
        return 'StopIterationNoBuffer'
      }
      data.drain(GRPC_FRAME_HEADER)
      prefixStripped = true
      return 'Continue'
    },

    encodeHeaders(headers, stream, endStream) {
      if (!enabled) return 'Continue'
      const type = headers.get('content-type')
      if ((type ?? '') !== upstreamType) {
        const what = type === undefined ? 'no content-type header' : `unsupported content-type ${type}`
        const text = `${PREFIX} upstream responded with ${what}, status code ${headers.get(':status')}`
        stream.note(text)
        return stream.reply(200, text, { details: 'grpc_bridge_content_type_wrong', grpcStatus: UNKNOWN })
      }
      headers.set('content-type', clientType)
      if (withhold && sizeHeader !== '') {
        const size = uint32((headers.get(sizeHeader) ?? '').split(',')[0]!)
        if (size === undefined) {
          const text = `${PREFIX} upstream did not set content length`
          stream.note(text)
          return stream.reply(200, text, { details: 'grpc_bridge_content_length_missing', grpcStatus: INTERNAL })
        }
        announced = size
        headers.set('content-length', String((announced + GRPC_FRAME_HEADER) % 2 ** 32))
      } else if (withhold) adjustLength(headers, GRPC_FRAME_HEADER)
      const status = Number(headers.get(':status'))
      grpcStatus = status === 200 ? 0 : httpToGrpcStatus(status)
      headers.set(':status', '200')
      stream.note(`HTTP ${status} becomes grpc-status ${grpcStatus}`)
      if (endStream && withhold) {
        stream.addEncodedData(Buffer.of(grpcFrameHeader(0)), false)
        headers.set('content-length', String(GRPC_FRAME_HEADER))
        stream.addEncodedTrailers().set('grpc-status', String(grpcStatus))
      }
      return 'Continue'
    },

    encodeData(data, stream, endStream) {
      received += data.length
      if (!enabled) return 'Continue'
      if (withhold && sizeHeader !== '' && !frameAdded) {
        addFrame(data, announced)
        frameAdded = true
      }
      if (endStream) {
        stream.addEncodedTrailers().set('grpc-status', String(grpcStatus))
        if (!withhold) return 'Continue'
        if (sizeHeader === '') {
          data.prepend(held.bytes())
          held.clear()
          addFrame(data, data.length)
        } else if (received !== announced) {
          const text = `${PREFIX} upstream set incorrect content length`
          stream.note(text)
          stream.reply(200, text, { details: 'grpc_bridge_content_length_wrong', grpcStatus: INTERNAL })
          return 'StopIterationNoBuffer'
        }
        return 'Continue'
      }
      if (!withhold || sizeHeader !== '') return 'Continue'
      held.moveFrom(data)
      return 'StopIterationAndBuffer'
    },

    encodeTrailers(trailers, stream) {
      if (!enabled) return 'Continue'
      trailers.set('grpc-status', String(grpcStatus))
      if (withhold && sizeHeader === '') {
        addFrame(held, held.length)
        stream.addEncodedData(held, false)
      }
      return 'Continue'
    },
  }
}

/** Adds to a content length that is there and is not 0; 64 bits wide, so that 3 less 5 is a very large number. */
function adjustLength(headers: HeaderMap, by: number): void {
  const text = headers.get('content-length') ?? ''
  if (!/^\d+$/.test(text)) return
  const length = BigInt(text)
  if (length !== 0n) headers.set('content-length', String(BigInt.asUintN(64, length + BigInt(by))))
}

function uint32(text: string): number | undefined {
  if (!/^\s*\+?\d+\s*$/.test(text)) return undefined
  const value = Number(text)
  return value < 2 ** 32 ? value : undefined
}
