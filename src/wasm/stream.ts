import type { Buffer } from '../engine/buffer.ts'
import { fromLatin1, latin1, textOf, toBase64 } from '../engine/bytes.ts'
import type { DataStatus, HeadersStatus, HttpFilter, HttpStream, TrailersStatus } from '../engine/http/filter.ts'
import type { HeaderMap } from '../engine/http/header-map.ts'
import type { MatchContext } from '../engine/match/types.ts'
import type { LogLine } from '../engine/trace.ts'
import { BufferType, MapType, Result, StreamType } from './abi.ts'
import { Context, type GuestBuffer, type LocalResponse } from './context.ts'
import { attribute, eight } from './properties.ts'
import type { RootContext } from './root.ts'

/** What a module's callbacks for headers return. */
const HEADERS_STATUS: readonly HeadersStatus[] = [
  'Continue',
  'StopIteration',
  'Continue',
  'StopAllIterationAndBuffer',
  'StopAllIterationAndWatermark',
]
const DATA_STATUS: readonly DataStatus[] = [
  'Continue',
  'StopIterationAndBuffer',
  'StopIterationAndWatermark',
  'StopIterationNoBuffer',
]

const GRPC_UNAVAILABLE = 14
const LAST_GRPC_STATUS = 16

/** One direction of the stream as the module sees it: there while the module holds it, and no longer. */
interface Direction {
  headers: HeaderMap | undefined
  body: Buffer | undefined
  trailers: HeaderMap | undefined
  /** The module asked to keep the body: it sees all that was kept. */
  buffering: boolean
  endOfStream: boolean
}

/** How a plugin's streams are to behave. */
export interface StreamSettings {
  /** StopIteration holds the headers only, and the body still comes. */
  allowStopIteration: boolean
  /** A stream that is under way when the module fails passes on without it. */
  letsPass: boolean
}

/** A module on one stream (Envoy: the stream Context in source/extensions/common/wasm/context.cc). */
export class WasmStream extends Context implements HttpFilter {
  readonly root: RootContext
  private readonly settings: StreamSettings
  private readonly stream: HttpStream
  private readonly request = direction()
  private readonly response = direction()
  private failed = false
  private logging = false
  /** The module is being shown headers, and has asked meanwhile to go on. */
  private inHeaders = false
  private resumed = false
  private destroyed = false

  constructor(root: RootContext, settings: StreamSettings, stream: HttpStream) {
    super(root.vm)
    this.root = root
    this.settings = settings
    this.stream = stream
  }

  decodeHeaders(headers: HeaderMap, _: HttpStream, endStream: boolean): HeadersStatus {
    this.create()
    this.request.headers = headers
    this.request.endOfStream = endStream
    const status = this.onHeaders('proxy_on_request_headers', headers, endStream)
    if (status === 'Continue') this.request.headers = undefined
    return status
  }

  decodeData(data: Buffer, stream: HttpStream, endStream: boolean): DataStatus {
    if (!this.created) return 'Continue'
    if (this.request.buffering) {
      stream.addDecodedData(data, false)
      if (this.destroyed) return 'StopIterationAndBuffer'
    }
    return this.onBody('proxy_on_request_body', this.request, BufferType.HttpRequestBody, data, endStream)
  }

  decodeTrailers(trailers: HeaderMap): TrailersStatus {
    if (!this.created) return 'Continue'
    this.request.trailers = trailers
    return this.onTrailers('proxy_on_request_trailers', this.request, trailers)
  }

  encodeHeaders(headers: HeaderMap, _: HttpStream, endStream: boolean): HeadersStatus {
    if (!this.created || this.failed) return 'Continue'
    this.response.headers = headers
    this.response.endOfStream = endStream
    const status = this.onHeaders('proxy_on_response_headers', headers, endStream)
    if (status === 'Continue') this.response.headers = undefined
    return status
  }

  encodeData(data: Buffer, stream: HttpStream, endStream: boolean): DataStatus {
    if (!this.created || this.failed) return 'Continue'
    if (this.response.buffering) {
      stream.addEncodedData(data, false)
      if (this.destroyed) return 'StopIterationAndBuffer'
    }
    return this.onBody('proxy_on_response_body', this.response, BufferType.HttpResponseBody, data, endStream)
  }

  encodeTrailers(trailers: HeaderMap): TrailersStatus {
    if (!this.created || this.failed) return 'Continue'
    this.response.trailers = trailers
    return this.onTrailers('proxy_on_response_trailers', this.response, trailers)
  }

  onStreamComplete(): void {
    if (!this.created) this.create()
    this.logging = true
    this.vm.call(this, 'proxy_on_log', [this.id], () => {})
    this.logging = false
  }

