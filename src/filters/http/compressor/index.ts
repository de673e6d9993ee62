import { Buffer } from '../../../engine/buffer.ts'
import type { HttpFilter, HttpStream } from '../../../engine/http/filter.ts'
import type { HeaderMap } from '../../../engine/http/header-map.ts'
import { hasToken, isUpgrade } from '../../../engine/http/header-utility.ts'
import type { StreamInfo } from '../../../engine/stream-info.ts'
import type {
  Compressor,
  CompressorPerRoute,
} from '../../../envoy/types/envoy/extensions/filters/http/compressor/v3/compressor_pb.d.ts'
import type { Compressor as Codec } from '../../common/compression/codecs.ts'
import type { CompressorLibrary } from '../../common/compression/libraries.ts'
import { defineHttpFilter } from '../../define.ts'
import { perConfig } from '../../per-config.ts'
import { about } from './about.ts'
import { chooseEncoding } from './choose.ts'
import { type CompressorSettings, compressorSettings, type RouteSettings, routeSettings } from './settings.ts'

interface CompressorShared {
  settings: CompressorSettings
  forRoute(config: CompressorPerRoute): RouteSettings
}

/** One compressor of a chain, with the library that the route has it use. */
interface Member {
  settings: CompressorSettings
  library: CompressorLibrary
}

/** The compressors on a stream, and what the first of them chose: all go by that. */
interface StreamCompressors {
  members: Member[]
  decision: string | undefined
}

const onStream = new WeakMap<StreamInfo, StreamCompressors>()

/**
 * Compresses bodies: of responses when the client takes the encoding, of requests when told to.
 * Envoy: source/extensions/filters/http/compressor/compressor_filter.cc.
 */
export const compressor = defineHttpFilter<Compressor, CompressorShared>({
  ...about,
  shared: (config, context) => ({
    settings: compressorSettings(config, context),
    forRoute: perConfig((each: CompressorPerRoute) => routeSettings(each, context)),
  }),
  create: ({ shared, stream }) => compressorFilter(shared, registerOn(stream.info, shared.settings)),
})

function registerOn(info: StreamInfo, settings: CompressorSettings): { chain: StreamCompressors; member: Member } {
  const chain = onStream.get(info) ?? { members: [], decision: undefined }
  const member = { settings, library: settings.library }
  chain.members.push(member)
  onStream.set(info, chain)
  return { chain, member }
}

