import { ConfigError, type FilterFactoryContext } from '../../../engine/catalogue.ts'
import type { Brotli } from '../../../envoy/types/envoy/extensions/compression/brotli/compressor/v3/brotli_pb.d.ts'
import type { Gzip } from '../../../envoy/types/envoy/extensions/compression/gzip/compressor/v3/gzip_pb.d.ts'
import type { Gzip as Gunzip } from '../../../envoy/types/envoy/extensions/compression/gzip/decompressor/v3/gzip_pb.d.ts'
import type { Zstd } from '../../../envoy/types/envoy/extensions/compression/zstd/compressor/v3/zstd_pb.d.ts'
import { type CodecService, type Compressor, codecsOf, type Decompressor } from './codecs.ts'

/** A `compressor_library`, made ready. */
export interface CompressorLibrary {
  name: string
  /** As content-encoding and accept-encoding have it: gzip, br, zstd. */
  encoding: string
  /** Undefined: the host brings no codecs. */
  create(): Compressor | undefined
}

export interface DecompressorLibrary {
  name: string
  encoding: string
  /** More output than so many times the input is taken for an attack. */
  maxRatio: number
  create(): Decompressor | undefined
}

interface LibraryConfig {
  name: string
  typedConfig?: unknown
}

/** zlib's number that asks for gzip's header and trailer around the data. */
const GZIP_WRAPPER = 16
/** Bytes that are unpacked at a time, unless chunk_size says otherwise. */
const CHUNK = 4096
const COMPRESSION = 'envoy.extensions.compression'

/** Throws ConfigError for a library that Envoy does not know. */
export function compressorLibrary(
  config: LibraryConfig | undefined,
  context: FilterFactoryContext,
  path: string,
): CompressorLibrary {
  const { name, typeName, message } = unpacked(config, context, path)
  const codecs = codecsOf(context.host.services)
  switch (typeName) {
    case `${COMPRESSION}.gzip.compressor.v3.Gzip`: {
      const gzip = message as Gzip
      // The default level is zlib's own choice.
      const level = gzip.compressionLevel === 0 ? -1 : gzip.compressionLevel
      const window = (gzip.windowBits ?? 12) | GZIP_WRAPPER
      const parameters = [level, window, gzip.memoryLevel ?? 5, gzip.compressionStrategy]
      return { name, encoding: 'gzip', create: () => codecs?.compressor('deflate', parameters) }
    }
    case `${COMPRESSION}.brotli.compressor.v3.Brotli`: {
      const brotli = message as Brotli
      // DEFAULT is the library's own default, which is GENERIC.
      const mode = Math.max(brotli.encoderMode - 1, 0)
      const literal = brotli.disableLiteralContextModeling ? 1 : 0
      const parameters = [brotli.quality ?? 3, brotli.windowBits ?? 18, mode, brotli.inputBlockBits ?? 24, literal]
      return { name, encoding: 'br', create: () => codecs?.compressor('brotliCompress', parameters) }
    }
    case `${COMPRESSION}.zstd.compressor.v3.Zstd`: {
      const zstd = message as Zstd
      const parameters = [zstd.compressionLevel ?? 3, zstd.enableChecksum ? 1 : 0, zstd.strategy]
      return { name, encoding: 'zstd', create: () => lateFlush(codecs, parameters) }
    }
    default:
      throw new ConfigError(path, `${typeName} is no compressor library; take gzip, brotli or zstd`)
  }
}

/** Envoy leaves it to zstd when to let go of what it has, up to the end. */
function lateFlush(codecs: CodecService | undefined, parameters: number[]): Compressor | undefined {
  return codecs?.compressor('zstdCompress', parameters, false)
}

/** Throws ConfigError for a library that Envoy does not know. */
export function decompressorLibrary(
  config: LibraryConfig | undefined,
  context: FilterFactoryContext,
  path: string,
): DecompressorLibrary {
  const { name, typeName, message } = unpacked(config, context, path)
  const codecs = codecsOf(context.host.services)
  const chunk = (message as { chunkSize?: number }).chunkSize ?? CHUNK
  switch (typeName) {
    case `${COMPRESSION}.gzip.decompressor.v3.Gzip`: {
      const gzip = message as Gunzip
      const parameters = [(gzip.windowBits ?? 15) | GZIP_WRAPPER]
      const maxRatio = gzip.maxInflateRatio ?? 100
      return { name, encoding: 'gzip', maxRatio, create: () => codecs?.decompressor('inflate', parameters, chunk) }
    }
    case `${COMPRESSION}.brotli.decompressor.v3.Brotli`:
      return { name, encoding: 'br', maxRatio: 100, create: () => codecs?.decompressor('brotliDecompress', [], chunk) }
    case `${COMPRESSION}.zstd.decompressor.v3.Zstd`:
      return { name, encoding: 'zstd', maxRatio: 100, create: () => codecs?.decompressor('zstdDecompress', [], chunk) }
    default:
      throw new ConfigError(path, `${typeName} is no decompressor library; take gzip, brotli or zstd`)
  }
}

function unpacked(config: LibraryConfig | undefined, { services }: FilterFactoryContext, path: string) {
  const any = config?.typedConfig
  const found = any === undefined ? undefined : services.registry.unpack(any)
  if (!config || !found?.message) throw new ConfigError(`${path}.typed_config`, 'no library of a type that Envoy knows')
  return { name: config.name, typeName: found.typeName, message: found.message }
}