  onDestroy(): void {
    if (this.destroyed || !this.created) return
    this.destroyed = true
    this.vm.call(this, 'proxy_on_done', [this.id], () => {})
    this.vm.call(this, 'proxy_on_delete', [this.id], () => {})
    this.vm.unwatch(this.onFailure)
    this.root.detach(this)
    this.vm.forget(this)
  }

  override headerMap(type: number): HeaderMap | undefined {
    switch (type) {
      case MapType.RequestHeaders:
        return this.request.headers
      case MapType.ResponseHeaders:
        return this.response.headers
      case MapType.RequestTrailers:
        return this.trailersOf(this.request, () => this.stream.addDecodedTrailers())
      case MapType.ResponseTrailers:
        return this.trailersOf(this.response, () => this.stream.addEncodedTrailers())
      default:
        return undefined
    }
  }

  override readHeaderMap(type: number): HeaderMap | undefined {
    const { stream } = this
    switch (type) {
      case MapType.RequestHeaders:
        return this.logging ? stream.requestHeaders : this.request.headers
      case MapType.ResponseHeaders:
        return this.logging ? stream.responseHeaders : this.response.headers
      case MapType.RequestTrailers:
        return this.logging ? undefined : this.request.trailers
      case MapType.ResponseTrailers:
        return this.logging ? stream.responseTrailers : this.response.trailers
      default:
        return super.readHeaderMap(type)
    }
  }

  override headersModified(type: number): void {
    if (type === MapType.RequestHeaders) this.stream.clearRouteCache()
  }

  override buffer(type: number): GuestBuffer | undefined {
    switch (type) {
      case BufferType.HttpRequestBody:
        return bodyBuffer(this.request.buffering ? this.stream.decodingBuffer() : this.request.body)
      case BufferType.HttpResponseBody:
        return bodyBuffer(this.response.buffering ? this.stream.encodingBuffer() : this.response.body)
      default:
        return super.buffer(type)
    }
  }

  override property(path: readonly string[]): Uint8Array | number {
    const { info, host } = this.stream
    const value = attribute(this.matchContext(), path, host.startTime)
    if (value !== Result.NotFound || path.length > 1) return value
    if (path[0] === 'connection_id') return eight((view) => view.setBigUint64(0, BigInt(info.connection.id), true))
    const text = info.filterState.get(`wasm.${path[0]}`)?.text
    return text === undefined ? super.property(path) : fromLatin1(text)
  }

  override setProperty(path: string, value: Uint8Array): number {
    this.stream.info.filterState.set(`wasm.${path}`, {
      text: latin1(value),
      json: { '@type': 'type.googleapis.com/google.protobuf.BytesValue', value: toBase64(value) },
      lifeSpan: 'FilterChain',
    })
    return Result.Ok
  }

  override respond({ status, body, details, headers, grpcStatus }: LocalResponse): void {
    const text = textOf(fromLatin1(body))
    this.vm.after(() => {
      this.stream.note(`the module answers ${status}`)
      this.stream.reply(status, text, {
        details: details.replace(/\s/g, '_'),
        ...(grpcStatus >= 0 && grpcStatus <= LAST_GRPC_STATUS ? { grpcStatus } : {}),
        headers: (reply) => {
          for (const [name, value] of headers) reply.add(name.toLowerCase(), value)
        },
      })
    })
  }

  override continueStream(type: number): number {
    // To go on from within the callback is to return Continue, whatever it returns then.
    if (this.inHeaders && type <= StreamType.Response) this.resumed = true
    else if (type === StreamType.Request) this.vm.after(() => this.stream.continueDecoding())
    else if (type === StreamType.Response) this.vm.after(() => this.stream.continueEncoding())
    else
      return type === StreamType.Upstream
        ? Result.Unimplemented
        : type === StreamType.Downstream
          ? Result.Ok
          : Result.BadArgument
    if (type <= StreamType.Response)
      Object.assign(this.request, { headers: undefined, body: undefined, trailers: undefined })
    return Result.Ok
  }

  override closeStream(type: number): number {
    if (type > StreamType.Upstream) return Result.BadArgument
    if (type > StreamType.Response) return Result.Ok
    this.stream.info.responseCodeDetails ??= 'wasm_close_stream'
    this.vm.after(() => this.stream.resetStream())
    return Result.Ok
  }

  override log(line: LogLine): void {
    this.stream.log({ ...line, text: textOf(fromLatin1(line.text)) })
  }

  override note(text: string): void {
    this.stream.note(text)
  }

  private create(): void {
    this.created = true
    this.root.attach(this)
    this.vm.watch(this.onFailure)
    this.vm.call(this, 'proxy_on_context_create', [this.id, this.root.id], () => {})
  }

