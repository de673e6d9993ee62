import { fromLatin1, latin1 } from '../../../engine/bytes.ts'
import { ConfigError } from '../../../engine/catalogue.ts'
import type { HttpFilter, HttpStream } from '../../../engine/http/filter.ts'
import type { HeaderMap } from '../../../engine/http/header-map.ts'
import type { JsonObject } from '../../../engine/stream-info.ts'
import type { TransformConfig } from '../../../envoy/types/envoy/extensions/filters/http/transform/v3/transform_pb.d.ts'
import { defineHttpFilter } from '../../define.ts'
import { perConfig } from '../../per-config.ts'
import { about } from './about.ts'
import { createTransformation, parseObject, type Transformation } from './transformation.ts'

interface Settings {
  request: Transformation | undefined
  response: Transformation | undefined
  clearRouteCache: boolean
}

/** Holds JSON bodies back and rewrites them. Envoy: source/extensions/filters/http/transform/transform.cc. */
export const transform = defineHttpFilter<TransformConfig, (config: TransformConfig) => Settings>({
  ...about,
  shared: (config, context) => {
    const settingsOf = perConfig((message: TransformConfig): Settings => {
      const path = message === config ? context.path : 'typed_per_filter_config'
      if (message.clearClusterCache && message.clearRouteCache)
        throw new ConfigError(path, 'only one of clear_cluster_cache and clear_route_cache can be set')
      const made = (part: TransformConfig['requestTransformation'], field: string) =>
        part && createTransformation(part, `${path}.${field}`, context)
      return {
        request: made(message.requestTransformation, 'request_transformation'),
        response: made(message.responseTransformation, 'response_transformation'),
        clearRouteCache: message.clearRouteCache,
      }
    })
    settingsOf(config)
    return settingsOf
  },
  create: ({ config, shared }) => transformFilter((stream) => shared(stream.perRoute<TransformConfig>() ?? config)),
})

function transformFilter(settingsOf: (stream: HttpStream) => Settings): HttpFilter {
  let settings: Settings | undefined
  let request: Transformation | undefined
  let response: Transformation | undefined
  let requestBody: JsonObject | undefined
  let sawLocalReply = false

  const wanted = (side: 'request' | 'response', headers: HeaderMap, stream: HttpStream, endStream: boolean) => {
    if (endStream || !(headers.get('content-type') ?? '').includes('application/json')) {
      stream.note(endStream ? 'no body' : 'not JSON by its content-type')
      return undefined
    }
    settings ??= settingsOf(stream)
    return settings[side]
  }

  const finishRequest = (stream: HttpStream) => {
    const body = stream.decodingBuffer()
    const headers = stream.requestHeaders
    if (!request || !body || !headers) return
    requestBody = parseObject(latin1(body.bytes()))
    if (!requestBody) return stream.note('the body is no JSON object')
    const result = request.run(requestBody, headers, { info: stream.info, requestHeaders: headers, requestBody })
    if (!result.done) return stream.note('what the format makes is no JSON object')
    if (result.body !== undefined) {
      replaceBody(headers, request)
      body.set(fromLatin1(result.body))
    }
    if (settings?.clearRouteCache) stream.clearRouteCache()
  }

  const finishResponse = (stream: HttpStream) => {
    const body = stream.encodingBuffer()
    const headers = stream.responseHeaders
    if (!response || !body || !headers) return
    const responseBody = parseObject(latin1(body.bytes()))
    if (!responseBody) return stream.note('the body is no JSON object')
    const result = response.run(responseBody, headers, {
      info: stream.info,
      ...(stream.requestHeaders ? { requestHeaders: stream.requestHeaders } : {}),
      responseHeaders: headers,
      ...(requestBody ? { requestBody } : {}),
      responseBody,
    })
    if (!result.done) return stream.note('what the format makes is no JSON object')
    if (result.body === undefined) return
    replaceBody(headers, response)
    body.set(fromLatin1(result.body))
  }

  return {
    decodeHeaders(headers, stream, endStream) {
      request = wanted('request', headers, stream, endStream)
      return request ? 'StopIteration' : 'Continue'
    },
    decodeData(data, stream, endStream) {
      if (!request) return 'Continue'
      if (!endStream) return 'StopIterationAndBuffer'
      stream.addDecodedData(data, true)
      finishRequest(stream)
      return 'Continue'
    },
    decodeTrailers(_trailers, stream) {
      finishRequest(stream)
      return 'Continue'
    },
    encodeHeaders(headers, stream, endStream) {
      if (sawLocalReply) {
        stream.note('a local reply stays as it is')
        return 'Continue'
      }
      response = wanted('response', headers, stream, endStream)
      return response ? 'StopIteration' : 'Continue'
    },
    encodeData(data, stream, endStream) {
      if (!response || sawLocalReply) return 'Continue'
      if (!endStream) return 'StopIterationAndBuffer'
      stream.addEncodedData(data, true)
      finishResponse(stream)
      return 'Continue'
    },
    encodeTrailers(_trailers, stream) {
      if (!sawLocalReply) finishResponse(stream)
      return 'Continue'
    },
    onLocalReply() {
      sawLocalReply = true
      return 'Continue'
    },
  }
}

function replaceBody(headers: HeaderMap, { contentType }: Transformation): void {
  headers.remove('content-length')
  if (contentType !== '') headers.set('content-type', contentType)
}
