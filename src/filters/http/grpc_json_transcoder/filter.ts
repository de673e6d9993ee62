import { Buffer } from '../../../engine/buffer.ts'
import type { DataStatus, HeadersStatus, HttpFilter, HttpStream, TrailersStatus } from '../../../engine/http/filter.ts'
import type { HeaderMap } from '../../../engine/http/header-map.ts'
import { isGrpcContentType } from '../../../engine/match/grpc.ts'
import type { GrpcJsonTranscoder } from '../../../envoy/types/envoy/extensions/filters/http/grpc_json_transcoder/v3/transcoder_pb.d.ts'
import type { TranscoderSettings } from './config.ts'
import { TranscodeError } from './json-reader.ts'
import { type Call, callOf, httpBodyFrame, requestFrames } from './request.ts'
import { grpcStatusIn, httpStatusOf, ResponseTranslator, statusJson } from './response.ts'

const EARLY = 'early_grpc_json_transcode_failure'
const LATE = 'grpc_json_transcode_failure'
const INVALID = '{INVALID_ARGUMENT}'

/** The transcoder on one stream. */
export class TranscoderFilter implements HttpFilter {
  private readonly settingsOf: (override: GrpcJsonTranscoder | undefined) => TranscoderSettings
  private settings!: TranscoderSettings
  private call: Call | undefined
  private contentType = ''
  private readonly body = new Buffer()
  private failed = false
  private responseHeaders: HeaderMap | undefined
  private response: ResponseTranslator | undefined
  private hasBody = false

  constructor(settingsOf: (override: GrpcJsonTranscoder | undefined) => TranscoderSettings) {
    this.settingsOf = settingsOf
  }

  decodeHeaders(headers: HeaderMap, stream: HttpStream, endStream: boolean): HeadersStatus {
    const settings = this.settingsOf(stream.perRoute<GrpcJsonTranscoder>())
    this.settings = settings
    if (!settings.matcher) {
      stream.note('no services: nothing to transcode')
      return 'Continue'
    }
    const call = callOf(settings, headers)
    if ('error' in call) {
      stream.note(call.error)
      const { rejectUnknownMethod, rejectUnknownQueryParameters } = settings.message.requestValidationOptions ?? {}
      if (call.reason === 'is gRPC') return 'Continue'
      const unknownMethod = call.reason === 'unknown method'
      if (!(unknownMethod ? rejectUnknownMethod : rejectUnknownQueryParameters)) return 'Continue'
      const details = `${EARLY}{${unknownMethod ? 'NOT_FOUND' : 'INVALID_ARGUMENT'}}`
      return stream.reply(unknownMethod ? 404 : 400, call.error, { details })
    }
    this.call = call
    const { method, httpBodyPath } = call.route
    if (httpBodyPath) this.contentType = headers.get('content-type') ?? ''
    headers.remove('content-length')
    headers.set('content-type', 'application/grpc')
    headers.set('x-envoy-original-path', headers.get(':path') ?? '')
    headers.set('x-envoy-original-method', headers.get(':method') ?? '')
    headers.set(':path', `/${method.parent.typeName}/${method.name}`)
    headers.set(':method', 'POST')
    headers.set('te', 'trailers')
    stream.note(
      `${headers.get('x-envoy-original-method')} ${headers.get('x-envoy-original-path')} is ${headers.get(':path')}`,
    )
    if (!settings.message.matchIncomingRequestRoute) {
      stream.clearRouteCache()
      stream.note('the route is chosen anew')
    }
    const { maxRequestBodySize, maxResponseBodySize } = settings.message
    const limit = Math.max(stream.bufferLimit, maxRequestBodySize ?? 0, maxResponseBodySize ?? 0)
    if (limit > stream.bufferLimit && stream.bufferLimit > 0) stream.bufferLimit = limit
    if (!endStream) return 'Continue'
    const frames = this.frames(stream, EARLY)
    if (!frames) return 'StopIteration'
    if (frames.length > 0) stream.addDecodedData(frames, true)
    return 'Continue'
  }

  decodeData(data: Buffer, stream: HttpStream, endStream: boolean): DataStatus {
    if (!this.call || this.failed) return 'Continue'
    this.body.moveFrom(data)
    const limit = this.settings.message.maxRequestBodySize ?? stream.bufferLimit
    if (limit > 0 && this.body.length > limit) {
      this.failed = true
      stream.reply(
        413,
        "Request rejected because the transcoder's internal buffer size exceeds the configured limit.",
        { details: `${LATE}{request_buffer_size_limit_reached}` },
      )
      return 'StopIterationNoBuffer'
    }
    if (!endStream) return this.call.route.httpBodyPath ? 'StopIterationNoBuffer' : 'Continue'
    const frames = this.frames(stream, LATE)
    if (!frames) return 'StopIterationNoBuffer'
    data.moveFrom(frames)
    return 'Continue'
  }

  decodeTrailers(_trailers: HeaderMap, stream: HttpStream): TrailersStatus {
    if (!this.call || this.failed) return 'Continue'
    const frames = this.frames(stream, LATE)
    if (!frames) return 'StopIteration'
    if (frames.length > 0) stream.addDecodedData(frames, true)
    return 'Continue'
  }

