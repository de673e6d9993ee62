import { joinBytes } from '../../../engine/bytes.ts'

/** The codecs by number, as tools/codecs/c/codecs.c knows them. */
const KIND = {
  deflate: 0,
  inflate: 1,
  brotliCompress: 2,
  brotliDecompress: 3,
  zstdCompress: 4,
  zstdDecompress: 5,
} as const

/** What codecs.generated.wasm exports. */
interface Exports {
  memory: WebAssembly.Memory
  malloc(size: number): number
  codec_open(kind: number, a: number, b: number, c: number, d: number, e: number): number
  codec_run(codec: number, input: number, inLength: number, output: number, outLength: number, flush: number): number
  codec_close(codec: number): void
  /** Where the counts of the last codec_run are. */
  codec_left_in: { value: number }
  codec_left_out: { value: number }
}

/** What codec_run answers: below 0 an error. */
const FINISHED = 1
const NEEDS_INPUT = 2

const CHUNK = 65536

/** One direction of one body. Close it when the body is over. */
export interface Compressor {
  /** Takes all of `data`. The last call finishes the stream. */
  compress(data: Uint8Array, finish: boolean): Uint8Array
  close(): void
}

export interface Decompressor {
  /** Takes `data`; stops at `limit` bytes of output, at the stream's end, or where the data is malformed. */
  decompress(data: Uint8Array, limit: number): { output: Uint8Array; outcome: 'more' | 'end' | 'error' | 'limit' }
  close(): void
}

/** The parameters of a codec, in the order that codec_open takes them. */
export type CodecParameters = readonly number[]

/**
 * zlib-ng, brotli and zstd of the releases that Envoy 1.40 is built with, compiled to WebAssembly: what they make is
 * byte for byte what Envoy makes. `module` is codecs.generated.wasm, compiled; it goes into `host.services.codecs`.
 */
export class CodecService {
  private readonly exports: Exports
  private readonly input: number
  private readonly output: number

  constructor(module: WebAssembly.Module) {
    // The C library may name functions of WASI that never run: nothing here reads or writes files.
    const imports: Record<string, Record<string, () => number>> = {}
    for (const { module: from, name } of WebAssembly.Module.imports(module))
      imports[from] = { ...imports[from], [name]: () => 0 }
    this.exports = new WebAssembly.Instance(module, imports).exports as unknown as Exports
    this.input = this.exports.malloc(CHUNK)
    this.output = this.exports.malloc(CHUNK)
  }

  /**
   * Throws RangeError when the library refuses the parameters. Without `flushes`, what a call makes may wait for the next.
   */
  compressor(
    kind: 'deflate' | 'brotliCompress' | 'zstdCompress',
    parameters: CodecParameters,
    flushes = true,
  ): Compressor {
    const codec = this.open(kind, parameters)
    return {
      compress: (data, finish) => {
        const parts: Uint8Array[] = []
        for (let at = 0; at < data.length; at += CHUNK) this.run(codec, data.subarray(at, at + CHUNK), 0, parts)
        if (finish || flushes) this.run(codec, NOTHING, finish ? 2 : 1, parts)
        return joinBytes(parts)
      },
      close: () => this.exports.codec_close(codec),
    }
  }

  /** `chunkSize`: the output is made in pieces of so many bytes; only whole ones count against a limit. */
  decompressor(
    kind: 'inflate' | 'brotliDecompress' | 'zstdDecompress',
    parameters: CodecParameters,
    chunkSize: number,
  ): Decompressor {
    const chunk = Math.min(chunkSize, CHUNK)
    const codec = this.open(kind, parameters)
    return {
      decompress: (data, limit) => {
        const parts: Uint8Array[] = []
        let outcome: 'more' | 'end' | 'error' | 'limit' = 'more'
        for (let at = 0; at < data.length && outcome === 'more'; at += CHUNK)
          outcome = this.expand(
            codec,
            data.subarray(at, at + CHUNK),
            { exceeds: (made) => overLimit(kind, made, chunk, limit), chunk, restarts: kind === 'zstdDecompress' },
            parts,
          )
        return { output: joinBytes(parts), outcome }
      },
      close: () => this.exports.codec_close(codec),
    }
  }

  private open(kind: keyof typeof KIND, parameters: CodecParameters): number {
    const [a = 0, b = 0, c = 0, d = 0, e = 0] = parameters
    const codec = this.exports.codec_open(KIND[kind], a, b, c, d, e)
    if (codec === 0) throw new RangeError(`${kind} does not take the parameters ${parameters.join(', ')}`)
    return codec
  }

  private run(codec: number, data: Uint8Array, flush: 0 | 1 | 2, parts: Uint8Array[]): void {
    let rest = data
    for (;;) {
      const { result, left, produced } = this.step(codec, rest, flush)
      if (produced.length > 0) parts.push(produced)
      rest = rest.subarray(rest.length - left)
      const full = produced.length === CHUNK
      if (result < 0 || result === NEEDS_INPUT || (flush === 2 && result === FINISHED)) return
      if (!full && rest.length === 0 && flush < 2) return
    }
  }

  private expand(
    codec: number,
    data: Uint8Array,
    { exceeds, chunk, restarts }: Expansion,
    parts: Uint8Array[],
  ): 'more' | 'end' | 'error' | 'limit' {
    let rest = data
    for (;;) {
      const { result, left, produced } = this.step(codec, rest, 0, chunk)
      if (produced.length > 0) parts.push(produced)
      rest = rest.subarray(rest.length - left)
      if (result < 0) return 'error'
      if (result === FINISHED && !(restarts && rest.length > 0)) return 'end'
      const made = parts.reduce((total, part) => total + part.length, 0)
      if (produced.length === chunk && exceeds(made)) return 'limit'
      if (result === NEEDS_INPUT || (rest.length === 0 && produced.length < chunk)) return 'more'
    }
  }

  private step(codec: number, data: Uint8Array, flush: number, room = CHUNK): Step {
    const { exports, input, output } = this
    new Uint8Array(exports.memory.buffer, input, data.length).set(data)
    const result = exports.codec_run(codec, input, data.length, output, room, flush)
    // Memory may have grown, so that earlier views are of no use.
    const memory = new DataView(exports.memory.buffer)
    const left = memory.getUint32(exports.codec_left_in.value, true)
    const free = memory.getUint32(exports.codec_left_out.value, true)
    return { result, left, produced: new Uint8Array(exports.memory.buffer, output, room - free).slice() }
  }
}

interface Expansion {
  exceeds(made: number): boolean
  chunk: number
  /** A stream may follow behind the end of another. */
  restarts: boolean
}

const ZSTD_BLOCK = 131072

/** When each library's wrapper looks at what it has made: zlib's after each chunk, brotli's one later, zstd's after blocks. */
function overLimit(kind: keyof typeof KIND, made: number, chunk: number, limit: number): boolean {
  if (kind === 'brotliDecompress') return made - chunk > limit
  return made > limit && (kind !== 'zstdDecompress' || made % ZSTD_BLOCK === 0)
}

interface Step {
  result: number
  /** Bytes of input that were not taken. */
  left: number
  produced: Uint8Array
}

const NOTHING = new Uint8Array(0)

/** The codecs that a host brings, if it does. */
export function codecsOf(services: { codecs?: unknown }): CodecService | undefined {
  return services.codecs instanceof CodecService ? services.codecs : undefined
}
