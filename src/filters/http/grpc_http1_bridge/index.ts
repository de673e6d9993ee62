import { GRPC_FRAME_HEADER, grpcFrameHeader } from '../../../engine/grpc/frame.ts'
import type { HttpFilter, HttpStream } from '../../../engine/http/filter.ts'
import type { HeaderMap } from '../../../engine/http/header-map.ts'
import { isGrpcRequest } from '../../../engine/match/grpc.ts'
import type { Config } from '../../../envoy/types/envoy/extensions/filters/http/grpc_http1_bridge/v3/config_pb.d.ts'
import { defineHttpFilter } from '../../define.ts'
import { about } from './about.ts'

/**
 * Serves gRPC to clients of HTTP/1.1, which may not read trailers: the response waits for its trailers, and status and
 * message of the call travel as headers. Envoy: source/extensions/filters/http/grpc_http1_bridge/http1_bridge_filter.cc.
 */
export const grpcHttp1Bridge = defineHttpFilter<Config>({
  ...about,
  create: ({ config }) => bridge(config),
})

function bridge(config: Config): HttpFilter {
  let bridging = false
  let framing = false
  let responseHeaders: HeaderMap | undefined

  return {
    decodeHeaders(headers, stream) {
      if (config.upgradeProtobufToGrpc && headers.get('content-type') === 'application/x-protobuf') {
        framing = true
        headers.set('content-type', 'application/grpc')
        // The frame makes the body longer.
        headers.remove('content-length')
        stream.clearRouteCache()
        stream.note('a protobuf request becomes a gRPC request; the route is chosen anew')
      }
      const { protocol } = stream.info
      bridging = (protocol === 'HTTP/1.1' || protocol === 'HTTP/1.0') && isGrpcRequest(headers)
      if (!bridging) {
        stream.note(isGrpcRequest(headers) ? `${protocol} has trailers: nothing to bridge` : 'not a gRPC request')
        return 'Continue'
      }
      stream.note('a gRPC request over HTTP/1: the response will wait for its trailers')
      if (config.ignoreQueryParameters) headers.set(':path', (headers.get(':path') ?? '').replace(/\?.*$/s, ''))
      return 'Continue'
    },

    decodeData(data, stream, endStream) {
      if (!bridging || !framing) return 'Continue'
      stream.addDecodedData(data, true)
      if (!endStream) return 'StopIterationAndBuffer'
      const body = stream.decodingBuffer()!
      body.prepend(grpcFrameHeader(body.length))
      return 'Continue'
    },

    encodeHeaders(headers, _stream, endStream) {
      if (!bridging || endStream) return 'Continue'
      responseHeaders = headers
      return 'StopIteration'
    },

    encodeData(data, _stream, endStream) {
      if (!bridging || endStream) return 'Continue'
      if (framing) {
        framing = false
        data.drain(GRPC_FRAME_HEADER)
      }
      return 'StopIterationAndBuffer'
    },

    encodeTrailers(trailers, stream) {
      if (bridging && responseHeaders) fold(trailers, responseHeaders, stream)
      return 'Continue'
    },
  }
}

/** What the trailers say goes into the headers. The codec of HTTP/1 drops the trailers themselves. */
function fold(trailers: HeaderMap, headers: HeaderMap, stream: HttpStream): void {
  const status = trailers.get('grpc-status')
  if (status !== undefined) {
    const ok = /^\s*\+?0+\s*$/.test(status)
    if (!ok) headers.set(':status', '503')
    headers.set('grpc-status', status)
    stream.note(ok ? 'the call succeeded' : `grpc-status ${status}: the client gets 503`)
  }
  const message = trailers.get('grpc-message')
  if (message !== undefined) headers.set('grpc-message', message)
  headers.set('content-length', String(stream.encodingBuffer()?.length ?? 0))
}