  private onHeaders(name: string, headers: HeaderMap, endStream: boolean): HeadersStatus {
    if (this.vm.failure !== undefined) return this.fail()
    this.resumed = false
    this.inHeaders = true
    const args = [this.id, headers.size, ...(this.vm.abi === '0.1.0' ? [] : [endStream ? 1 : 0])]
    const status = this.vm.call(this, name, args, ({ value, stopped }): HeadersStatus => {
      const named = HEADERS_STATUS[value]
      if (stopped || named === undefined) return 'StopAllIterationAndWatermark'
      this.inHeaders = false
      // A module that pauses is given nothing more, unless the plugin allows it the body.
      return named === 'StopIteration' && !this.settings.allowStopIteration ? 'StopAllIterationAndWatermark' : named
    })
    if (this.vm.failure !== undefined) return this.fail()
    return this.resumed && endStream ? 'Continue' : (status ?? 'Continue')
  }

  private onBody(name: string, side: Direction, type: number, data: Buffer, endStream: boolean): DataStatus {
    side.body = data
    side.endOfStream = endStream
    if (this.vm.failure !== undefined) return this.failData()
    const size = this.buffer(type)?.length ?? 0
    const status = this.vm.call(
      this,
      name,
      [this.id, size, endStream ? 1 : 0],
      ({ value, stopped }): DataStatus =>
        stopped ? 'StopIterationNoBuffer' : (DATA_STATUS[value] ?? 'StopIterationNoBuffer'),
    )
    if (this.vm.failure !== undefined) return this.failData()
    side.buffering = status === 'StopIterationAndBuffer'
    if ((status ?? 'Continue') === 'Continue') side.body = undefined
    return status ?? 'Continue'
  }

  private onTrailers(name: string, side: Direction, trailers: HeaderMap): TrailersStatus {
    if (this.vm.failure !== undefined) return this.failTrailers()
    const status = this.vm.call(
      this,
      name,
      [this.id, trailers.size],
      ({ value, stopped }): TrailersStatus => (stopped || value > 0 ? 'StopIteration' : 'Continue'),
    )
    if (this.vm.failure !== undefined) return this.failTrailers()
    if ((status ?? 'Continue') === 'Continue') side.trailers = undefined
    return status ?? 'Continue'
  }

  private readonly onFailure = (): void => void this.fail()

  // A stream whose module has failed is answered with 503, whatever the policy for later ones.
  private fail(): HeadersStatus {
    const { stream } = this
    if (this.settings.letsPass) return 'Continue'
    if (!this.failed) {
      this.failed = true
      const text = `the module failed in ${this.vm.failure}`
      stream.log({ level: 'error', text })
      stream.note(`MODULE FAILED: ${text}; the request is answered with 503`)
      stream.reply(503, '', { details: 'wasm_fail_stream', grpcStatus: GRPC_UNAVAILABLE })
    }
    return 'StopAllIterationAndWatermark'
  }

  private failData(): DataStatus {
    return this.fail() === 'Continue' ? 'Continue' : 'StopIterationNoBuffer'
  }

  private failTrailers(): TrailersStatus {
    return this.fail() === 'Continue' ? 'Continue' : 'StopIteration'
  }

  /** Trailers that a module touches with the last of the body are made for it. */
  private trailersOf(side: Direction, add: () => HeaderMap): HeaderMap | undefined {
    if (!side.trailers && side.body && side.endOfStream) side.trailers = add()
    return side.trailers
  }

  private matchContext(): MatchContext {
    const { info } = this.stream
    const requestHeaders = this.readHeaderMap(MapType.RequestHeaders)
    const responseHeaders = this.readHeaderMap(MapType.ResponseHeaders)
    const responseTrailers = this.readHeaderMap(MapType.ResponseTrailers)
    return {
      connection: info.connection,
      info,
      ...(requestHeaders && { requestHeaders }),
      ...(responseHeaders && { responseHeaders }),
      ...(responseTrailers && { responseTrailers }),
    }
  }
}

function direction(): Direction {
  return { headers: undefined, body: undefined, trailers: undefined, buffering: false, endOfStream: false }
}

/** A body as the module may change it: its beginning, or something behind it. */
function bodyBuffer(buffer: Buffer | undefined): GuestBuffer {
  return {
    length: buffer?.length ?? 0,
    bytes: () => buffer?.bytes() ?? new Uint8Array(0),
    replace(start, length, data) {
      if (!buffer) return Result.BadArgument
      if (start === 0) {
        buffer.drain(Math.min(length, buffer.length))
        buffer.prepend(data)
      } else if (start >= buffer.length) buffer.append(data)
      else return Result.BadArgument
      return Result.Ok
    },
  }
}