  private frames(stream: HttpStream, failure: string): Buffer | undefined {
    const call = this.call!
    try {
      const body = this.body.bytes()
      return call.route.httpBodyPath
        ? httpBodyFrame(this.settings, call, this.contentType, body)
        : requestFrames(this.settings, call, body)
    } catch (error) {
      if (!(error instanceof TranscodeError)) throw error
      this.failed = true
      stream.note(`no message can be made of the request: ${error.message}`)
      stream.reply(400, error.message, { details: `${failure}${INVALID}` })
      return undefined
    }
  }

  encodeHeaders(headers: HeaderMap, stream: HttpStream, endStream: boolean): HeadersStatus {
    const isGrpc = endStream
      ? headers.has('grpc-status')
      : headers.get(':status') === '200' && isGrpcContentType(headers.get('content-type'))
    if (!isGrpc) {
      if (this.call && !this.failed) stream.note('the response is no gRPC: it passes as it is')
      this.failed = true
    }
    if (!this.call || this.failed) return 'Continue'
    this.responseHeaders = headers
    this.response = new ResponseTranslator(this.settings, this.call.route)
    if (endStream) {
      if (this.response.streaming) headers.set('content-type', this.response.contentType)
      this.finish(headers, stream)
      return 'Continue'
    }
    headers.set('content-type', this.response.contentType)
    return this.response.streaming && !this.call.route.httpBodyResponse ? 'Continue' : 'StopIteration'
  }

  encodeData(data: Buffer, stream: HttpStream, endStream: boolean): DataStatus {
    const { response } = this
    if (!response || this.failed) return 'Continue'
    this.hasBody = true
    try {
      const limit = this.settings.message.maxResponseBodySize ?? stream.bufferLimit
      if (limit > 0 && data.length > limit) {
        this.failed = true
        stream.reply(
          500,
          "Response not transcoded because the transcoder's internal buffer size exceeds the configured limit.",
          { details: `${LATE}{response_buffer_size_limit_reached}` },
        )
        return 'StopIterationNoBuffer'
      }
      const out = response.translate(data, endStream, this.responseHeaders!)
      data.moveFrom(out)
    } catch (error) {
      if (!(error instanceof TranscodeError)) throw error
      this.refuseResponse(error, stream)
      return 'StopIterationNoBuffer'
    }
    if (response.streaming || endStream) return 'Continue'
    return 'StopIterationAndBuffer'
  }

  encodeTrailers(trailers: HeaderMap, stream: HttpStream): TrailersStatus {
    this.finish(trailers, stream)
    return 'Continue'
  }

  private refuseResponse(error: TranscodeError, stream: HttpStream): void {
    this.failed = true
    stream.note(`the response cannot be read: ${error.message}`)
    stream.reply(502, error.message, { details: `${LATE}${INVALID}` })
  }

  /** The call is over: by trailers, or by headers that stand for them. */
  private finish(trailers: HeaderMap, stream: HttpStream): void {
    const { response, responseHeaders: headers } = this
    if (!response || !headers || this.failed) return
    const status = grpcStatusIn(trailers)
    const trailersOnly = headers === trailers
    stream.note(`grpc-status ${status ?? 'is missing'}`)
    if (status !== undefined && this.convert(status, trailers, headers, stream)) return
    const rest = response.end()
    if (rest.length > 0) stream.addEncodedData(rest, true)
    if (response.streaming && !trailersOnly) return
    headers.set(':status', String(status === undefined || status < 0 ? 503 : httpStatusOf(status)))
    if (!trailersOnly) {
      if (status !== undefined && status >= 0) headers.set('grpc-status', String(status))
      const message = trailers.get('grpc-message')
      if (message !== undefined) headers.set('grpc-message', message)
    }
    this.dropTrailerHeader(headers, stream)
    if (!response.streaming) headers.set('content-length', String(stream.encodingBuffer()?.length ?? 0))
  }

  /** convert_grpc_status: an error without a body gets google.rpc.Status as JSON. */
  private convert(status: number, trailers: HeaderMap, headers: HeaderMap, stream: HttpStream): boolean {
    if (!this.settings.message.convertGrpcStatus || this.hasBody || status <= 0) return false
    const json = statusJson(status, trailers, this.settings)
    if (json === undefined) return false
    headers.set(':status', String(httpStatusOf(status)))
    if (headers === trailers)
      for (const name of ['grpc-status', 'grpc-message', 'grpc-status-details-bin']) headers.remove(name)
    this.dropTrailerHeader(headers, stream)
    headers.set('content-type', 'application/json')
    headers.set('content-length', String(json.length))
    stream.addEncodedData(Buffer.of(json), false)
    stream.note('the status becomes JSON')
    return true
  }

  private dropTrailerHeader(headers: HeaderMap, stream: HttpStream): void {
    if (stream.info.protocol !== 'HTTP/2') headers.remove('trailer')
  }
}
