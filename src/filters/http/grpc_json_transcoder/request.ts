import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { Buffer } from '../../../engine/buffer.ts'
import { fromLatin1, textOf } from '../../../engine/bytes.ts'
import { grpcFrameHeader } from '../../../engine/grpc/frame.ts'
import type { HeaderMap } from '../../../engine/http/header-map.ts'
import { isGrpcRequest } from '../../../engine/match/grpc.ts'
import type { MethodRoute, TranscoderSettings } from './config.ts'
import { type JsonNode, readJson, TranscodeError } from './json-reader.ts'
import { MessageWriter } from './message-writer.ts'
import { addBinding, copyWeave, noWeave, resolveFieldPath, type Weave } from './weave.ts'

const empty: JsonNode = { kind: 'object', members: [] }

/** A request that a method was found for. */
export interface Call {
  route: MethodRoute
  weave: Weave
}

/** Why a request is none of the transcoder's: passed through, unless the configuration wants such ones refused. */
export interface NoCall {
  reason: 'is gRPC' | 'unknown method' | 'unknown parameter'
  error: string
}

/** Finds the method for a request and the fields that its path and query set. */
export function callOf(settings: TranscoderSettings, headers: HeaderMap): Call | NoCall {
  if (isGrpcRequest(headers)) return { reason: 'is gRPC', error: 'a gRPC request already' }
  const target = headers.get(':path') ?? ''
  const mark = target.indexOf('?')
  const path = mark < 0 ? target : target.slice(0, mark)
  const found = settings.matcher!.lookup(headers.get(':method') ?? '', path, mark < 0 ? '' : target.slice(mark + 1))
  if (!found) return { reason: 'unknown method', error: `Could not resolve ${path} to a method.` }
  const weave = noWeave()
  for (const { fieldPath, value } of found.bindings) {
    const fields = resolveFieldPath(found.target.method.input, fieldPath)
    if (Array.isArray(fields)) addBinding(weave, fields, value)
    else if (!settings.message.ignoreUnknownQueryParameters && !settings.message.captureUnknownQueryParameters)
      return { reason: 'unknown parameter', error: fields.error }
  }
  return { route: found.target, weave }
}

/** The frames of a call whose body has come in full; throws TranscodeError. */
export function requestFrames(settings: TranscoderSettings, { route, weave }: Call, body: Uint8Array): Buffer {
  const options = {
    caseInsensitiveEnums: settings.message.caseInsensitiveEnumParsing,
    rejectCollisions: settings.message.requestValidationOptions?.rejectBindingBodyFieldCollisions ?? false,
  }
  const { input, methodKind } = route.method
  const frames = new Buffer()
  for (const node of messagesOf(route, body, methodKind === 'client_streaming' || methodKind === 'bidi_streaming')) {
    const message = new MessageWriter(options).message(input, node, copyWeave(weave))
    frames.append(grpcFrameHeader(message.length))
    frames.append(message)
  }
  return frames
}

function messagesOf(route: MethodRoute, body: Uint8Array, streaming: boolean): JsonNode[] {
  const inField = (node: JsonNode): JsonNode => (route.body === '*' ? node : wrapped(route.body, node))
  if (route.body === '') return [empty]
  const text = textOf(body)
  const node = text.trim() === '' ? empty : readJson(text)
  if (!streaming) return [inField(node)]
  if (node.kind === 'object') throw new TranscodeError('Expected an array instead of an object')
  if (node.kind !== 'array') throw new TranscodeError('Expected an array instead of a scalar value')
  return node.items.map(inField)
}

/** The node as what a field, given by its path, holds. */
function wrapped(path: string, node: JsonNode): JsonNode {
  return path.split('.').reduceRight((inner: JsonNode, name) => ({ kind: 'object', members: [[name, inner]] }), node)
}

/** One frame with the body as it is in a google.api.HttpBody, behind what path and query set. */
export function httpBodyFrame(settings: TranscoderSettings, call: Call, contentType: string, body: Uint8Array): Buffer {
  const { route, weave } = call
  const writer = new MessageWriter({
    caseInsensitiveEnums: settings.message.caseInsensitiveEnumParsing,
    rejectCollisions: false,
  })
  const bound = writer.message(
    route.method.input,
    route.body === '*' ? empty : wrapped(route.body, empty),
    copyWeave(weave),
  )
  const inner = new BinaryWriter()
  if (contentType !== '') inner.tag(1, WireType.LengthDelimited).bytes(fromLatin1(contentType))
  inner.tag(2, WireType.LengthDelimited).bytes(body)
  let envelope = inner.finish()
  for (const number of [...route.httpBodyPath!].reverse())
    envelope = new BinaryWriter().tag(number, WireType.LengthDelimited).bytes(envelope).finish()
  return Buffer.of(grpcFrameHeader(bound.length + envelope.length), bound, envelope)
}