function compressorFilter(
  { settings, forRoute }: CompressorShared,
  { chain, member }: { chain: StreamCompressors; member: Member },
): HttpFilter {
  let acceptEncoding: string | undefined
  let requestCodec: Codec | undefined
  let responseCodec: Codec | undefined

  const routeOf = (stream: HttpStream): RouteSettings | undefined => {
    const config = stream.perRoute<CompressorPerRoute>()
    return config && forRoute(config)
  }

  const open = (library: CompressorLibrary, stream: HttpStream): Codec | undefined => {
    const codec = library.create()
    if (!codec) stream.note('nothing to compress with was loaded: the body stays as it is')
    return codec
  }

  const squeeze = (codec: Codec, data: Buffer, endStream: boolean) => data.set(codec.compress(data.bytes(), endStream))

  const accepts = (headers: HeaderMap, encoding: string): boolean => {
    if (acceptEncoding === undefined) return false
    if (chain.decision === undefined) {
      const candidates = chain.members.filter((each) => each.settings.response.typeAllowed(headers))
      chain.decision = chooseEncoding(
        acceptEncoding,
        candidates.map((each) => ({ encoding: each.library.encoding, chooseFirst: each.settings.chooseFirst })),
      )
    }
    return chain.decision.toLowerCase() === encoding
  }

  return {
    decodeHeaders(headers, stream, endStream) {
      acceptEncoding = headers.get('accept-encoding')
      const route = routeOf(stream)
      const responses = route?.responseEnabled ?? settings.response.enabled()
      if (responses && (route?.removeAcceptEncoding ?? settings.removeAcceptEncoding)) headers.remove('accept-encoding')
      const { request, library } = settings
      const compresses =
        !endStream &&
        request?.enabled() === true &&
        !isUpgrade(headers) &&
        request.longEnough(headers) &&
        request.typeAllowed(headers) &&
        !headers.has('content-encoding') &&
        transferAllowed(headers, library.encoding)
      if (!compresses) return 'Continue'
      headers.remove('content-length')
      headers.set('content-encoding', library.encoding)
      requestCodec = open(library, stream)
      stream.note(`compresses the request with ${library.encoding}`)
      return 'Continue'
    },

    decodeData(data, _stream, endStream) {
      if (requestCodec) squeeze(requestCodec, data, endStream)
      return 'Continue'
    },

    decodeTrailers(_trailers, stream) {
      if (requestCodec) stream.addDecodedData(Buffer.of(requestCodec.compress(new Uint8Array(0), true)), true)
      return 'Continue'
    },

    encodeHeaders(headers, stream, endStream) {
      const route = routeOf(stream)
      const library = route?.library ?? settings.library
      member.library = library
      const obstacle = obstacleTo(headers, route)
      const status = settings.statusHeader && !endStream ? obstacle?.status : undefined
      if (status) headers.add('x-envoy-compression-status', `${library.encoding};${status}`)
      const accepted = obstacle?.early !== true && accepts(headers, library.encoding)
      if (!obstacle && !endStream && accepted && transferAllowed(headers, library.encoding)) {
        const length = headers.get('content-length')
        sanitizeEtag(headers)
        headers.remove('content-length')
        headers.set('content-encoding', library.encoding)
        responseCodec = open(library, stream)
        stream.note(`compresses the response with ${library.encoding}`)
        if (settings.statusHeader)
          headers.add('x-envoy-compression-status', `${library.encoding};Compressed;OriginalLength=${length ?? ''}`)
      } else
        stream.note(
          `leaves the response: ${obstacle?.reason ?? (endStream ? 'it has no body' : `the client takes ${acceptEncoding ?? 'no encoding'}`)}`,
        )
      // A cache must know that another client would get it compressed.
      if (!obstacle) addVary(headers)
      return 'Continue'
    },

    encodeData(data, _stream, endStream) {
      if (responseCodec) squeeze(responseCodec, data, endStream)
      return 'Continue'
    },

    encodeTrailers(_trailers, stream) {
      if (responseCodec) stream.addEncodedData(Buffer.of(responseCodec.compress(new Uint8Array(0), true)), true)
      return 'Continue'
    },

    onDestroy() {
      requestCodec?.close()
      responseCodec?.close()
    },
  }

  /** What speaks against compressing a response, whoever asks; `early` before the client's wishes are looked at. */
  function obstacleTo(headers: HeaderMap, route: RouteSettings | undefined): Obstacle | undefined {
    const { response } = settings
    if (!(route?.responseEnabled ?? response.enabled())) return { reason: 'compression is off', early: true }
    if (!response.longEnough(headers))
      return { reason: 'it is too short', early: true, status: 'ContentLengthTooSmall' }
    if (settings.uncompressibleCodes.has(Number(headers.get(':status'))))
      return { reason: 'responses of its status stay as they are', status: 'StatusCodeNotAllowed' }
    if (isUpgrade(headers)) return { reason: 'it is an upgrade' }
    if (hasToken(headers.get('cache-control'), 'no-transform')) return { reason: 'cache-control says no-transform' }
    if (headers.has('content-encoding')) return { reason: 'it is encoded already' }
    if (!response.typeAllowed(headers))
      return { reason: `its type is ${headers.get('content-type')}`, status: 'ContentTypeNotAllowed' }
    if (settings.disableOnEtag && !settings.weakenEtag && headers.has('etag'))
      return { reason: 'it has an etag', status: 'EtagNotAllowed' }
    return undefined
  }

  // A strong etag stands for these very bytes.
  function sanitizeEtag(headers: HeaderMap): void {
    const etag = headers.get('etag')
    if (etag === undefined || /^[wW]\//.test(etag)) return
    if (settings.weakenEtag) headers.set('etag', `W/${etag}`)
    else if (etag.length >= 2) headers.remove('etag')
  }
}

interface Obstacle {
  reason: string
  early?: boolean
  /** For x-envoy-compression-status. */
  status?: string
}

const KNOWN_ENCODINGS = ['gzip', 'br', 'deflate', 'compress', 'zstd']

function transferAllowed(headers: HeaderMap, encoding: string): boolean {
  const parts = (headers.get('transfer-encoding') ?? '').split(',').map((part) => part.trim().toLowerCase())
  return !parts.some((part) => KNOWN_ENCODINGS.includes(part) || part === encoding)
}

function addVary(headers: HeaderMap): void {
  const vary = headers.get('vary')
  if (vary === undefined) headers.set('vary', 'Accept-Encoding')
  else if (!vary.split(',').some((part) => part.trim() === 'Accept-Encoding'))
    headers.set('vary', `${vary}, Accept-Encoding`)
}
