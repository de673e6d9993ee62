import { Buffer } from '../../../engine/buffer.ts'
import { fromUtf8 } from '../../../engine/bytes.ts'
import type { DataStatus, HeadersStatus, HttpFilter, HttpStream } from '../../../engine/http/filter.ts'
import type { HeaderMap } from '../../../engine/http/header-map.ts'
import type { JsonToMetadata } from '../../../envoy/types/envoy/extensions/filters/http/json_to_metadata/v3/json_to_metadata_pb.d.ts'
import { parseWritten } from '../../common/written-json.ts'
import { defineHttpFilter } from '../../define.ts'
import { perConfig } from '../../per-config.ts'
import { about } from './about.ts'
import { type BodyJson, type MatchRules, matchRules } from './rules.ts'

interface Settings {
  request: MatchRules | undefined
  response: MatchRules | undefined
}

/**
 * Holds JSON bodies back until they are there in full and writes values of theirs to dynamic metadata.
 * Envoy: source/extensions/filters/http/json_to_metadata/filter.cc.
 */
export const jsonToMetadata = defineHttpFilter<JsonToMetadata, (config: JsonToMetadata) => Settings>({
  ...about,
  shared: (config, context) => {
    const settingsOf = perConfig(
      (message: JsonToMetadata): Settings => ({
        request: message.requestRules && matchRules(message.requestRules, `${context.path}.request_rules`, context),
        response: message.responseRules && matchRules(message.responseRules, `${context.path}.response_rules`, context),
      }),
    )
    settingsOf(config)
    return settingsOf
  },
  create: ({ config, shared }) => jsonFilter((stream) => shared(stream.perRoute<JsonToMetadata>() ?? config)),
})

function jsonFilter(settingsOf: (stream: HttpStream) => Settings): HttpFilter {
  const request = new Side('request', settingsOf)
  const response = new Side('response', settingsOf)
  return {
    decodeHeaders: (headers, stream, endStream) => request.headers(headers, stream, endStream),
    decodeData: (data, stream, endStream) => request.data(stream.decodingBuffer(), data, stream, endStream),
    decodeTrailers(_trailers, stream) {
      request.end(stream.decodingBuffer(), undefined, stream)
      return 'Continue'
    },
    encodeHeaders: (headers, stream, endStream) => response.headers(headers, stream, endStream),
    encodeData: (data, stream, endStream) => response.data(stream.encodingBuffer(), data, stream, endStream),
    encodeTrailers(_trailers, stream) {
      response.end(stream.encodingBuffer(), undefined, stream)
      return 'Continue'
    },
  }
}

const NOTES = { none: 'no body', invalid: 'the body is not JSON', 'other type': 'its content-type is not looked at' }

/** One direction of a stream. */
class Side {
  private readonly side: keyof Settings
  private readonly settingsOf: (stream: HttpStream) => Settings
  /** The rules of a body that is still awaited. */
  private rules: MatchRules | undefined

  constructor(side: keyof Settings, settingsOf: (stream: HttpStream) => Settings) {
    this.side = side
    this.settingsOf = settingsOf
  }

  headers(headers: HeaderMap, stream: HttpStream, endStream: boolean): HeadersStatus {
    const rules = this.settingsOf(stream)[this.side]
    if (!rules) return 'Continue'
    const type = headers.get('content-type') ?? ''
    this.rules = rules
    if (!rules.accepts(type)) {
      this.run('other type', stream)
      return 'Continue'
    }
    if (!endStream) return 'StopIteration'
    this.run('none', stream)
    return 'Continue'
  }

  data(held: Buffer | undefined, data: Buffer, stream: HttpStream, endStream: boolean): DataStatus {
    if (!this.rules) return 'Continue'
    if (!endStream) return 'StopIterationAndWatermark'
    this.end(held, data, stream)
    return 'Continue'
  }

  /** The body is there in full. */
  end(held: Buffer | undefined, last: Buffer | undefined, stream: HttpStream): void {
    if (!this.rules) return
    const body = Buffer.of(...[held, last].flatMap((part) => (part ? [part.bytes()] : [])))
    this.run(body.length === 0 ? 'none' : parseWritten(fromUtf8(body.bytes())), stream)
  }

  private run(body: BodyJson, stream: HttpStream): void {
    const { dynamicMetadata } = stream.info
    const { found, notes } = this.rules!.apply(body, dynamicMetadata)
    this.rules = undefined
    if (typeof body === 'string') stream.note(NOTES[body])
    for (const note of notes) stream.note(note)
    for (const [namespace, fields] of found) dynamicMetadata.set(namespace, fields)
    if (this.side === 'request' && found.size > 0) stream.clearRouteCache()
  }
}
