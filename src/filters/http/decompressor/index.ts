import type { Buffer } from '../../../engine/buffer.ts'
import type { FilterFactoryContext } from '../../../engine/catalogue.ts'
import type { HttpFilter, HttpStream } from '../../../engine/http/filter.ts'
import type { HeaderMap } from '../../../engine/http/header-map.ts'
import { hasToken } from '../../../engine/http/header-utility.ts'
import type { EngineServices } from '../../../engine/services.ts'
import type {
  Decompressor,
  Decompressor_CommonDirectionConfig,
} from '../../../envoy/types/envoy/extensions/filters/http/decompressor/v3/decompressor_pb.d.ts'
import type { Decompressor as Codec } from '../../common/compression/codecs.ts'
import { type DecompressorLibrary, decompressorLibrary } from '../../common/compression/libraries.ts'
import { defineHttpFilter } from '../../define.ts'
import { about } from './about.ts'

interface Direction {
  enabled(): boolean
  ignoreNoTransform: boolean
}

interface DecompressorShared {
  library: DecompressorLibrary
  advertise: boolean
  request: Direction
  response: Direction
  services: EngineServices
}

/**
 * Unpacks bodies whose outermost encoding is the library's, and tells servers that this one may be used. How many bytes
 * went in and came out is said in trailers. Envoy: source/extensions/filters/http/decompressor/decompressor_filter.cc.
 */
export const decompressor = defineHttpFilter<Decompressor, DecompressorShared>({
  ...about,
  shared: (config, context) => ({
    library: decompressorLibrary(config.decompressorLibrary, context, `${context.path}.decompressor_library`),
    advertise: config.requestDirectionConfig?.advertiseAcceptEncoding ?? true,
    request: direction(config.requestDirectionConfig?.commonConfig, context),
    response: direction(config.responseDirectionConfig?.commonConfig, context),
    services: context.services,
  }),
  create: ({ shared }) => decompressorFilter(shared),
})

function direction(config: Decompressor_CommonDirectionConfig | undefined, context: FilterFactoryContext): Direction {
  const { runtime } = context.services
  const flag = config?.enabled
  return {
    enabled: () => (flag ? runtime.boolean(flag.runtimeKey, flag.defaultValue ?? true) : true),
    ignoreNoTransform: config?.ignoreNoTransformHeader ?? false,
  }
}

/** All decompressors of a process call their trailers by the library of the one that was first used. */
const trailerNames = new WeakMap<EngineServices, string>()

function trailerPrefix({ services, library }: DecompressorShared): string {
  const known = trailerNames.get(services) ?? `x-envoy-decompressor-${library.name.toLowerCase()}`
  trailerNames.set(services, known)
  return known
}

function decompressorFilter(shared: DecompressorShared): HttpFilter {
  const { library } = shared
  const prefix = trailerPrefix(shared)
  const request = body(library)
  const response = body(library)

  const begin = (to: Direction, which: Body, headers: HeaderMap, stream: HttpStream, what: string) => {
    const reason = obstacle(to, headers, library.encoding)
    if (reason !== undefined) {
      stream.note(`leaves the ${what}: ${reason}`)
      return
    }
    headers.remove('content-length')
    const [, ...rest] = headers.get('content-encoding')!.split(',')
    if (rest.length > 0) headers.set('content-encoding', rest.join(',').trim())
    else headers.remove('content-encoding')
    stream.note(which.open() ? `unpacks the ${what}` : 'nothing to unpack with was loaded: the body stays as it is')
  }

  return {
    decodeHeaders(headers, stream, endStream) {
      if (shared.response.enabled() && shared.advertise)
        headers.set('accept-encoding', withEncoding(headers.get('accept-encoding') ?? '', library.encoding))
      if (!endStream) begin(shared.request, request, headers, stream, 'request')
      return 'Continue'
    },
    decodeData(data, stream, endStream) {
      const trailers = request.active && endStream ? stream.addDecodedTrailers() : undefined
      request.unpack(data, stream)
      if (trailers) request.report(trailers, prefix)
      return 'Continue'
    },
    decodeTrailers(trailers) {
      request.report(trailers, prefix)
      return 'Continue'
    },
    encodeHeaders(headers, stream, endStream) {
      if (!endStream) begin(shared.response, response, headers, stream, 'response')
      return 'Continue'
    },
    encodeData(data, stream, endStream) {
      const trailers = response.active && endStream ? stream.addEncodedTrailers() : undefined
      response.unpack(data, stream)
      if (trailers) response.report(trailers, prefix)
      return 'Continue'
    },
    encodeTrailers(trailers) {
      response.report(trailers, prefix)
      return 'Continue'
    },
    onDestroy() {
      request.close()
      response.close()
    },
  }
}

type Body = ReturnType<typeof body>

/** The body of one direction, once it is known to be unpacked. */
function body(library: DecompressorLibrary) {
  let codec: Codec | undefined
  let taken = 0
  let given = 0
  return {
    get active() {
      return codec !== undefined
    },
    open(): boolean {
      codec = library.create()
      return codec !== undefined
    },
    unpack(data: Buffer, stream: HttpStream): void {
      if (!codec) return
      const { output, outcome } = codec.decompress(data.bytes(), library.maxRatio * data.length)
      if (outcome === 'error') stream.note(`the body is no ${library.encoding}`)
      if (outcome === 'limit') stream.note(`more than ${library.maxRatio} times as long unpacked: stopped`)
      taken += data.length
      given += output.length
      data.set(output)
    },
    report(trailers: HeaderMap, prefix: string): void {
      if (!codec) return
      trailers.add(`${prefix}-compressed-bytes`, String(taken))
      trailers.add(`${prefix}-uncompressed-bytes`, String(given))
    },
    close: () => codec?.close(),
  }
}

function obstacle(to: Direction, headers: HeaderMap, encoding: string): string | undefined {
  if (!to.enabled()) return 'decompression is off'
  if (!to.ignoreNoTransform && hasToken(headers.get('cache-control'), 'no-transform'))
    return 'cache-control says no-transform'
  const outermost = (headers.get('content-encoding') ?? '').split(',')[0]!.trim()
  return outermost.toLowerCase() === encoding ? undefined : `its encoding is ${outermost || 'none'}`
}

/** The encoding at the end of the list, without a q-value; other mentions of it are taken out. */
function withEncoding(list: string, encoding: string): string {
  const others = list
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '' && each.split(';')[0] !== encoding)
  return [...others, encoding].join(',')
}
