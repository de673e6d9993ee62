import { fromLatin1, fromUtf8, latin1 } from '../../../engine/bytes.ts'
import { ConfigError, type FilterFactoryContext } from '../../../engine/catalogue.ts'
import type { HttpFilter, HttpStream } from '../../../engine/http/filter.ts'
import type { SseToMetadata } from '../../../envoy/types/envoy/extensions/filters/http/sse_to_metadata/v3/sse_to_metadata_pb.d.ts'
import { defineHttpFilter } from '../../define.ts'
import { about } from './about.ts'
import { dataOf, EventSplitter } from './events.ts'
import { type EventParser, jsonContentParser, type MetadataWrite } from './json-parser.ts'

const JSON_PARSER = 'envoy.extensions.content_parsers.json.v3.JsonContentParser'
const DEFAULT_MAX_EVENT = 8192

/**
 * Reads the events of a response as they pass and writes values of theirs to dynamic metadata.
 * Envoy: source/extensions/filters/http/sse_to_metadata/filter.cc.
 */
export const sseToMetadata = defineHttpFilter<SseToMetadata, () => EventParser>({
  ...about,
  shared: parserFactory,
  create: ({ config, shared }) => sseFilter(shared(), config.responseRules?.maxEventSize ?? DEFAULT_MAX_EVENT),
})

function parserFactory(config: SseToMetadata, context: FilterFactoryContext): () => EventParser {
  const path = `${context.path}.response_rules.content_parser`
  const parser = config.responseRules?.contentParser
  if (!parser) throw new ConfigError(path, 'is required')
  const unpacked = context.services.registry.unpack(parser.typedConfig)
  if (unpacked?.typeName !== JSON_PARSER)
    throw new ConfigError(path, `no content parser of type '${unpacked?.typeName ?? parser.name}'`)
  return jsonContentParser(unpacked.message as never, `${path}.typed_config`, context)
}

function sseFilter(parser: EventParser, maxEvent: number): HttpFilter {
  const splitter = new EventSplitter()
  let reading = false

  const write = (writes: readonly MetadataWrite[], stream: HttpStream) => {
    const { dynamicMetadata } = stream.info
    for (const { namespace, key, value, preserve } of writes) {
      if (preserve && Object.hasOwn(dynamicMetadata.get(namespace) ?? {}, key)) {
        stream.note(`${namespace}: ${key} is kept as it is`)
        continue
      }
      dynamicMetadata.set(namespace, { [key]: value })
      stream.note(`${namespace}: ${key} = ${JSON.stringify(value)}`)
    }
  }

  const finish = (stream: HttpStream) => {
    reading = false
    write(parser.finish(), stream)
  }

  return {
    encodeHeaders(headers, stream) {
      reading = (headers.get('content-type') ?? '').split(';')[0]!.trim() === 'text/event-stream'
      if (!reading) stream.note('no stream of events')
      return 'Continue'
    },
    encodeData(data, stream, endStream) {
      if (!reading) return 'Continue'
      for (const lines of splitter.add(latin1(data.bytes()), endStream)) {
        const event = dataOf(lines)
        if (!event) continue
        const { writes, stop } = parser.parse(fromUtf8(fromLatin1(event)))
        write(writes, stream)
        if (stop) {
          finish(stream)
          return 'Continue'
        }
      }
      if (maxEvent > 0 && splitter.waiting > maxEvent) {
        stream.note(`an event of more than ${maxEvent} bytes is passed over`)
        splitter.discard()
      }
      if (endStream) finish(stream)
      return 'Continue'
    },
    encodeTrailers(_trailers, stream) {
      if (reading) finish(stream)
      return 'Continue'
    },
  }
}
