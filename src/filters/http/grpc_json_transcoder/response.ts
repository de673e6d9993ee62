import { type DescMessage, fromBinary } from '@bufbuild/protobuf'
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'
import { AnySchema } from '@bufbuild/protobuf/wkt'
import { Buffer } from '../../../engine/buffer.ts'
import { fromLatin1, fromUtf8, latin1, utf8 } from '../../../engine/bytes.ts'
import type { HeaderMap } from '../../../engine/http/header-map.ts'
import { percentDecode } from '../../../engine/match/query.ts'
import { strictBase64Decode } from '../../common/base64.ts'
import { GrpcFrameDecoder } from '../../common/grpc-frame.ts'
import type { MethodRoute, TranscoderSettings } from './config.ts'
import { printMessage, printStatus, type RpcStatus } from './json-printer.ts'
import { TranscodeError } from './json-reader.ts'

/** Turns the frames of a response into JSON, or into the body that a google.api.HttpBody has. */
export class ResponseTranslator {
  readonly streaming: boolean
  private readonly settings: TranscoderSettings
  private readonly route: MethodRoute
  private readonly frames = new GrpcFrameDecoder()
  private written = 0
  private ended = false

  constructor(settings: TranscoderSettings, route: MethodRoute) {
    this.settings = settings
    this.route = route
    const { methodKind } = route.method
    this.streaming = methodKind === 'server_streaming' || methodKind === 'bidi_streaming'
  }

  get contentType(): string {
    return this.streaming && this.settings.stream === 'events' ? 'text/event-stream' : 'application/json'
  }

  /** Throws TranscodeError for a message that does not parse. */
  translate(data: Buffer, endStream: boolean, headers: HeaderMap): Buffer {
    const out = new Buffer()
    for (const { data: message } of this.frames.decode(data) ?? []) {
      if (this.route.httpBodyResponse) this.httpBody(message, headers, out)
      else if (this.streaming || this.written === 0) out.append(utf8(this.separated(this.json(message))))
      this.written++
    }
    data.clear()
    if (endStream) out.moveFrom(this.end())
    return out
  }

  /** What closes a list of messages. */
  end(): Buffer {
    if (this.ended || !this.streaming || this.settings.stream !== 'array' || this.route.httpBodyResponse)
      return new Buffer()
    this.ended = true
    return Buffer.of(utf8(this.written === 0 ? '[]' : ']'))
  }

  private json(bytes: Uint8Array): string {
    const { output } = this.route.method
    try {
      const { registry, print } = this.settings
      return printMessage(output, fromBinary(output, bytes), registry, print)
    } catch (error) {
      throw new TranscodeError((error as Error).message)
    }
  }

  private separated(json: string): string {
    if (!this.streaming) return json
    if (this.settings.stream === 'lines') return `${json}\n`
    if (this.settings.stream === 'events') return `data: ${json}\n\n`
    return `${this.written === 0 ? '[' : ','}${json}`
  }

  private httpBody(bytes: Uint8Array, headers: HeaderMap, out: Buffer): void {
    if (bytes.length === 0) return
    const { contentType, data } = readHttpBody(bytes, this.route)
    if (this.written === 0) {
      headers.set('content-type', contentType)
      if (!this.streaming) headers.set('content-length', String(data.length))
    }
    out.append(data)
  }
}

function readHttpBody(
  bytes: Uint8Array,
  { method, responseBody }: MethodRoute,
): { contentType: string; data: Uint8Array } {
  const number = responseBody === '' ? undefined : fieldNumber(method.output, responseBody)
  const inner = number === undefined ? bytes : (lengthDelimited(bytes, number) ?? new Uint8Array(0))
  return {
    contentType: latin1(lengthDelimited(inner, 1) ?? new Uint8Array(0)),
    data: lengthDelimited(inner, 2) ?? new Uint8Array(0),
  }
}

function fieldNumber(message: DescMessage, name: string): number {
  return message.fields.find((field) => field.name === name)!.number
}

function lengthDelimited(bytes: Uint8Array, number: number): Uint8Array | undefined {
  const reader = new BinaryReader(bytes)
  let found: Uint8Array | undefined
  while (reader.pos < reader.len) {
    const [no, wire] = reader.tag()
    if (no === number && wire === WireType.LengthDelimited) found = reader.bytes()
    else reader.skip(wire, no)
  }
  return found
}

/** grpc-status: undefined when there is none, -1 for one that is no number of 0 to 16. */
export function grpcStatusIn(headers: HeaderMap): number | undefined {
  const text = headers.get('grpc-status')
  if (text === undefined || text === '') return undefined
  return /^\d+$/.test(text) ? Number(text) : -1
}

const HTTP = [200, 499, 500, 400, 504, 404, 409, 403, 429, 400, 409, 400, 501, 500, 503, 500, 401]

/** Grpc::Utility::grpcToHttpStatus. */
export function httpStatusOf(grpcStatus: number): number {
  return HTTP[grpcStatus] ?? 500
}

/** google.rpc.Status as JSON: from grpc-status-details-bin, else of status and message. Undefined when it cannot be read. */
export function statusJson(status: number, headers: HeaderMap, settings: TranscoderSettings): Uint8Array | undefined {
  const binary = headers.get('grpc-status-details-bin')
  const decoded = binary === undefined ? undefined : strictBase64Decode(padded(binary))
  try {
    const rpcStatus = decoded === undefined ? plain(status, headers) : readStatus(fromLatin1(decoded))
    return utf8(printStatus(rpcStatus, settings.registry, settings.print))
  } catch {
    // A detail of a type that the descriptors do not have.
    return undefined
  }
}

function plain(code: number, headers: HeaderMap): RpcStatus {
  return { code, message: fromUtf8(fromLatin1(percentDecode(headers.get('grpc-message') ?? ''))), details: [] }
}

function readStatus(bytes: Uint8Array): RpcStatus {
  const reader = new BinaryReader(bytes)
  const status: RpcStatus = { code: 0, message: '', details: [] }
  while (reader.pos < reader.len) {
    const [no, wire] = reader.tag()
    if (no === 1 && wire === WireType.Varint) status.code = reader.int32()
    else if (no === 2 && wire === WireType.LengthDelimited) status.message = reader.string()
    else if (no === 3 && wire === WireType.LengthDelimited) status.details.push(fromBinary(AnySchema, reader.bytes()))
    else reader.skip(wire, no)
  }
  return status
}

function padded(text: string): string {
  return text.padEnd(Math.ceil(text.length / 4) * 4, '=')
}
