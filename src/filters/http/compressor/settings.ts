import type { FilterFactoryContext } from '../../../engine/catalogue.ts'
import type { HeaderMap } from '../../../engine/http/header-map.ts'
import { unsigned } from '../../../engine/http/header-utility.ts'
import { createStringMatcher } from '../../../engine/match/string.ts'
import type {
  Compressor,
  Compressor_CommonDirectionConfig,
  CompressorPerRoute,
} from '../../../envoy/types/envoy/extensions/filters/http/compressor/v3/compressor_pb.d.ts'
import { type CompressorLibrary, compressorLibrary } from '../../common/compression/libraries.ts'

/** What may be compressed in one direction. */
export interface Direction {
  enabled(): boolean
  longEnough(headers: HeaderMap): boolean
  typeAllowed(headers: HeaderMap): boolean
}

export interface CompressorSettings {
  library: CompressorLibrary
  /** Undefined: requests are left alone. */
  request: Direction | undefined
  response: Direction
  disableOnEtag: boolean
  weakenEtag: boolean
  removeAcceptEncoding: boolean
  uncompressibleCodes: ReadonlySet<number>
  statusHeader: boolean
  chooseFirst: boolean
}

export interface RouteSettings {
  responseEnabled: boolean | undefined
  removeAcceptEncoding: boolean | undefined
  library: CompressorLibrary | undefined
}

const DEFAULT_LENGTH = 30
const DEFAULT_TYPES = [
  ...['text/html', 'text/plain', 'text/css', 'application/javascript', 'application/x-javascript', 'text/javascript'],
  ...['text/x-javascript', 'text/ecmascript', 'text/js', 'text/jscript', 'text/x-js', 'application/ecmascript'],
  ...['application/x-json', 'application/xml', 'application/json', 'image/svg+xml', 'text/xml'],
  ...['application/xhtml+xml', 'application/grpc-web', 'application/grpc-web+proto'],
]

/** Reads the configuration; fields of the message itself are the old way to speak of responses. */
export function compressorSettings(config: Compressor, context: FilterFactoryContext): CompressorSettings {
  const path = context.path
  const own = config.responseDirectionConfig
  const common = own ? own.commonConfig : { ...legacy(config) }
  const requests = config.requestDirectionConfig
  return {
    library: compressorLibrary(config.compressorLibrary, context, `${path}.compressor_library`),
    request: requests && direction(requests.commonConfig, context, `${path}.request_direction_config`),
    response: direction(common, context, `${path}.response_direction_config`),
    disableOnEtag: own ? own.disableOnEtagHeader : config.disableOnEtagHeader,
    weakenEtag: own?.weakenEtagOnCompress ?? false,
    removeAcceptEncoding: own ? own.removeAcceptEncodingHeader : config.removeAcceptEncodingHeader,
    uncompressibleCodes: new Set(own?.uncompressibleResponseCodes),
    statusHeader: own?.statusHeaderEnabled ?? false,
    chooseFirst: config.chooseFirst,
  }
}

type Common = Pick<
  Compressor_CommonDirectionConfig,
  'enabled' | 'minContentLength' | 'contentType' | 'contentTypeMatcher'
>

function legacy(config: Compressor): Common {
  return {
    enabled: config.runtimeEnabled,
    minContentLength: config.contentLength,
    contentType: config.contentType,
    contentTypeMatcher: [],
  }
}

function direction(config: Common | undefined, context: FilterFactoryContext, path: string): Direction {
  const { runtime } = context.services
  const flag = config?.enabled
  const least = config?.minContentLength || DEFAULT_LENGTH
  const listed = config?.contentType.length ? config.contentType : DEFAULT_TYPES
  const types = new Set(listed.map((type) => type.toLowerCase()))
  const matchers = config?.contentTypeMatcher.map((matcher, i) =>
    createStringMatcher(matcher, `${path}.common_config.content_type_matcher[${i}]`, context.services),
  )
  return {
    enabled: () => (flag ? runtime.boolean(flag.runtimeKey, flag.defaultValue ?? true) : true),
    longEnough(headers) {
      const length = headers.get('content-length')
      return length === undefined || (unsigned(length) ?? 0) >= least
    },
    typeAllowed(headers) {
      const type = headers.get('content-type')
      if (type === undefined) return true
      const plain = type.split(';')[0]!.trim()
      if (matchers?.length) return matchers.some((matcher) => matcher.matches(plain))
      return types.has(plain.toLowerCase())
    },
  }
}

/** Reads a route's overrides. */
export function routeSettings(config: CompressorPerRoute, context: FilterFactoryContext): RouteSettings {
  const { override } = config
  if (override.case !== 'overrides')
    return {
      responseEnabled: override.case === 'disabled' ? false : undefined,
      removeAcceptEncoding: undefined,
      library: undefined,
    }
  const { responseDirectionConfig: response, compressorLibrary: library } = override.value
  return {
    responseEnabled: response ? true : undefined,
    removeAcceptEncoding: response?.removeAcceptEncodingHeader,
    library: library && compressorLibrary(library, context, 'typed_per_filter_config.compressor_library'),
  }
}
