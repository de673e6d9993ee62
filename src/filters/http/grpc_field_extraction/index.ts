import { Buffer } from '../../../engine/buffer.ts'
import { fromLatin1 } from '../../../engine/bytes.ts'
import { ConfigError, type FilterFactoryContext } from '../../../engine/catalogue.ts'
import { dataSourceBytes } from '../../../engine/format/data-source.ts'
import { GRPC_FRAME_HEADER } from '../../../engine/grpc/frame.ts'
import type { HttpFilter, HttpStream } from '../../../engine/http/filter.ts'
import { isGrpcRequest } from '../../../engine/match/grpc.ts'
import type { JsonObject } from '../../../engine/stream-info.ts'
import type { GrpcFieldExtractionConfig } from '../../../envoy/types/envoy/extensions/filters/http/grpc_field_extraction/v3/config_pb.d.ts'
import { readDescriptors } from '../../common/descriptors.ts'
import { defineHttpFilter } from '../../define.ts'
import { about } from './about.ts'
import { type Extractor, fieldExtractor } from './extractor.ts'

const INVALID_ARGUMENT = 3

interface Extraction {
  /** Where the texts go in the metadata. */
  key: string
  extract: Extractor
}

/** By the method's full name, with a point before the method. */
type Methods = ReadonlyMap<string, readonly Extraction[]>

/**
 * Reads fields off the first message of a gRPC request and puts their texts into dynamic metadata, before anything goes on.
 * Envoy: source/extensions/filters/http/grpc_field_extraction/filter.cc.
 */
export const grpcFieldExtraction = defineHttpFilter<GrpcFieldExtractionConfig, Methods>({
  ...about,
  shared: methodsOf,
  create: ({ shared }) => extractionFilter(shared),
})

function methodsOf(config: GrpcFieldExtractionConfig, { path, services }: FilterFactoryContext): Methods {
  const source = config.descriptorSet
  const bytes = fromLatin1(source ? dataSourceBytes(source, `${path}.descriptor_set`, services) : '')
  const registry = readDescriptors(bytes, `${path}.descriptor_set`)
  const entries = Object.entries(config.extractionsByMethod).map(([name, extractions]) => {
    const at = `${path}.extractions_by_method['${name}']`
    const dot = name.lastIndexOf('.')
    const method = registry.getService(name.slice(0, dot))?.methods.find((each) => each.name === name.slice(dot + 1))
    if (!method) throw new ConfigError(at, `no gRPC method ${name} in the proto descriptor`)
    const fields = Object.entries(extractions.requestFieldExtractions).map(([field, { metadataKey }]) => {
      const extract = fieldExtractor(method.input, field)
      if ('error' in extract) throw new ConfigError(`${at}.request_field_extractions['${field}']`, extract.error)
      return { key: metadataKey || field, extract }
    })
    return [name, fields] as const
  })
  return new Map(entries)
}

function extractionFilter(methods: Methods): HttpFilter {
  let extractions: readonly Extraction[] | undefined
  let done = false
  const held = new Buffer()

  const reject = (stream: HttpStream, message: string, error: string) => {
    stream.note(message)
    const details = `grpc_field_extraction_INVALID_ARGUMENT{${error}}`
    stream.reply(400, message, { details, grpcStatus: INVALID_ARGUMENT })
  }

  return {
    decodeHeaders(headers, stream) {
      if (!isGrpcRequest(headers)) {
        stream.note('not a gRPC request')
        return 'Continue'
      }
      const path = headers.get(':path')!
      if (!path.startsWith('/') || path.split('/').length !== 3) {
        reject(stream, `:path \`${path}\` should be in form of \`/package.service/method\``, 'BAD_REQUEST')
        return 'StopIteration'
      }
      extractions = methods.get(path.slice(1).replace('/', '.'))
      stream.note(extractions ? 'waits for the first message' : 'nothing is to be extracted for this method')
      return extractions ? 'StopIteration' : 'Continue'
    },

    decodeData(data, stream, endStream) {
      if (!extractions || done) return 'Continue'
      held.moveFrom(data)
      const frames = takeFrames(held)
      if ('flag' in frames || (endStream && held.length > 0)) {
        const message =
          'flag' in frames
            ? `Unsupported gRPC frame 'Compressed-Flag'${frames.flag}`
            : 'Did not receive enough data for gRPC message parsing.'
        reject(stream, message, 'REQUEST_BUFFER_CONVERSION_FAIL')
        return 'StopIterationNoBuffer'
      }
      const [first] = frames
      if (!first) {
        if (!endStream) return 'StopIterationNoBuffer'
        reject(stream, 'did not receive enough data to form a message.', 'REQUEST_OUT_OF_DATA')
        return 'StopIterationNoBuffer'
      }
      done = true
      const found: JsonObject = {}
      for (const { key, extract } of extractions) found[key] = extract(first.subarray(GRPC_FRAME_HEADER))
      if (extractions.length > 0) stream.info.dynamicMetadata.set(about.name, found)
      stream.note(`extracted ${Object.keys(found).join(', ')}`)
      for (const frame of frames) data.append(frame)
      return 'Continue'
    },
  }
}

/** The frames that are complete, with their headers; or the flag byte of one that is compressed. */
function takeFrames(data: Buffer): Uint8Array[] | { flag: number } {
  const bytes = data.bytes()
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const frames: Uint8Array[] = []
  let at = 0
  while (bytes.length - at >= GRPC_FRAME_HEADER) {
    if (bytes[at] !== 0) return { flag: bytes[at]! }
    const end = at + GRPC_FRAME_HEADER + view.getUint32(at + 1)
    if (end > bytes.length) break
    frames.push(bytes.subarray(at, end))
    at = end
  }
  data.drain(at)
  return frames
}
